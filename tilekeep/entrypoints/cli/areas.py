"""Options that say where: boxes, files with polygons, lists of tiles; and at which levels."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import click

from tilekeep.domain.level_text import levels_of_text

_SIDES = 4
_EXISTING = click.Path(exists=True, readable=True)


def where(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``bboxes``, ``srs``, ``area_files`` and ``tile_lists``, each of which may be repeated but ``srs``."""
    options = (
        click.option(
            "--bbox",
            "bboxes",
            multiple=True,
            callback=_boxes,
            metavar="W,S,E,N",
            help="Inside this box, in the SRS of --srs.",
        ),
        click.option(
            "--srs",
            default="EPSG:4326",
            show_default=True,
            metavar="CODE",
            help="SRS of --bbox and --area, x before y.",
        ),
        click.option(
            "--area",
            "area_files",
            multiple=True,
            type=_EXISTING,
            metavar="FILE",
            help="Inside the polygons of a file: GeoJSON, well-known text, or what GDAL reads.",
        ),
        click.option(
            "--tiles",
            "tile_lists",
            multiple=True,
            type=_EXISTING,
            metavar="FILE",
            help="Where the tiles lie that a file lists as z/x/y, as osm2pgsql and imposm write them.",
        ),
    )
    for option in options:
        function = option(function)
    return function


def levels(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option ``levels``: numbers, ascending, or None."""
    return click.option(
        "--levels", callback=_levels, metavar="LEVELS", help="Only these levels, such as 0-12, 3,5 or 14-."
    )(function)


def coverages_of(
    bboxes: Sequence[tuple[float, ...]], srs: str, area_files: Sequence[str], tile_lists: Sequence[str]
) -> list[dict[str, Any]]:
    """What the options say, as coverages are written in files of tasks; paths are absolute."""
    boxes = [{"bbox": list(box), "srs": srs} for box in bboxes]
    files = [{"datasource": os.path.abspath(path), "srs": srs} for path in area_files]
    lists = [{"expire_tiles": os.path.abspath(path)} for path in tile_lists]
    return [*boxes, *files, *lists]


def _boxes(
    context: click.Context,  # noqa: ARG001 - click's signature
    parameter: click.Parameter,  # noqa: ARG001
    values: Sequence[str],
) -> list[tuple[float, ...]]:
    return list(map(_box, values))


def _box(text: str) -> tuple[float, ...]:
    try:
        sides = tuple(map(float, text.split(",")))
    except ValueError:
        sides = ()
    if len(sides) != _SIDES or not (sides[0] < sides[2] and sides[1] < sides[3]):
        raise click.BadParameter(f"{text!r} is not west,south,east,north with west < east and south < north")
    return sides


def _levels(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, ...] | None:  # noqa: ARG001
    if value is None:
        return None
    found = levels_of_text(value)
    if found is None:
        raise click.BadParameter(f"{value!r} are no levels such as 0-12, 3,5 or 14-")
    return found
