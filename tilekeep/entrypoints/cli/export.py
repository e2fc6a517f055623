"""``tilekeep export``."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from tilekeep.entrypoints.cli import areas, options
from tilekeep.entrypoints.cli.check import load_or_exit
from tilekeep.entrypoints.cli.export_types import TYPES

_TYPES_OF_ENDINGS = {".pmtiles": "pmtiles", ".mbtiles": "mbtiles", ".gpkg": "geopackage"}


@click.command("export")
@options.configuration
@click.argument("source")
@click.argument("dest", type=click.Path())
@areas.levels
@click.option(
    "--type",
    "-t",
    "type_name",
    type=click.Choice(list(TYPES)),
    help="What is written; without it DEST says it by its ending, else it is xyz.",
)
@click.option(
    "--grid", "-g", metavar="NAME|OPTIONS", help="Grid of the export; without it the first one of the cache SOURCE."
)
@click.option("--url", metavar="URL", help="Where DEST will be found; --type wmts writes it into its capabilities.")
@click.option("--fetch", "fetches", is_flag=True, help="Make missing and stale tiles; without it no server is asked.")
@areas.where
@click.option("--concurrency", "-c", type=click.IntRange(1), default=2, show_default=True, help="Processes that work.")
@click.option("--add", "adds", is_flag=True, help="Add to a destination that is there; its tiles stay as they are.")
@click.option("--continue", "goes_on", is_flag=True, help="Go on where an interrupted export was.")
@click.option("--dry-run", "-n", is_flag=True, help="Count what would be exported, and do nothing.")
@click.option("--quiet", "-q", count=True, help="Say less; twice for no progress at all.")
@options.environment
def command(**given: Any) -> None:
    """Export the tiles of SOURCE, a cache or source of the configuration file CONFIG, to DEST.

    xyz is a directory with z/x/y and rows from the north, as web maps expect it, to be put on any web server; wmts
    one with the addresses of a RESTful WMTS, and its capabilities; pmtiles one file for the same purpose; mbtiles and
    geopackage are files for GIS programs.  How far it has got is noted in DEST.progress, for --continue.

    The exit code is 0 when all tiles that are stored, or with --fetch all tiles, are there, 2 for a wrong call or
    configuration or an interruption, 3 when tiles could not be stored, and 4 when some could not be made.
    """
    from tilekeep.entrypoints.cli.export_call import ExportCall, unpacked_place
    from tilekeep.entrypoints.cli.export_run import run_export

    source, dest = given["source"], given["dest"]
    if given["levels"] is None:
        raise click.UsageError("say with --levels which levels are exported, such as 0-12")
    loaded = load_or_exit(given["config"], given["environment"])
    type_name = given["type_name"] or _TYPES_OF_ENDINGS.get(os.path.splitext(dest)[1].lower(), "xyz")
    call = ExportCall(
        source=source,
        grid=given["grid"] or _first_grid(loaded.settings, source),
        dest=dest,
        type=TYPES[type_name],
        levels=given["levels"],
        fetches=given["fetches"],
        coverages=tuple(areas.coverages_of(given["bboxes"], given["srs"], given["area_files"], given["tile_lists"])),
        workers=given["concurrency"],
        dry_run=given["dry_run"],
        quiet=given["quiet"],
        progress_file=f"{dest.rstrip('/')}.progress",
        goes_on=given["goes_on"],
        url=given["url"],
    )
    if call.type.described and not call.url:
        raise click.UsageError("a WMTS states its address; say with --url where DEST will be found")
    if call.type.packed and given["adds"]:
        raise click.UsageError("archives are made as a whole; leave out --add")
    if source in loaded.settings.sources and not call.fetches:
        raise click.UsageError(f"{source} is a source, of which nothing is stored; add --fetch")
    call.refuse_existing(adds=given["adds"] or given["goes_on"], option="--add")
    if call.type.packed and not given["goes_on"] and os.path.exists(unpacked_place(dest)):
        raise click.UsageError(f"an export was interrupted; --continue it, or remove {unpacked_place(dest)}")
    sys.exit(run_export(loaded, call))


def _first_grid(settings: Any, source: str) -> str:
    from tilekeep.config.mapproxy.grids import DEFAULT_GRID

    cache = settings.caches.get(source)
    return DEFAULT_GRID if cache is None else (cache.grids or (DEFAULT_GRID,))[0]
