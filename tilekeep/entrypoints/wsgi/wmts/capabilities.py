"""The capabilities document of WMTS 1.0.0 (OGC 07-057r7, 7.1; spec/services.md, 5.7)."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.catalogue import Catalogue, LayerInGrid
from tilekeep.domain.path_names import fits_in_path
from tilekeep.domain.service_metadata import ServiceMetadata
from tilekeep.entrypoints.wsgi.authorise import authorised_layers
from tilekeep.entrypoints.wsgi.documents import DocumentTemplates
from tilekeep.entrypoints.wsgi.kept_documents import DocumentName, KeptDocuments
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.wmts.feature_info import InfoFormat
from tilekeep.entrypoints.wsgi.wmts.matrix_sets import MatrixSets
from tilekeep.entrypoints.wsgi.wmts.rest_template import RestTemplate
from tilekeep.entrypoints.wsgi.wmts.shown_content import AddressForms, shown_layer, shown_matrix_sets


class WmtsCapabilities:
    """Writes the document.

    Args:
        catalogue: the layers.
        sets: the grids in which they are offered.
        metadata: what the provider says of the service.
        info_formats: formats of feature info.
        info_template: the form of the addresses of places.
        templates: the templates of the documents.
        documents: keeps what has been written.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        sets: MatrixSets,
        metadata: ServiceMetadata,
        info_formats: Sequence[InfoFormat],
        info_template: RestTemplate,
        templates: DocumentTemplates,
        documents: KeptDocuments,
    ) -> None:
        self._catalogue = catalogue
        self._sets = sets
        self._metadata = metadata
        self._info_formats = info_formats
        self._info_template = info_template
        self._templates = templates
        self._documents = documents

    def by_parameters(self, environ: Environ, base: str) -> Response:
        """The document of the service by key-value pairs at the address ``base``.

        :raises AccessDenied: the authorisation hook refuses it.
        """
        document = DocumentName("wmts by parameters", base)
        return self._documents(environ, document, "application/xml", lambda: self._document(environ, base, None))

    def by_path(self, environ: Environ, base: str, template: RestTemplate) -> Response:
        """The document of the RESTful service at the address ``base``.

        :raises AccessDenied: the authorisation hook refuses it.
        """
        document = DocumentName("wmts by path", base)
        return self._documents(environ, document, "application/xml", lambda: self._document(environ, base, template))

    def _document(self, environ: Environ, base: str, template: RestTemplate | None) -> bytes:
        offered = {}
        for layer in self._catalogue.layers:
            if in_grids := _addressable(self._sets.of_layer(layer), by_path=template is not None):
                offered[layer.name] = in_grids
        names = list(offered)
        listed = [offered[name] for name in authorised_layers(environ, "wmts", names, names)]
        addresses = None if template is None else AddressForms(template, self._info_template)
        layers = [shown_layer(in_grids, base, addresses, self._info_formats) for in_grids in listed]
        return self._templates.render(
            "wmts/capabilities.xml",
            base=base,
            service=self._metadata,
            restful=template is not None,
            layers=layers,
            answers_questions=any(layer.info_formats for layer in layers),
            matrix_sets=shown_matrix_sets(in_grid for in_grids in offered.values() for in_grid in in_grids),
        )


def _addressable(in_grids: list[LayerInGrid], *, by_path: bool) -> list[LayerInGrid]:
    """Those of which clients can ask for tiles."""
    return [found for found in in_grids if not by_path or fits_in_path(found.grid.name)]
