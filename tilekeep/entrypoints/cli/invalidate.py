"""``tilekeep invalidate``: mark stored tiles as stale after data has changed."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from tilekeep.config.problems import ConfigurationProblems
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.cli import areas, options
from tilekeep.entrypoints.cli.configured import configured_or_exit
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION
from tilekeep.entrypoints.facts.marks import invalidated_facts
from tilekeep.entrypoints.invalidation import Invalidated, WantedInvalidation, invalidated
from tilekeep.entrypoints.quantities import tiles_text

_EXIT_FAILED = 1


@click.command("invalidate")
@options.configuration
@click.option("--caches", metavar="NAME,...", help="These caches; all without it.")
@areas.where
@click.option("--everywhere", is_flag=True, help="All tiles, wherever they lie.")
@areas.levels
@click.option("--derived/--no-derived", default=True, help="Reach caches that are made of these caches, or leave them.")
@click.option("--dry-run", "-n", is_flag=True, help="Count the tiles, and mark none.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
@options.environment
def command(config: str, **given: Any) -> None:
    """Mark stored tiles of the configuration file CONFIG as stale where data has changed.

    No tile is removed: it is made anew when it is asked for the next time, or by seeding, whether the cache has a
    refresh_before or not, and shown while its source fails.  Caches that are made of these caches are reached too, in
    all their grids.  Servers may go on meanwhile.  The exit code is 1 if tiles of a cache could not be marked.
    """
    coverages = areas.coverages_of(given["bboxes"], given["srs"], given["area_files"], given["tile_lists"])
    if bool(coverages) == given["everywhere"]:
        raise click.UsageError("say where data has changed: --bbox, --area, --tiles, or --everywhere alone")
    container = configured_or_exit(config, given["environment"]).container
    wanted = WantedInvalidation(
        caches=given["caches"].split(",") if given["caches"] else None,
        coverages=coverages or None,
        levels=given["levels"],
        with_derived=given["derived"],
        dry_run=given["dry_run"],
    )
    found = []
    try:
        for one in invalidated(container, wanted):
            found.append(one)
            if not given["as_json"]:
                _say(one, dry_run=wanted.dry_run)
    except ConfigurationProblems as problems:
        click.echo(problems.report.as_text(), err=True)
        sys.exit(EXIT_CONFIGURATION)
    except ConfigurationError as error:
        click.echo(f"ERROR: {error}", err=True)
        sys.exit(EXIT_CONFIGURATION)
    if not found and not given["as_json"]:
        click.echo("nothing was to do: there is no tile or polygon in what --tiles and --area name")
    if given["as_json"]:
        click.echo(json.dumps({"dry_run": wanted.dry_run, "caches": list(map(invalidated_facts, found))}, indent=2))
    if any(one.failure for one in found):
        sys.exit(_EXIT_FAILED)


def _say(one: Invalidated, *, dry_run: bool) -> None:
    """One line for the cache, and one for each of its levels with such tiles."""
    reached = f" (made of {one.made_of})" if one.made_of else ""
    what = "would be marked" if dry_run else "marked as stale"
    click.echo(f"{one.cache} {one.grid}{reached}: {tiles_text(one.marked)} {what}")
    for level in one.levels:
        already = f", {level.already} had been before" if level.already else ""
        click.echo(f"  level {level.level:>2}: {tiles_text(level.marked)}{already}")
    if one.failure:
        click.echo(f"ERROR: {one.cache} {one.grid}: {one.failure}", err=True)
