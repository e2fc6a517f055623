"""``tilekeep util gridconf-from-ogcapitilematrixset`` (spec/util-deploy.md, 11)."""

from __future__ import annotations

import sys

import click

from tilekeep.domain.errors import SourceError
from tilekeep.entrypoints.cli.exit_codes import EXIT_USAGE
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand, end_with_help


@click.command("gridconf-from-ogcapitilematrixset", cls=ReferenceCommand)
@click.argument("urls", nargs=-1, metavar="URL")
@click.option("--url", metavar="URL", help="Landing page of the server.")
@click.pass_context
def command(context: click.Context, urls: tuple[str, ...], url: str | None) -> None:
    """Print grids for the tile matrix sets of the OGC API with the landing page URL.

    Sets that can be no grid are named on standard error.
    """
    landing_page = url or (urls[0] if len(urls) == 1 else None)
    if not landing_page:
        end_with_help(context)
    from tilekeep.config.autoconfig.tile_matrix_sets import grids_of_server
    from tilekeep.config.autoconfig.yaml_text import yaml_text

    try:
        grids = grids_of_server(landing_page, lambda reason: click.echo(f"Cannot handle {reason}", err=True))
    except SourceError as error:
        click.echo(f"ERROR: {error}", err=True)
        sys.exit(EXIT_USAGE)
    if grids is None:
        click.echo("Cannot find a link to tile matrix set definitions")
        return
    click.echo(f"Configuration to add to mapproxy.yml:\n\n{yaml_text({'grids': grids})}")
