"""What the commands of development servers share."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import click

_DEFAULT_PORT = 8080
_LOCAL = ("localhost", "127.0.0.1", "::1")
_LOWEST_PORT, _HIGHEST_PORT = 1, 65535

_WARNING = """\
################# WARNING! ##################
Whoever reaches this server can run code on it:
debug mode is for addresses of this machine.
#############################################"""


def parsed_bind(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int]:  # noqa: ARG001 - click's signature
    """``PORT``, ``:PORT``, ``HOST``, ``HOST:PORT`` or ``[IPV6]:PORT``; an empty host is all of the machine."""
    if value.isdecimal():
        host, port = "localhost", value
    elif value.endswith("]") or ":" not in value:
        host, port = value, str(_DEFAULT_PORT)
    else:
        host, _, port = value.rpartition(":")
    if not port.isdecimal() or not _LOWEST_PORT <= int(port) <= _HIGHEST_PORT:
        raise click.BadParameter(f"{value!r} is not HOST:PORT with a port from 1 to 65535")
    return host.removeprefix("[").removesuffix("]"), int(port)


def develop_bind(function: Callable[..., Any]) -> Callable[..., Any]:
    """The address to listen on as the option ``bind``, as mapproxy-util takes it (spec/util-deploy.md, 3)."""
    return click.option(
        "--bind",
        "-b",
        default="127.0.0.1:8080",
        show_default=True,
        metavar="HOST:PORT",
        callback=parsed_bind,
        help="Address to listen on; :PORT for all of the machine.",
    )(function)


def log_to_standard_output(level: int) -> None:
    """Writes records as the reference does (spec/util-deploy.md, 1)."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("[%(asctime)s] %(name)s - %(levelname)s - %(message)s"))
    log = logging.getLogger("tilekeep")
    log.setLevel(level)
    log.addHandler(handler)


def warn_of_debugging(host: str, *, debug: bool) -> None:
    """Says what it means to debug where others can reach it."""
    if debug and host not in _LOCAL:
        click.echo(_WARNING)
