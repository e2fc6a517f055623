"""The capabilities documents (OGC 01-068r3, 7.1 and annex A.1; OGC 06-042, 7.2; spec/services.md, 3.12)."""

from __future__ import annotations

import math

from tilekeep.application.layer_tree import LayerTree
from tilekeep.entrypoints.wsgi.authorise import authorise_page
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.options import WmsOptions
from tilekeep.entrypoints.wsgi.response import Environ
from tilekeep.entrypoints.wsgi.wms.layer_boxes import LayerBoxes
from tilekeep.entrypoints.wsgi.wms.shown_layer import ShownLayers
from tilekeep.entrypoints.wsgi.wms.shown_tiles import shown_tile_sets
from tilekeep.entrypoints.wsgi.wms.single_tiles import SingleTiles
from tilekeep.entrypoints.wsgi.wms.versions import V1_1_1, WmsVersion

#: What the hook is asked about these documents as (spec/auth-plugins-decorate.md, 2.3).
_SERVICE = "wms.capabilities"


class WmsCapabilities:
    """Writes the documents.

    Args:
        options: what the service offers.
        layer_tree: the layers.
        boxes: calculates where they have data.
        tiles: the tiles that can be asked for one by one.
        templates: the templates of the documents.
    """

    def __init__(
        self,
        *,
        options: WmsOptions,
        layer_tree: LayerTree,
        boxes: LayerBoxes,
        tiles: SingleTiles,
        templates: DocumentTemplates,
    ) -> None:
        self._options = options
        self._layer_tree = layer_tree
        self._boxes = boxes
        self._tiles = tiles
        self._templates = templates

    def document(self, environ: Environ, base: str, version: WmsVersion, *, with_tiles: bool) -> bytes:
        """The document of the service at the address ``base``; ``with_tiles`` adds those of WMS-C to 1.1.1.

        :raises AccessDenied: the authorisation hook refuses it.
        """
        root = self._layer_tree.root
        authorise_page(environ, _SERVICE, [layer.name for layer in root.all() if layer.name is not None])
        shown = ShownLayers(self._layer_tree.extent, self._boxes, authority_axes=version.authority_axes)(root)
        side = math.isqrt(self._options.max_output_pixels)
        return self._templates.render(
            f"wms/capabilities-{version.number}.xml",
            base=base,
            service=self._options.metadata,
            formats=list(self._options.formats),
            srs_codes=[srs.code for srs in self._options.srs],
            side=side,
            root=shown if shown.title else shown._replace(title=self._options.metadata.title),
            tile_sets=shown_tile_sets(root, self._tiles, self._options) if with_tiles and version is V1_1_1 else [],
        )
