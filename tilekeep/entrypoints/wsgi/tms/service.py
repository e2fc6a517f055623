"""The handlers of ``/tms`` and ``/tiles``."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.entrypoints.wsgi.errors import RENDERED, ErrorReport, report
from tilekeep.entrypoints.wsgi.response import Environ, Response
from tilekeep.entrypoints.wsgi.tile_delivery import TileDelivery
from tilekeep.entrypoints.wsgi.tile_route import Located
from tilekeep.entrypoints.wsgi.tms.addresses import TileAddresses


class TmsHandler:
    """Answers requests for tiles, and for what ``pages`` knows.

    Args:
        addresses: reads the addresses of tiles.
        delivery: makes tiles into responses.
        pages: gives the document at the path of a request, or None if there is none.
        render_error: makes an error into a document.
    """

    def __init__(
        self,
        *,
        addresses: TileAddresses,
        delivery: TileDelivery,
        pages: Callable[[Environ], Response | None],
        render_error: Callable[[ErrorReport], Response],
    ) -> None:
        self._addresses = addresses
        self._known = addresses.at_known_prefix
        self._deliver = delivery
        self._pages = pages
        self._render_error = render_error

    def __call__(self, environ: Environ) -> Response:
        """The tile, the document, or the error in the service's own format."""
        path = environ["PATH_INFO"]
        query_string = environ.get("QUERY_STRING", "")
        try:
            located = self._known(path, query_string)
            if located is None:
                page = self._pages(environ)
                if page is not None:
                    return page
                located = self._addresses.locate(path, query_string)
            return self._deliver(located, environ)
        except RENDERED as error:
            return self._render_error(report(error))

    def locate(self, path: str, query_string: str) -> Located:
        """The tile that an address means, found as in serving.

        :raises RequestError: none.
        """
        return self._addresses.locate(path, query_string)
