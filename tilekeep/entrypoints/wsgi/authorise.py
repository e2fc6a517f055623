"""Asking the ``mapproxy.authorize`` callable of a wrapping application (spec/auth-plugins-decorate.md, 1 and 2)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from tilekeep.domain.geometry import BBox
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Header, Response, plain_text

log = logging.getLogger("tilekeep.wsgiapp")

#: The key of the WSGI environment under which the callable is found.
HOOK = "mapproxy.authorize"

#: What the hook is asked about maps as (the same document, 2.3).
_MAPS = "wms.map"


class AccessDenied(Exception):
    """The hook refuses the request; rendered as plain text by the application, whatever the protocol."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text

    def response(self) -> Response:
        """401 or 403 in plain text, which nobody may keep."""
        return plain_text(self.status, self.text, NOT_STORABLE)


def authorise_tile(environ: Environ, service: str, layer: str, srs_code: str, bbox: BBox | None) -> None:
    """Returns if the hook permits a tile, or the document about a layer when ``bbox`` is None.

    A permission limited to an area (``limited_to``) is refused: tiles are not masked yet.

    :raises AccessDenied: 401 or 403.
    """
    extent = None if bbox is None else (srs_code, tuple(bbox))
    result = _asked(environ, service, [layer], extent)
    if result is None:
        return
    permissions = _of_layer(result, layer)
    if permissions.get("tile") is not True:
        raise AccessDenied(403, "forbidden")
    if bbox is not None and (permissions.get("limited_to") or result.get("limited_to")):
        log.warning("%s of layer %s refused: permissions limited to an area are not supported", service, layer)
        raise AccessDenied(403, "forbidden")


def authorised_layers(environ: Environ, service: str, shown: Sequence[Any], names: Sequence[str]) -> Sequence[str]:
    """Those of the layer ``names`` a document may list; ``shown`` is what the hook is told.

    TMS wants the flag to be True itself, WMTS anything that is true, as in the reference.

    :raises AccessDenied: 401 or 403.
    """
    if HOOK not in environ:
        return names
    result = _asked(environ, service, list(shown), None)
    if result is None:
        return names
    flags = {name: _of_layer(result, name).get("tile") for name in names}
    return [name for name in names if flags[name] is True or (flags[name] and service == "wmts")]


def authorise_page(environ: Environ, service: str, layers: Sequence[str | None] = ()) -> None:
    """Returns if the hook permits a page, or a document with all of ``layers``: only ``full`` does.

    None stands for layers without a name that show something.

    :raises AccessDenied: 401 or 403.
    """
    if HOOK in environ:
        _refuse_parts(environ[HOOK](service, list(layers), environ=environ), service)


def authorise_map(environ: Environ, layers: Sequence[str | None], srs_code: str, bbox: BBox) -> None:
    """Returns if the hook permits a map of ``layers``: only ``full`` does, since maps are not made in parts yet.

    None stands for drawn layers without a name: a hook that judges by names must not take them for nothing.

    :raises AccessDenied: 401 or 403.
    """
    if HOOK in environ:
        extent = (srs_code, tuple(bbox))
        _refuse_parts(environ[HOOK](_MAPS, list(layers), environ=environ, query_extent=extent), _MAPS)


def document_headers(environ: Environ) -> tuple[Header, ...]:
    """Headers of a document: what a hook may have decided is for this client at this moment only."""
    return NOT_STORABLE if HOOK in environ else ()


def _asked(environ: Environ, service: str, layers: list[Any], extent: Any) -> Mapping[str, Any] | None:
    """The result of a partial permission; None if everything is permitted."""
    return _checked(environ[HOOK](service, layers, environ=environ, query_extent=extent))


def _refuse_parts(result: Mapping[str, Any], service: str) -> None:
    if _checked(result) is not None:
        log.warning("%s refused: permissions for parts of it are not supported", service)
        raise AccessDenied(403, "forbidden")


def _checked(result: Mapping[str, Any]) -> Mapping[str, Any] | None:
    authorised = result.get("authorized")
    if authorised == "full":
        return None
    if authorised == "partial":
        return result
    if authorised == "unauthenticated":
        raise AccessDenied(401, "unauthorized")
    raise AccessDenied(403, "forbidden")


def _of_layer(result: Mapping[str, Any], layer: str) -> Mapping[str, Any]:
    layers = result.get("layers") or {}
    permissions: Mapping[str, Any] = layers.get(layer) or {}
    return permissions
