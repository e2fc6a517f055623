"""A WSGI application on a free port of 127.0.0.1 while a test runs, with a record of what was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name in Werkzeug
        """Says nothing: the record is for the test."""


class Served(NamedTuple):
    """Where the application answers, and the status and path of every request so far."""

    url: str
    requests: list[tuple[str, str]]


@contextmanager
def served(app: Callable[..., Iterable[bytes]]) -> Iterator[Served]:
    """Serves ``app`` inside the context."""
    requests: list[tuple[str, str]] = []

    def recorded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]]) -> Any:
            requests.append((status, environ["PATH_INFO"]))
            return start_response(status, headers)

        return app(environ, start)

    server = make_server("127.0.0.1", 0, recorded, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{server.server_port}", requests)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
