"""The WSGI application: services put together, headers that every response carries, errors nobody expected."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tilekeep.application.catalogue import Catalogue
from tilekeep.application.get_map import GetMap
from tilekeep.application.layer_tree import LayerTree
from tilekeep.entrypoints.wsgi.authorise import AccessDenied
from tilekeep.entrypoints.wsgi.base_url import apply_script_name_header
from tilekeep.entrypoints.wsgi.options import DemoOptions, TmsOptions, WmsOptions, WmtsOptions
from tilekeep.entrypoints.wsgi.resolved_tile import Locator, ResolvedTile, resolved
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Environ, Header, Response, plain_text
from tilekeep.entrypoints.wsgi.router import Router
from tilekeep.entrypoints.wsgi.services import MapParts, assembled
from tilekeep.entrypoints.wsgi.tile_delivery import SliceReader, TileDelivery
from tilekeep.ports.clock import Clock
from tilekeep.ports.projection import Projection

log = logging.getLogger("tilekeep.wsgiapp")


class TilekeepApplication:
    """Answers all requests of one configuration.  Safe to call from any thread and, after a fork, any process.

    Args:
        catalogue: the tile layers.
        tms: options of TMS and ``/tiles``; None leaves both out.
        wmts: options of WMTS; None leaves it out.
        wms: options of WMS; None leaves it out.  It needs all of the next three.
        layer_tree: the layers of maps.
        get_map: draws maps.
        projection: gives the boxes of layers in the SRS of WMS documents.
        demo: options of the demo page; None leaves it out.
        max_age_seconds: how long clients may keep tiles (``tiles.expires_hours``).
        access_control_allow_origin: the header of that name for every response; empty leaves it out.
        clock: the current time.
        read_slice: gives the bytes of a tile inside a file; raises StoreError.
        request_seconds: how long a request may take.
        debug: whether unexpected errors reach the server instead of becoming ``internal error``.
        owned: what has to live as long as the application; it is only kept.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        tms: TmsOptions | None,
        wmts: WmtsOptions | None,
        wms: WmsOptions | None,
        layer_tree: LayerTree | None,
        get_map: GetMap | None,
        projection: Projection | None,
        demo: DemoOptions | None,
        max_age_seconds: float,
        access_control_allow_origin: str,
        clock: Clock,
        read_slice: SliceReader,
        request_seconds: float,
        debug: bool = False,
        owned: object = None,
    ) -> None:
        delivery = TileDelivery(
            clock=clock, read_slice=read_slice, request_seconds=request_seconds, max_age_seconds=max_age_seconds
        )
        maps = None
        if wms is not None:
            assert layer_tree is not None
            assert get_map is not None
            assert projection is not None
            maps = MapParts(wms, layer_tree, get_map, projection, clock, request_seconds)
        services = assembled(catalogue, delivery, tms=tms, wmts=wmts, wms=maps, demo=demo)
        self._locators: Mapping[str, Locator] = services.locators
        self._route = Router(services.handlers, services.welcome)
        self._allow_origin = _allow_origin(access_control_allow_origin)
        self._debug = debug
        self._owned = owned

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The WSGI interface (PEP 3333)."""
        if "HTTP_X_SCRIPT_NAME" in environ:
            apply_script_name_header(environ)
        try:
            status, headers, body = self._route(environ)
        except AccessDenied as denied:
            status, headers, body = denied.response()
        except Exception:
            if self._debug:
                raise
            status, headers, body = _internal_error(environ)
        headers += self._allow_origin
        start_response(status, headers)
        return [body] if body and environ["REQUEST_METHOD"] != "HEAD" else []

    def resolve(self, url_or_path: str) -> ResolvedTile:
        """The tile behind an address, read as in serving; host and prefix of the address do not matter.

        :raises RequestError: no tile has this address.
        """
        return resolved(self._locators, url_or_path)


def _allow_origin(value: str) -> tuple[Header, ...]:
    return (("Access-Control-Allow-Origin", value),) if value else ()


def _internal_error(environ: Environ) -> Response:
    text = f"unexpected error at {environ.get('PATH_INFO')!r}\n{traceback.format_exc()}"
    if log.hasHandlers():
        log.critical("%s", text)
    else:
        environ["wsgi.errors"].write(text)
    return plain_text(500, "internal error", NOT_STORABLE)
