"""``tilekeep util scales`` (spec/util-deploy.md, 5)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import click

from tilekeep.domain.arithmetic import calculated
from tilekeep.domain.scales import (
    OGC_DPI,
    halved_up_to,
    repeated_by_tens,
    resolution_of_scale,
    scale_of_resolution,
)
from tilekeep.entrypoints.cli.exit_codes import EXIT_USAGE
from tilekeep.entrypoints.cli.reference_command import ReferenceCommand, end_with_help

#: The reference knows a degree to 10 decimals.
_METRES_PER_UNIT = {"m": 1.0, "d": 111319.4907932736}
_STANDARD_INPUT = "-"


def _dpi(context: click.Context, parameter: click.Parameter, value: str) -> float:  # noqa: ARG001 - click's signature
    if value == "OGC":
        return OGC_DPI
    try:
        dpi = float(value)
    except ValueError:
        dpi = 0.0
    if not dpi > 0:
        raise click.BadParameter(f"{value!r} is neither OGC nor a number above zero")
    return dpi


@click.command("scales", cls=ReferenceCommand)
@click.argument("values", nargs=-1, metavar="NUMBER...")
@click.option("--levels", "-l", type=int, default=1, show_default=True, help="How many are printed, if not more given.")
@click.option(
    "--dpi", "-d", default="OGC", show_default=True, callback=_dpi, help="Pixels per inch; OGC: 0.28 mm each."
)
@click.option(
    "--unit", type=click.Choice(list(_METRES_PER_UNIT)), default="m", show_default=True, help="Metres or degrees."
)
@click.option("--eval", "calculates", is_flag=True, help="Take the arguments for calculations, such as 360/256.")
@click.option("--repeat", is_flag=True, help="Go on with a tenth of each, then a hundredth, instead of with halves.")
@click.option("--res-to-scale", is_flag=True, help="The arguments are resolutions; print scales.")
@click.option("--as-res-config", is_flag=True, help="Print resolutions as the option of a grid.")
@click.pass_context
def command(
    context: click.Context,
    values: tuple[str, ...],
    levels: int,
    dpi: float,
    unit: str,
    calculates: bool,
    repeat: bool,
    res_to_scale: bool,
    as_res_config: bool,
) -> None:
    """Print the resolutions of scales, or the scales of resolutions, with their levels.

    With - as NUMBER they are read from standard input, one a line, up to the first empty line.
    """
    if not values:
        end_with_help(context)
    try:
        given = _numbers(values, calculates=calculates)
    except ValueError as error:
        click.echo(f"ERROR: {error}", err=True)
        sys.exit(EXIT_USAGE)
    if not given:
        return
    count = max(levels, len(values))
    all_values = repeated_by_tens(given, count) if repeat else halved_up_to(given, count)
    converted = scale_of_resolution if res_to_scale else resolution_of_scale
    pairs = [(value, converted(value, dpi, _METRES_PER_UNIT[unit])) for value in all_values]
    click.echo("\n".join(_as_option(pairs, dpi) if as_res_config else _lines(pairs)))


def _numbers(values: Sequence[str], *, calculates: bool) -> list[float]:
    """The numbers, largest first; raises ValueError for what is none."""
    if values[0] == _STANDARD_INPUT:
        numbers = [float(line) for line in _lines_of_standard_input()]
    else:
        numbers = [calculated(value) if calculates else float(value) for value in values]
    return sorted(numbers, reverse=True)


def _lines_of_standard_input() -> Iterator[str]:
    for line in sys.stdin:
        number = line.partition("#")[0].strip()
        if not number:
            return
        yield number


def _lines(pairs: Sequence[tuple[float, float]], indent: str = "", comma: str = "") -> Iterator[str]:
    for level, (value, converted) in enumerate(pairs):
        yield f"{indent}{converted:20.10f}{comma} # {level:2d} {value:20.8f}"


def _as_option(pairs: Sequence[tuple[float, float]], dpi: float) -> Iterator[str]:
    yield "    res: ["
    yield f"         #  res            level     scale @{dpi:.1f} DPI"
    yield from _lines(pairs, "    ", ",")
    yield "    ]"
