"""The documents of TMS 1.0.0: versions, layers, levels (spec/services.md, 4.4)."""

from __future__ import annotations

import re

from tilekeep.application.catalogue import Catalogue
from tilekeep.domain.path_names import fits_in_path
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.service_metadata import ServiceMetadata
from tilekeep.entrypoints.wsgi.authorise import HOOK, authorise_tile, authorised_layers, document_headers
from tilekeep.entrypoints.wsgi.base_url import base_url, path_quoted
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.query_string import utf8
from tilekeep.entrypoints.wsgi.response import Environ, Response, document
from tilekeep.entrypoints.wsgi.tms.addresses import TileAddresses
from tilekeep.entrypoints.wsgi.tms.names import TmsNames

_LAYER = re.compile(r"/tms/1\.0\.0/(?P<layer>[^/]+)(?:/(?P<spec>[^/]+))?")


class TmsPages:
    """Finds and renders the document at a path.

    Args:
        catalogue: the layers.
        names: how addresses call them.
        addresses: finds the layer of a path.
        metadata: what the provider says of the service.
        templates: the templates of the documents.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        names: TmsNames,
        addresses: TileAddresses,
        metadata: ServiceMetadata,
        templates: DocumentTemplates,
    ) -> None:
        self._catalogue = catalogue
        self._names = names
        self._addresses = addresses
        self._metadata = metadata
        self._templates = templates

    def __call__(self, environ: Environ) -> Response | None:
        """The document, or None if the path names none.

        :raises UnknownLayer: the document of a layer that does not exist.
        :raises AccessDenied: the authorisation hook refuses it.
        """
        path = utf8(environ["PATH_INFO"])
        if path in {"/tms", "/tms/"}:
            return self._page("root.xml", environ)
        if path in {"/tms/1.0.0", "/tms/1.0.0/"}:
            return self._layers(environ)
        match = _LAYER.fullmatch(path)
        return None if match is None else self._layer(environ, match["layer"], match["spec"])

    def _layers(self, environ: Environ) -> Response:
        known = self._names.known
        permitted = set(authorised_layers(environ, "tms", list(known), [named.layer for named in known.values()]))
        maps = []
        for named in known.values():
            if named.layer in permitted and all(map(fits_in_path, named.path)):
                layer = self._catalogue.tile_layer(named.layer, named.grid)
                levels = PublicLevels(layer.grid, TileService.TMS)
                maps.append((layer, levels, "/".join(map(path_quoted, named.path))))
        keywords = " ".join(f'"{word}"' for group in self._metadata.keyword_list for word in group.keywords)
        return self._page("service.xml", environ, maps=maps, keywords=keywords)

    def _layer(self, environ: Environ, name: str, spec: str | None) -> Response:
        route = self._addresses.route(name, spec)
        layer = route.layer
        if HOOK in environ:
            authorise_tile(environ, "tms", layer.outline.name, layer.grid.srs.code, None)
        return self._page("layer.xml", environ, layer=layer, levels=route.levels, extension=route.extension)

    def _page(self, template: str, environ: Environ, **values: object) -> Response:
        base = base_url(environ).rstrip("/")
        body = self._templates.render(f"tms/{template}", base=base, service=self._metadata, **values)
        return document(200, "text/xml; charset=utf-8", body, document_headers(environ))
