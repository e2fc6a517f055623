"""``tilekeep util serve-multiapp-develop`` (spec/util-deploy.md, 4)."""

from __future__ import annotations

import logging
import os
import sys

import click

from tilekeep.entrypoints.cli.development import develop_bind, log_to_standard_output, warn_of_debugging
from tilekeep.entrypoints.cli.exit_codes import EXIT_USAGE
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand


@click.command("serve-multiapp-develop", cls=ReferenceCommand)
@click.argument("directories", nargs=-1, metavar="DIRECTORY")
@develop_bind
@click.option("--debug", is_flag=True, help="Show errors in the browser.")
@click.pass_context
def command(context: click.Context, directories: tuple[str, ...], bind: tuple[str, int], debug: bool) -> None:
    """Serve all configurations of a directory while they are being written, with a list of them.

    Changed configurations are used from the next request on; changed Python modules start the server anew.
    """
    if len(directories) != 1:
        click.echo(f"{context.get_help()}\n\nERROR: MapProxy projects directory required.")
        sys.exit(EXIT_USAGE)
    (directory,) = directories
    if not os.path.isdir(directory):
        click.echo(f"ERROR: there is no directory {directory!r}", err=True)
        sys.exit(EXIT_USAGE)
    host, port = bind
    warn_of_debugging(host, debug=debug)
    log_to_standard_output(logging.INFO)
    from tilekeep.entrypoints.wsgi.development import run_development_server
    from tilekeep.entrypoints.wsgi.make_multi_app import make_multi_app

    run_development_server(host, port, lambda: make_multi_app(directory, allow_listing=True, debug=debug), debug=debug)
