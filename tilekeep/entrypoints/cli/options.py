"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from tilekeep.entrypoints.logs import chosen_format, log_as_configured

#: The name of an overlay in the ``environments`` of the configuration.
environment = click.option(
    "--env",
    "environment",
    envvar="TILEKEEP_ENV",
    metavar="NAME",
    help="Environment overlay of the configuration to use (TILEKEEP_ENV).",
)

#: How log lines are written to standard error, as ``text`` or ``json``.
log_format = click.option(
    "--log-format",
    type=click.Choice(["auto", "text", "json"]),
    default="auto",
    show_default=True,
    callback=lambda _context, _parameter, value: chosen_format(value),
    help="How log lines are written to standard error; auto: text on a terminal, else JSON.",
)


def _usable_log_config(context: click.Context, parameter: click.Parameter, path: str | None) -> str | None:
    """The path of a set-up that works: it has been tried in a process of its own, with which its handlers have gone."""
    if path is None or context.resilient_parsing:
        return path
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    here = os.path.dirname(os.path.abspath(path))
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as elsewhere:
        try:
            elsewhere.submit(log_as_configured, path, here).result()
        except (OSError, ValueError) as error:
            raise click.BadParameter(str(error), context, parameter) from error
    return path


#: A file for Python's logging.
log_config = click.option(
    "--log-config",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    callback=_usable_log_config,
    help="Configuration of Python's logging, such as log.ini, instead; loggers may be named as in MapProxy.",
)

#: Where progress is noted for --continue unless another file is named.
DEFAULT_PROGRESS_FILE = ".tilekeep_seed_progress"

_LOWEST_PORT, _HIGHEST_PORT = 1, 65535


def configuration(function: Callable[..., Any]) -> Callable[..., Any]:
    """The configuration file as the argument ``config``."""
    return click.argument("config", type=click.Path(exists=True, dir_okay=False, readable=True))(function)


def parsed_bind(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, int]:  # noqa: ARG001 - click's signature
    """``HOST:PORT``, ``[IPV6]:PORT``, ``:PORT`` or ``PORT`` as host and port; without a host it is localhost."""
    host, _, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not port.isdigit() or not _LOWEST_PORT <= int(port) <= _HIGHEST_PORT:
        raise click.BadParameter(f"{value!r} is not HOST:PORT with a port from 1 to 65535")
    return host, int(port)


def bind(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The address to listen on as the option ``bind``: a pair of host and port."""
    return click.option(
        "--bind",
        "-b",
        default=default,
        show_default=True,
        metavar="HOST:PORT",
        callback=parsed_bind,
        help="Address to listen on.",
    )


def broker(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Where those who seed on several machines meet, as the option ``broker``."""
    return click.option(
        "--broker",
        envvar="TILEKEEP_BROKER",
        metavar="URL",
        required=required,
        help="Redis where runs and workers of seeding meet, redis://user:password@host:port/db (TILEKEEP_BROKER).",
    )
