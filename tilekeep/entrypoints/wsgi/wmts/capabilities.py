"""The capabilities document of WMTS 1.0.0 (OGC 07-057r7, 7.1; spec/services.md, 5.7)."""

from __future__ import annotations

from tilekeep.application.catalogue import Catalogue
from tilekeep.domain.path_names import fits_in_path
from tilekeep.domain.service_metadata import ServiceMetadata
from tilekeep.entrypoints.wsgi.authorise import authorised_layers
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.response import Environ
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSet, MatrixSets
from tilekeep.entrypoints.wsgi.wmts.rest_template import RestTemplate
from tilekeep.entrypoints.wsgi.wmts.shown_content import shown_layer, shown_matrix_sets


class WmtsCapabilities:
    """Writes the document.

    Args:
        catalogue: the layers.
        sets: the grids in which they are offered.
        metadata: what the provider says of the service.
        templates: the templates of the documents.
    """

    def __init__(
        self, *, catalogue: Catalogue, sets: MatrixSets, metadata: ServiceMetadata, templates: DocumentTemplates
    ) -> None:
        self._catalogue = catalogue
        self._sets = sets
        self._metadata = metadata
        self._templates = templates

    def by_parameters(self, environ: Environ, base: str) -> bytes:
        """The document of the service by key-value pairs at the address ``base``.

        :raises AccessDenied: the authorisation hook refuses it.
        """
        return self._document(environ, base, None)

    def by_path(self, environ: Environ, base: str, template: RestTemplate) -> bytes:
        """The document of the RESTful service at the address ``base``.

        :raises AccessDenied: the authorisation hook refuses it.
        """
        return self._document(environ, base, template)

    def _document(self, environ: Environ, base: str, template: RestTemplate | None) -> bytes:
        offered = {}
        for layer in self._catalogue.layers:
            if sets := _addressable(self._sets.of_layer(layer), by_path=template is not None):
                offered[layer.name] = sets
        names = list(offered)
        listed = [offered[name] for name in authorised_layers(environ, "wmts", names, names)]
        return self._templates.render(
            "wmts/capabilities.xml",
            base=base,
            service=self._metadata,
            restful=template is not None,
            layers=[shown_layer(sets, base, template) for sets in listed],
            matrix_sets=shown_matrix_sets(matrix_set for sets in offered.values() for matrix_set in sets),
        )


def _addressable(sets: list[MatrixSet], *, by_path: bool) -> list[MatrixSet]:
    """Those of which clients can ask for tiles."""
    return [found for found in sets if not by_path or fits_in_path(found.route.layer.grid.name)]
