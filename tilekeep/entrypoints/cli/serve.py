"""``tilekeep serve``."""

from __future__ import annotations

import contextlib
import os

import click

from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.check import checked, load_or_exit
from tilekeep.entrypoints.cli.server import ServerOptions, address, run_server
from tilekeep.entrypoints.wsgi.served import ServedConfiguration, remember_good
from tilekeep.entrypoints.wsgi.trusted_proxies import TrustedProxies


def _trusted(context: click.Context, parameter: click.Parameter, networks: tuple[str, ...]) -> tuple[str, ...]:
    try:
        TrustedProxies(networks)
    except ValueError as error:
        raise click.BadParameter(f"{error}; name an address, a network or unix", context, parameter) from error
    return networks


@click.command("serve")
@click.argument("config", metavar="CONFIG", type=click.Path(exists=True))
@options.bind("127.0.0.1:8080")
@click.option("--workers", "-w", type=click.IntRange(min=1), default=2, show_default=True, help="Processes.")
@click.option(
    "--threads", "-t", type=click.IntRange(min=1), default=8, show_default=True, help="Requests per process at a time."
)
@click.option("--reload", is_flag=True, help="Use a changed configuration from the next request on.")
@click.option("--list", "lists_names", is_flag=True, help="List the configurations of a directory at its root.")
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="NETWORK",
    callback=_trusted,
    help="For a directory: whose X-Forwarded-* and X-Script-Name count: address, network or unix; again for more.",
)
@options.log_format
@options.log_config
@options.environment
def command(
    config: str,
    bind: tuple[str, int],
    workers: int,
    threads: int,
    reload: bool,
    lists_names: bool,
    trusted_proxies: tuple[str, ...],
    log_format: str,
    log_config: str | None,
    environment: str | None,
) -> None:
    """Serve the tiles of the configuration file CONFIG over HTTP.

    CONFIG may be a directory: /NAME/... is then answered by the configuration NAME.yaml in it, which is read on its
    first request and again when it has changed.
    """
    if not os.path.isdir(config):
        if lists_names or trusted_proxies:
            raise click.UsageError(
                "--list and --trusted-proxy are for directories; a file has globals.http.trusted_proxies"
            )
        remember_good(load_or_exit(config, environment))
    host, port = bind
    run_server(
        ServedConfiguration(config, environment, reload, log_format, log_config, lists_names, trusted_proxies or None),
        ServerOptions(host, port, workers, threads),
        lambda: click.echo(f"Tilekeep serves {config} on {address(host, port)}"),
        lambda: _remember_newer(config, environment),
    )


def _remember_newer(config: str, environment: str | None) -> None:
    """What is wrong with a changed file its new workers say."""
    if os.path.isdir(config):
        return
    with contextlib.suppress(Exception):
        remember_good(checked(config, environment))
