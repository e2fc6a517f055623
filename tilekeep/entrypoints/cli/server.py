"""Running the WSGI application on granian."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

import click

from tilekeep.entrypoints.cli.listening import listening_ip
from tilekeep.entrypoints.logs import server_log_config
from tilekeep.entrypoints.wsgi import served

#: Requests under way when the server is told to stop may take this long; then their workers are killed.
LONGEST_STOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How to listen: ``workers`` are processes, ``threads`` the requests each of them answers at a time.

    ``log_level`` is ``info`` or ``warning``: which messages of the server itself are shown.
    """

    host: str
    port: int
    workers: int
    threads: int
    log_level: str = "info"


def run_server(
    served_as: served.ServedConfiguration,
    options: ServerOptions,
    on_ready: Callable[[], None],
    on_renewal: Callable[[], None] = lambda: None,
) -> None:
    """Serves until the process is told to stop; ``on_ready`` is called when the workers have been started.

    On SIGHUP other workers take the place of these, one after the other, after ``on_renewal`` has been called.

    A worker that dies is replaced; one that dies again at once ends the server, since it would never stop dying.
    """
    try:
        from granian import Granian
        from granian.constants import Interfaces
        from granian.log import LogLevels
    except ImportError as error:
        raise click.ClickException("granian is missing; install it with: pip install 'tilekeep[serve]'") from error
    ip = listening_ip(options.host, options.port)
    os.environ.update(served_as.as_variables())
    server = Granian(
        f"{served.__name__}:make_application",
        factory=True,
        interface=Interfaces.WSGI,
        address=ip,
        port=options.port,
        workers=options.workers,
        blocking_threads=options.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=LONGEST_STOP_SECONDS,
        websockets=False,
        log_access=False,
        log_level=LogLevels(options.log_level),
        log_dictconfig=server_log_config(served_as.log_format, options.log_level.upper()),
    )
    server.on_startup(on_ready)
    server.on_reload(on_renewal)
    os.register_at_fork(after_in_child=_end_on_signals)
    server.serve()


def _end_on_signals() -> None:
    """Lets signals end a new worker until it listens to them itself.

    It begins with the handlers of its parent, which only note that a signal came: the worker would miss its end,
    and the parent wait for it.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def address(host: str, port: int) -> str:
    """The address of the server as a person would type it."""
    shown = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::1": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
