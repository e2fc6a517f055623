"""The capabilities documents (OGC 00-028, 01-047r2 and 01-068r3, annexes A.1; 06-042, 7.2; spec/services.md, 3.12)."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tilekeep.application.layer_tree import LayerTree, MapLayer
from tilekeep.entrypoints.wsgi.authorise import authorise_capabilities
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import DocumentName, KeptDocuments
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.permissions import Permissions
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.visible_layers import VisibleLayers
from tilekeep.entrypoints.wsgi.wms.feature_info import media_type_of
from tilekeep.entrypoints.wsgi.wms.format_names import listed_short_names, short_info_names
from tilekeep.entrypoints.wsgi.wms.layer_boxes import LayerBoxes
from tilekeep.entrypoints.wsgi.wms.shown_layer import ShownLayers
from tilekeep.entrypoints.wsgi.wms.shown_legend import ShownLegends
from tilekeep.entrypoints.wsgi.wms.shown_tiles import ShownTileSet, shown_tile_sets
from tilekeep.entrypoints.wsgi.wms.single_tiles import SingleTiles
from tilekeep.entrypoints.wsgi.wms.versions import V1_1_0, WmsVersion


class WmsCapabilities:
    """Writes the documents.

    Args:
        options: what the service offers.
        layer_tree: the layers.
        boxes: calculates where they have data.
        tiles: describes the tiles that can be asked for one by one.
        legends: describes legends.
        templates: the templates of the documents.
        documents: keeps what has been written.
    """

    def __init__(
        self,
        *,
        options: WmsOptions,
        layer_tree: LayerTree,
        boxes: LayerBoxes,
        tiles: SingleTiles,
        legends: ShownLegends,
        templates: DocumentTemplates,
        documents: KeptDocuments,
    ) -> None:
        self._options = options
        self._layer_tree = layer_tree
        self._boxes = boxes
        self._tiles = tiles
        self._legends = legends
        self._templates = templates
        self._documents = documents

    def __call__(self, environ: Environ, base: str, version: WmsVersion, *, with_tiles: bool) -> Response:
        """The document of the service at the address ``base``; ``with_tiles`` adds those of WMS-C to 1.1.0 and 1.1.1.

        :raises AccessDenied: the authorisation hook refuses it.
        """
        permissions = authorise_capabilities(environ, self._names)
        shows_tiles = with_tiles and version.lists_tiles
        sizes = self._legends.settle(self._layer_tree.root)
        name = DocumentName(("wms", version.number, shows_tiles, sizes), base)
        return self._documents(
            environ,
            name,
            version.capabilities_type,
            lambda: self._written(base, version, permissions, with_tiles=shows_tiles),
        )

    def _names(self) -> list[str | None]:
        """Of all layers that show something, each once."""
        every = self._layer_tree.root.all()
        return list(dict.fromkeys(layer.name for layer in every if layer.name or layer.sources))

    def _written(self, base: str, version: WmsVersion, permissions: Permissions | None, *, with_tiles: bool) -> bytes:
        root = self._layer_tree.root
        visible = VisibleLayers(self._layer_tree.extent, permissions)
        boxes = self._boxes if permissions is None else self._boxes.for_one_document()
        shown = ShownLayers(visible, boxes, self._legends, authority_axes=version.authority_axes)(root)
        side = math.isqrt(self._options.max_output_pixels)
        info_formats = [media_type_of(kind, version) for kind in self._options.info_kinds]
        return self._templates.render(
            f"wms/capabilities-{version.number}.xml",
            base=base,
            service=self._options.metadata,
            formats=list(self._options.formats),
            short_formats=listed_short_names(self._options.formats),
            info_formats=info_formats,
            short_info_formats=short_info_names(info_formats),
            srs_codes=[srs.code for srs in self._options.srs],
            side=side,
            inspire=self._options.inspire,
            has_legends=self._legends.are_offered and any(layer.has_legend for layer in root.all()),
            root=shown if shown.title else shown._replace(title=self._options.metadata.title),
            tile_sets=self._tile_sets(visible.below(root), version) if with_tiles else [],
        )

    def _tile_sets(self, layers: Iterable[MapLayer], version: WmsVersion) -> list[ShownTileSet]:
        return shown_tile_sets(layers, self._tiles, self._options, tms_names=version is V1_1_0)
