"""``tilekeep serve``."""

from __future__ import annotations

import click

from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.check import load_or_exit
from tilekeep.entrypoints.cli.server import ServerOptions, address, run_server
from tilekeep.entrypoints.wsgi.served import ServedConfiguration


@click.command("serve")
@options.configuration
@options.bind("127.0.0.1:8080")
@click.option("--workers", "-w", type=click.IntRange(min=1), default=2, show_default=True, help="Processes.")
@click.option(
    "--threads", "-t", type=click.IntRange(min=1), default=8, show_default=True, help="Requests per process at a time."
)
@click.option("--reload", is_flag=True, help="Use a changed configuration from the next request on.")
@options.log_format
@options.log_config
@options.environment
def command(
    config: str,
    bind: tuple[str, int],
    workers: int,
    threads: int,
    reload: bool,
    log_format: str,
    log_config: str | None,
    environment: str | None,
) -> None:
    """Serve the tiles of the configuration file CONFIG over HTTP."""
    load_or_exit(config, environment)
    host, port = bind
    run_server(
        ServedConfiguration(config, environment, reload, log_format, log_config),
        ServerOptions(host, port, workers, threads),
        lambda: click.echo(f"Tilekeep serves {config} on {address(host, port)}"),
    )
