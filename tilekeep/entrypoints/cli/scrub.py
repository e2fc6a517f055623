"""``tilekeep scrub``."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import Any

import click

from tilekeep.application.scrub import Finding, ScrubResult
from tilekeep.domain.tile import TileKey, TileSet
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.chosen_stores import chosen_stores_or_exit
from tilekeep.entrypoints.cli.configured import configured_or_exit

_EXIT_BAD_TILES = 1


@click.command("scrub")
@options.configuration
@click.option("--caches", metavar="NAME,...", help="Only these caches; all without it.")
@click.option("--fix", is_flag=True, help="Remove what is bad, so that it is made anew.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON, when everything has been read.")
@options.environment
def command(config: str, caches: str | None, fix: bool, as_json: bool, environment: str | None) -> None:
    """Read every stored tile of the configuration file CONFIG and report those that cannot be shown.

    Every pixel is decoded.  Servers and seeding may go on meanwhile.  The exit code is 0 if nothing bad is left,
    and 1 otherwise.
    """
    container = configured_or_exit(config, environment).container
    scrub = container.use_cases.scrub()
    stores = chosen_stores_or_exit(container, caches)
    left, facts = 0, []
    for stored in stores:
        place = f"{stored.tile_set.cache} {stored.tile_set.grid}"
        grid = stored.grid
        found: list[Finding] = []
        report = found.append if as_json else partial(_say, place)
        result = scrub(stored.store, grid.tile_size, range(grid.levels), report, fix=fix)
        removed = f", {result.removed} removed" if fix else ""
        if not as_json:
            click.echo(f"{place}: {result.checked} tiles, {result.bad} bad{removed}")
        facts.append(_facts(stored.tile_set, result, found))
        left += result.left
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    if left:
        sys.exit(_EXIT_BAD_TILES)


def _facts(tile_set: TileSet, result: ScrubResult, found: list[Finding]) -> dict[str, Any]:
    return {
        "cache": tile_set.cache,
        "grid": tile_set.grid,
        "checked": result.checked,
        "bad": result.bad,
        "removed": result.removed,
        "findings": [
            {
                "tile": None if finding.key is None else list(finding.key.coord),
                "dimensions": {} if finding.key is None else dict(finding.key.dimensions),
                "reason": finding.reason,
                "removed": finding.removed,
                "failure": finding.failure,
            }
            for finding in found
        ],
    }


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
