"""``tilekeep scrub``."""

from __future__ import annotations

import sys
from functools import partial

import click

from tilekeep.application.scrub import Finding
from tilekeep.domain.tile import TileKey
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.configured import configured_or_exit

_EXIT_BAD_TILES = 1
_EXIT_USAGE = 2


@click.command("scrub")
@options.configuration
@click.option("--caches", metavar="NAME,...", help="Only these caches; all without it.")
@click.option("--fix", is_flag=True, help="Remove what is bad, so that it is made anew.")
@options.environment
def command(config: str, caches: str | None, fix: bool, environment: str | None) -> None:
    """Read every stored tile of the configuration file CONFIG and report those that cannot be shown.

    Every pixel is decoded.  Servers and seeding may go on meanwhile.  The exit code is 0 if nothing bad is left,
    and 1 otherwise.
    """
    container = configured_or_exit(config, environment).container
    scrub = container.use_cases.scrub()
    stores = list(container.use_cases.caches().stores())
    known = list(dict.fromkeys(stored.tile_set.cache for stored in stores))
    wanted = caches.split(",") if caches else known
    if unknown := [name for name in wanted if name not in known]:
        click.echo(f"unknown caches: {', '.join(unknown)}; available caches: {', '.join(known)}", err=True)
        sys.exit(_EXIT_USAGE)
    left = 0
    for stored in (stored for stored in stores if stored.tile_set.cache in wanted):
        place = f"{stored.tile_set.cache} {stored.tile_set.grid}"
        grid = stored.grid
        result = scrub(stored.store, grid.tile_size, range(grid.levels), partial(_say, place), fix=fix)
        removed = f", {result.removed} removed" if fix else ""
        click.echo(f"{place}: {result.checked} tiles, {result.bad} bad{removed}")
        left += result.left
    if left:
        sys.exit(_EXIT_BAD_TILES)


def _say(place: str, finding: Finding) -> None:
    """One line for each bad tile."""
    what = "cannot be listed" if finding.key is None else _tile(finding.key)
    done = " - removed" if finding.removed else ""
    click.echo(f"{place} {what}: {finding.reason}{done}")
    if finding.failure is not None:
        click.echo(f"ERROR: {finding.failure}", err=True)


def _tile(key: TileKey) -> str:
    """Level, column and row, and the dimensions."""
    z, x, y = key.coord
    return " ".join([f"{z}/{x}/{y}", *(f"{name}={value}" for name, value in key.dimensions)])
