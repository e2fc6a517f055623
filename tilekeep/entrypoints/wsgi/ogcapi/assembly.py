"""Puts the parts of OGC API together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tilekeep.application.catalogue import Catalogue
from tilekeep.application.get_map import GetMap
from tilekeep.application.layer_tree import LayerTree
from tilekeep.domain.grid import TileGrid
from tilekeep.entrypoints.wsgi.decoration import Decoration
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import KeptDocuments
from tilekeep.entrypoints.wsgi.map_drawing import ClipSource, MapDrawing
from tilekeep.entrypoints.wsgi.ogcapi.areas import Areas
from tilekeep.entrypoints.wsgi.ogcapi.cached_layers import CachedLayers
from tilekeep.entrypoints.wsgi.ogcapi.collections import Collections
from tilekeep.entrypoints.wsgi.ogcapi.documents import ApiDocuments
from tilekeep.entrypoints.wsgi.ogcapi.frames import Frames
from tilekeep.entrypoints.wsgi.ogcapi.images import Images
from tilekeep.entrypoints.wsgi.ogcapi.matrix_sets import MatrixSets
from tilekeep.entrypoints.wsgi.ogcapi.offer import Offer
from tilekeep.entrypoints.wsgi.ogcapi.pages import Pages, shared_by_pages
from tilekeep.entrypoints.wsgi.ogcapi.reference_systems import ReferenceSystems
from tilekeep.entrypoints.wsgi.ogcapi.service import ApiParts, OgcApi
from tilekeep.entrypoints.wsgi.ogcapi.stored_tiles import StoredTiles
from tilekeep.entrypoints.wsgi.ogcapi.tile_formats import Formats, TileFormats
from tilekeep.entrypoints.wsgi.ogcapi.tiles import SERVICE as OGCAPI_MAPS
from tilekeep.entrypoints.wsgi.ogcapi.tiles import ApiTiles
from tilekeep.entrypoints.wsgi.options import OgcApiOptions
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.ports.clock import Clock
from tilekeep.ports.projection import Projection


class OgcApiParts(NamedTuple):
    """What OGC API draws with.

    :ivar projection: gives the boxes of layers and requests in other SRS.
    :ivar request_seconds: how long a request may take.
    :ivar clipped: makes a source of which nothing is shown outside a region.
    :ivar grid_keys: what the configuration calls its grids, built-in ones included; ``grid`` gives one of them.
    """

    options: OgcApiOptions
    layer_tree: LayerTree
    get_map: GetMap
    projection: Projection
    clock: Clock
    request_seconds: float
    clipped: ClipSource
    grid_keys: Sequence[str]
    grid: Callable[[str], TileGrid]


def assembled_ogcapi(
    catalogue: Catalogue,
    delivery: TileDelivery,
    templates: DocumentTemplates,
    documents: KeptDocuments,
    decoration: Decoration,
    parts: OgcApiParts,
) -> OgcApi:
    """The handler of ``/ogcapi``."""
    options, layer_tree = parts.options, parts.layer_tree
    areas = Areas(layer_tree.extent, parts.projection)
    systems = ReferenceSystems(options.srs, parts.projection)
    drawing = MapDrawing(
        layer_tree=layer_tree,
        get_map=parts.get_map,
        clipped=parts.clipped,
        decoration=decoration,
        clock=parts.clock,
        request_seconds=parts.request_seconds,
        service=OGCAPI_MAPS,
        origin=delivery.origin,
    )
    images = Images(options, areas, drawing)
    usual, cached = Formats.of(options.formats), CachedLayers(catalogue)
    formats = TileFormats(usual, cached)
    offer, matrix_sets = Offer(layer_tree, options.dataset_layers), MatrixSets(parts.grid_keys, parts.grid)
    collections = Collections(
        systems=systems, areas=areas, forms=usual.forms, has_maps=options.has_maps, has_tiles=options.has_tiles
    )
    return OgcApi(
        ApiParts(
            options=options,
            formats=formats,
            offer=offer,
            matrix_sets=matrix_sets,
            frames=Frames(systems, areas, options.max_output_pixels),
            images=images,
            tiles=ApiTiles(images, StoredTiles(cached, layer_tree, images), delivery),
            pages=Pages(documents, templates, shared_by_pages(options)),
            page_of=ApiDocuments(
                options=options,
                formats=formats,
                offer=offer,
                collections=collections,
                matrix_sets=matrix_sets,
                areas=areas,
                longest_side=images.longest_side,
            ),
            templates=templates,
        )
    )
