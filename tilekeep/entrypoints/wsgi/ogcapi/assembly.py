"""Puts the parts of OGC API together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.mapproxy.meaning_grid import grid_keys
from tilekeep.config.mapproxy.meaning_ogcapi_service import EffectiveOgcApi
from tilekeep.domain.grid import TileGrid
from tilekeep.entrypoints.wsgi.drawing_parts import DrawingParts, drawing_parts
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
from tilekeep.entrypoints.wsgi.shared_parts import SharedParts


class OgcApiParts(NamedTuple):
    """What OGC API is made with.

    :ivar grid_keys: what the configuration calls its grids, built-in ones included; ``grid`` gives one of them.
    """

    options: OgcApiOptions
    drawing: DrawingParts
    grid_keys: Sequence[str]
    grid: Callable[[str], TileGrid]


def ogcapi_parts(service: EffectiveOgcApi, container: TilekeepContainer) -> OgcApiParts:
    """The parts of a configuration."""
    options = OgcApiOptions(
        srs=tuple(map(container.adapters.projection().srs, service.srs)),
        formats=service.formats,
        metadata=service.metadata,
        has_maps=service.has_maps,
        has_tiles=service.has_tiles,
        max_output_pixels=service.max_output_pixels,
        attribution=service.attribution,
        dataset_layers=service.dataset_layers,
    )
    return OgcApiParts(
        options,
        drawing_parts(service, container),
        grid_keys(container.settings),
        container.use_cases.grids().grid,
    )


def assembled_ogcapi(shared: SharedParts, parts: OgcApiParts) -> OgcApi:
    """The handler of ``/ogcapi``."""
    options, layer_tree, projection = parts.options, parts.drawing.layer_tree, parts.drawing.projection
    areas = Areas(layer_tree.extent, projection)
    systems = ReferenceSystems(options.srs, projection)
    images = Images(options, areas, parts.drawing.for_service(shared, OGCAPI_MAPS))
    usual, cached = Formats.of(options.formats), CachedLayers(shared.catalogue)
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
            tiles=ApiTiles(images, StoredTiles(cached, layer_tree, images), shared.delivery),
            pages=Pages(shared.documents, shared.templates, shared_by_pages(options)),
            page_of=ApiDocuments(
                options=options,
                formats=formats,
                offer=offer,
                collections=collections,
                matrix_sets=matrix_sets,
                areas=areas,
                longest_side=images.longest_side,
            ),
            templates=shared.templates,
        )
    )
