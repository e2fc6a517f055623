"""``tilekeep util grids`` (spec/util-deploy.md, 7)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.configured import configured_or_exit
from tilekeep.entrypoints.cli.grid_reports import report_on, seed_coverage, wanted_keys
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand, existing_configuration

if TYPE_CHECKING:
    from tilekeep.config.assemble.grid_reports import GridReport
    from tilekeep.domain.grid import TileGrid

_MILLION = 10**6

#: Origins as the reference shows those that nobody has stated.
_INNER_ORIGINS = {"sw": "ll", "nw": "ul"}


@click.command("grids", cls=ReferenceCommand)
@click.argument("arguments", nargs=-1, metavar="[MAPPROXY_CONF]")
@click.option("--mapproxy-conf", "-f", "config", metavar="FILE", help="Configuration file.")
@click.option("--grid", "-g", "name", metavar="NAME", help="Only this grid; small and capital letters are the same.")
@click.option("--all", "unused", is_flag=True, help="Also grids that no cache uses, and those that are built in.")
@click.option("--list", "-l", "names_only", is_flag=True, help="Only the names.")
@click.option("--seed-conf", "-s", metavar="FILE", help="File of tasks that has the area.")
@click.option("--coverage-name", "-c", metavar="NAME", help="Area of which the tiles are estimated.")
@options.environment
@click.pass_context
def command(
    context: click.Context,
    arguments: tuple[str, ...],
    config: str | None,
    name: str | None,
    unused: bool,
    names_only: bool,
    seed_conf: str | None,
    coverage_name: str | None,
    environment: str | None,
) -> None:
    """Print the options, levels and numbers of tiles of the grids of a configuration."""
    path = existing_configuration(context, config, arguments)
    loaded, container = configured_or_exit(path, environment)
    reports = container.use_cases.grid_reports()
    keys = wanted_keys(reports, name, unused=unused)
    coverage = seed_coverage(loaded, seed_conf, coverage_name)
    if names_only:
        click.echo("\n".join(keys))
        return
    written = loaded.section_as_written("grids")
    texts = [
        "\n".join(_lines(report, written.get(report.key) or _built_in(report.key), coverage_name))
        for report in report_on(reports, keys, coverage)
    ]
    click.echo("\n\n".join(texts))


def _built_in(key: str) -> Mapping[str, Any]:
    from tilekeep.config.mapproxy.grids import BUILT_IN_GRIDS

    return BUILT_IN_GRIDS[key]


def _lines(report: GridReport, written: Mapping[str, Any], area: str | None) -> Iterator[str]:
    yield f"{written.get('name') or report.key}:"
    yield "    Configuration:"
    shown = {**written, **_defaults(report.grid, written)}
    yield from (f"        {option}: {_literal(shown[option])}" for option in sorted(shown) if option != "name")
    heading = "    Levels: Resolutions, # x * y = total tiles"
    if report.covered is None:
        yield heading
    else:
        yield f"    Coverage: {area} covers approx. {report.covered * 100:.4f}% of the grid BBOX"
        yield f"{heading} (approx. tiles within coverage)"
    stated = [*(written.get("res") or ()), written.get("min_res")]
    yield from _levels(report, {float(value): value for value in stated if value is not None})


def _defaults(grid: TileGrid, written: Mapping[str, Any]) -> dict[str, Any]:
    """What the grid has though nobody says so; such options are marked."""
    defaults = {
        "tile_size": list(grid.tile_size),
        "bbox": list(grid.bbox),
        "origin": _INNER_ORIGINS[grid.origin],
    }
    return {f"{option}*": value for option, value in defaults.items() if option not in written}


def _levels(report: GridReport, as_written: Mapping[float, Any]) -> Iterator[str]:
    shown = [_literal(as_written.get(count.resolution, count.resolution)) for count in report.levels]
    width = max(map(len, shown)) + 2
    for count, resolution in zip(report.levels, shown, strict=True):
        covered = "" if report.covered is None else f" ({_number(count.tiles * report.covered)})"
        yield (
            f"        {count.level:02d}:  {f'{resolution},':{width}}# {count.columns:6d} * {count.rows:<6d} = "
            f"{_number(count.tiles):>10}{covered}"
        )


def _number(count: float) -> str:
    if math.isnan(count):
        return "?"
    return f"{count / _MILLION:7.2f}M" if count > _MILLION else str(int(count))


def _literal(value: Any) -> str:
    return repr(list(value) if isinstance(value, tuple) else value)
