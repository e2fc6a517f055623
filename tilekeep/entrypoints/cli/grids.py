"""``tilekeep grids``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tilekeep.domain.scales import OGC_DPI, scale_of_resolution
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.configured import configured_or_exit
from tilekeep.entrypoints.cli.grid_reports import report_on, seed_coverage, wanted_keys

if TYPE_CHECKING:
    from tilekeep.config.assemble.grid_reports import GridReport


@click.command("grids")
@options.configuration
@click.option("--grid", "-g", "name", metavar="NAME", help="Only this grid.")
@click.option("--all", "unused", is_flag=True, help="Also grids that no cache uses, and those that are built in.")
@click.option("--seed-conf", "-s", metavar="FILE", help="File of tasks that has the area of --coverage-name.")
@click.option("--coverage-name", "-c", metavar="NAME", help="Estimate the tiles of this area.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.environment
def command(
    config: str,
    name: str | None,
    unused: bool,
    seed_conf: str | None,
    coverage_name: str | None,
    as_json: bool,
    environment: str | None,
) -> None:
    """Say for each grid of the configuration file CONFIG its box, levels, scales and numbers of tiles.

    Scales are those of OGC, with pixels of 0.28 mm.  The exit code is 1 for a grid or area that does not exist, 2 for a
    configuration that cannot be obeyed.
    """
    loaded, container = configured_or_exit(config, environment)
    reports = container.use_cases.grid_reports()
    keys = wanted_keys(reports, name, unused=unused)
    coverage = seed_coverage(loaded, seed_conf, coverage_name)
    found = [_facts(report) for report in report_on(reports, keys, coverage)]
    click.echo(json.dumps(found, indent=2) if as_json else "\n\n".join("\n".join(_lines(facts)) for facts in found))


def _facts(report: GridReport) -> dict[str, Any]:
    grid = report.grid
    return {
        "key": report.key,
        "name": grid.name,
        "srs": grid.srs.code,
        "bbox": list(grid.bbox),
        "origin": grid.origin,
        "tile_size": list(grid.tile_size),
        "covered": _number(report.covered),
        "levels": [
            {
                "level": count.level,
                "resolution": count.resolution,
                "scale": scale_of_resolution(count.resolution, OGC_DPI, grid.srs.metres_per_unit),
                "columns": count.columns,
                "rows": count.rows,
                "tiles": count.tiles,
                "tiles_in_coverage": _rounded(report.covered, count.tiles),
            }
            for count in report.levels
        ],
    }


def _number(share: float | None) -> float | None:
    return None if share is None or math.isnan(share) else share


def _rounded(share: float | None, tiles: int) -> int | None:
    known = _number(share)
    return None if known is None else math.ceil(known * tiles)


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    named = "" if facts["name"] == facts["key"] else f" (as {facts['name']} in URLs)"
    width, height = facts["tile_size"]
    yield f"{facts['key']}{named}: {facts['srs']}, tiles of {width}x{height} pixels, origin {facts['origin']}"
    yield f"  bbox {', '.join(f'{number:.10g}' for number in facts['bbox'])}"
    has_area = facts["covered"] is not None
    if has_area:
        yield f"  the area covers about {facts['covered']:.4%} of it"
    area = f"{'in the area':>20}" if has_area else ""
    yield f"  {'level':>5} {'resolution':>22} {'scale 1:':>16} {'columns':>10} {'rows':>10} {'tiles':>20}{area}"
    for level in facts["levels"]:
        area = f"{level['tiles_in_coverage']:>20,}" if has_area else ""
        yield (
            f"  {level['level']:>5} {level['resolution']:>22.15g} {level['scale']:>16,.0f} {level['columns']:>10,}"
            f" {level['rows']:>10,} {level['tiles']:>20,}{area}"
        )
