"""The common address of OGC services: ``service`` selects one (spec/services.md, 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from tilekeep.domain.errors import InvalidParameter, InvalidRequest, MissingParameter
from tilekeep.entrypoints.wsgi.errors import report
from tilekeep.entrypoints.wsgi.form import MOST_BYTES, FormTooLarge, request_parameters
from tilekeep.entrypoints.wsgi.query_string import parameters
from tilekeep.entrypoints.wsgi.request_facts import note_service
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Response, plain_text
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.wmts.exceptions import exception_report

_WMS = "wms"


class OwsService(Protocol):
    """A service spoken to by key-value pairs."""

    def __call__(self, environ: Environ, given: Mapping[str, str]) -> Response:
        """The response to the parameters ``given``, by lower-case name."""
        ...

    @property
    def locate(self) -> Callable[[str, str], Located]:
        """From path and query string to a tile."""
        ...


class OwsHandler:
    """Answers at ``/service`` and ``/ows``, and at ``/wms`` if there is a WMS.

    Args:
        services: by lower-case value of ``service``.
    """

    def __init__(self, services: Mapping[str, OwsService]) -> None:
        self._services = services

    def __call__(self, environ: Environ) -> Response:
        """What the selected service says, or an exception report."""
        try:
            given = request_parameters(environ)
        except FormTooLarge:
            return plain_text(413, f"a form may have at most {MOST_BYTES} bytes", NOT_STORABLE)
        name = self._name(given)
        if name is None:
            return exception_report(report(MissingParameter("missing parameter: service", locator="service")))
        service = self._services.get(name.lower())
        if service is None:
            return exception_report(report(InvalidParameter(f"unknown service: {name}", locator="service")))
        note_service(environ, name.lower())
        return service(environ, given)

    def locate(self, path: str, query_string: str) -> Located:
        """The tile that a query string means, found as in serving.

        :raises RequestError: none.
        """
        service = self._services.get((self._name(parameters(query_string)) or "").lower())
        if service is None:
            raise InvalidRequest(f"no tile service is named in {query_string!r}")
        return service.locate(path, query_string)

    def _name(self, given: Mapping[str, str]) -> str | None:
        """What ``service`` says; requests of old WMS clients, which have none, mean WMS."""
        name = given.get("service")
        if name is None and _WMS in self._services and _is_of_old_wms(given):
            return _WMS
        return name


def _is_of_old_wms(given: Mapping[str, str]) -> bool:
    return given.get("wmtver") == "1.0.0" or given.get("request") == "GetMap"
