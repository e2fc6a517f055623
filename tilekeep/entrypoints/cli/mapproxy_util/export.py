"""``tilekeep util export`` (spec/util-deploy.md, 8)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import click

from tilekeep.domain.level_text import levels_of_text
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION, EXIT_USAGE
from tilekeep.entrypoints.cli.export_types import REFERENCE_TYPES
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand, existing_configuration

_BOX = re.compile(r"[-+.\d\s,e]+")
_REQUIRED = ("grid", "source", "dest", "levels")


@click.command("export", cls=ReferenceCommand)
@click.argument("arguments", nargs=-1, metavar="[MAPPROXY_CONF]")
@click.option("--mapproxy-conf", "-f", "config", metavar="FILE", help="Configuration file.")
@click.option("--source", metavar="NAME", help="Cache or source to export.")
@click.option(
    "--grid", metavar="NAME|OPTIONS", help="Grid of the export, or its options: 'res=[100,10] srs=EPSG:25832'."
)
@click.option("--dest", metavar="PATH", help="File or directory to export to.")
@click.option("--levels", metavar="LEVELS", help="Levels of that grid: 1,2,3 or 1..10.")
@click.option("--type", "type_name", metavar="TYPE", default="tms", help=f"One of {', '.join(REFERENCE_TYPES)}.")
@click.option("--fetch-missing-tiles", is_flag=True, help="Make missing tiles, instead of leaving them out.")
@click.option("--force", is_flag=True, help="Add to a destination that is there.")
@click.option(
    "--coverage", metavar="BOX|FILE", help="Area of the export: a box, well-known text, GeoJSON, or what GDAL reads."
)
@click.option("--srs", metavar="CODE", help="SRS of the area; that of the grid without it.")
@click.option("--where", metavar="SQL", help="Features of the area that count.")
@click.option("--concurrency", "-c", type=click.IntRange(1), default=1, show_default=True, help="Processes that work.")
@click.option("--dry-run", "-n", is_flag=True, help="Count what would be exported, and do nothing.")
@click.option("--quiet", "-q", count=True, help="Say less; twice for no progress at all.")
@options.environment
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Export the tiles of a cache, or of a source, to another store.

    Tiles that the destination has already stay as they are.  The exit code is 3 when tiles could not be stored, and 4
    when some could not be made.
    """
    path = existing_configuration(context, given["config"], given["arguments"])
    for name in _REQUIRED:
        if not given[name]:
            click.echo(f"ERROR: missing required option --{name}", err=True)
            click.echo(context.get_help())
            sys.exit(EXIT_USAGE)
    if given["type_name"] not in REFERENCE_TYPES:
        _end(f"unsupported --type {given['type_name']}")
    levels = levels_of_text(given["levels"])
    if levels is None:
        _end(f"--levels: {given['levels']!r} are no levels such as 1,2,3 or 1..10")
    from tilekeep.entrypoints.cli.check import load_or_exit
    from tilekeep.entrypoints.cli.export_call import ExportCall
    from tilekeep.entrypoints.cli.export_run import run_export

    loaded = load_or_exit(path, given["environment"])
    call = ExportCall(
        source=given["source"],
        grid=given["grid"],
        dest=given["dest"],
        type=REFERENCE_TYPES[given["type_name"]],
        levels=levels,
        fetches=given["fetch_missing_tiles"],
        coverages=tuple(_coverages(given)),
        workers=given["concurrency"],
        dry_run=given["dry_run"],
        quiet=given["quiet"],
    )
    call.refuse_existing(adds=given["force"], option="--force")
    sys.exit(run_export(loaded, call))


def _coverages(given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The area, if one is given; files lie where the command is run, not beside the configuration."""
    from tilekeep.config.mapproxy.coverage import is_connection

    place = given["coverage"]
    if place is None:
        return
    if not _BOX.fullmatch(place) and not is_connection(place):
        place = os.path.abspath(place)
    options = {"datasource": place, "srs": given["srs"], "where": given["where"]}
    yield {name: value for name, value in options.items() if value is not None}


def _end(error: str) -> NoReturn:
    click.echo(f"ERROR: {error}", err=True)
    sys.exit(EXIT_CONFIGURATION)
