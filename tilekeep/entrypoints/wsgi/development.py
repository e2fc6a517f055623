"""A server for those who write configurations and plugins: one process, started anew when code changes."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, is_running_from_reloader, run_simple

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _Handler(WSGIRequestHandler):
    """Writes a line for each request, as the reference does."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line, without the colours of the library."""
        request = self.requestline.encode("unicode_escape").decode()
        self.log("info", '"%s" %s %s', request, int(code) if isinstance(code, int) else code, size)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's signature
        """Writes it to standard error, in the form of common logs."""
        told = message % args if args else message
        moment = self.log_date_time_string()
        print(f"[{type}] {self.address_string()} - - [{moment}] {told}", file=sys.stderr, flush=True)  # noqa: T201


def run_development_server(host: str, port: int, make: Callable[[], WSGIApplication], *, debug: bool) -> None:
    """Serves until it is told to stop; begins anew in a new process whenever a Python module changes.

    Configurations are for the application to watch.  With ``debug`` errors are shown in the browser, where code can be
    run with the code that the terminal shows.

    Args:
        host: name or address; empty for all addresses of the machine.
        port: to listen on.
        make: makes the application.
        debug: whether errors lead to a debugger, and time is measured where repoze.profile is installed.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    if not is_running_from_reloader():
        shown = host or "localhost"
        address = f"[{shown}]" if ":" in shown else shown
        print(f"[info]  * Running on http://{address}:{port}/ (Press CTRL+C to quit)", file=sys.stderr, flush=True)  # noqa: T201
    application = make()
    run_simple(
        host or "0.0.0.0",  # noqa: S104 - it was asked for
        port,
        _profiled(application) if debug else application,
        use_reloader=True,
        use_debugger=debug,
        threaded=True,
        passthrough_errors=not debug,
        request_handler=_Handler,
    )


def _profiled(application: WSGIApplication) -> WSGIApplication:
    """Measures time, and shows it at ``/__profile__``, if there is a library for that."""
    try:
        from repoze.profile import ProfileMiddleware
    except ImportError:
        return application
    log = os.path.join(tempfile.mkdtemp(prefix="tilekeep-profile-"), "profile.log")
    profiled: WSGIApplication = ProfileMiddleware(
        application, log_filename=log, discard_first_request=True, flush_at_shutdown=True, path="/__profile__"
    )
    return profiled
