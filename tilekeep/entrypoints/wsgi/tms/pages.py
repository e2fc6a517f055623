"""The documents of TMS 1.0.0: versions, layers, levels (spec/services.md, 4.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tilekeep.application.catalogue import Catalogue, LayerInGrid
from tilekeep.domain.path_names import fits_in_path
from tilekeep.domain.public_levels import PublicLevels, TileService
from tilekeep.domain.service_metadata import ServiceMetadata
from tilekeep.entrypoints.wsgi.authorise import HOOK, authorise_tile, authorised_layers
from tilekeep.entrypoints.wsgi.base_url import base_url, path_quoted
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import DocumentName, KeptDocuments
from tilekeep.entrypoints.wsgi.query_string import utf8
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tms.names import NamedTiles, TmsNames

_LAYER = re.compile(r"/tms/1\.0\.0/(?P<layer>[^/]+)(?:/(?P<spec>[^/]+))?")


class TmsPages:
    """Finds and renders the document at a path.

    Args:
        catalogue: the layers.
        names: how addresses call them.
        metadata: what the provider says of the service.
        templates: the templates of the documents.
        documents: keeps what has been written.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        names: TmsNames,
        metadata: ServiceMetadata,
        templates: DocumentTemplates,
        documents: KeptDocuments,
    ) -> None:
        self._catalogue = catalogue
        self._names = names
        self._metadata = metadata
        self._templates = templates
        self._documents = documents

    def __call__(self, environ: Environ) -> Response | None:
        """The document, or None if the path names none.

        :raises UnknownLayer: the document of a layer that does not exist.
        :raises AccessDenied: the authorisation hook refuses it.
        """
        path = utf8(environ["PATH_INFO"])
        if path in {"/tms", "/tms/"}:
            return self._page(environ, "root.xml", dict)
        if path in {"/tms/1.0.0", "/tms/1.0.0/"}:
            return self._page(environ, "service.xml", lambda: self._layers(environ))
        match = _LAYER.fullmatch(path)
        return None if match is None else self._layer(environ, match["layer"], match["spec"])

    def _layers(self, environ: Environ) -> Mapping[str, object]:
        known = self._names.known
        permitted = set(authorised_layers(environ, "tms", list(known), [named.layer for named in known.values()]))
        levels: dict[str, PublicLevels] = {}
        maps = []
        for named in known.values():
            if named.layer in permitted and all(map(fits_in_path, named.path)):
                layer = self._catalogue.description(named.layer, named.grid)
                if named.grid not in levels:
                    levels[named.grid] = PublicLevels(layer.grid, TileService.TMS)
                maps.append((layer, levels[named.grid], "/".join(map(path_quoted, named.path))))
        keywords = " ".join(f'"{word}"' for group in self._metadata.keyword_list for word in group.keywords)
        return {"maps": maps, "keywords": keywords}

    def _layer(self, environ: Environ, name: str, spec: str | None) -> Response:
        named = self._names.named(name, spec)
        layer = self._catalogue.description(named.layer, named.grid)
        if HOOK in environ:
            authorise_tile(environ, "tms", layer.outline.name, layer.grid.srs.code, None)
        return self._page(environ, "layer.xml", lambda: _levels(layer), of=named)

    def _page(
        self,
        environ: Environ,
        template: str,
        values: Callable[[], Mapping[str, object]],
        *,
        of: NamedTiles | None = None,
    ) -> Response:
        base = base_url(environ).rstrip("/")
        return self._documents(
            environ,
            DocumentName(("tms", template, of), base),
            "text/xml; charset=utf-8",
            lambda: self._templates.render(f"tms/{template}", base=base, service=self._metadata, **values()),
        )


def _levels(layer: LayerInGrid) -> Mapping[str, object]:
    levels = PublicLevels(layer.grid, TileService.TMS)
    return {"layer": layer, "levels": levels, "extension": layer.encoding.public_extension}
