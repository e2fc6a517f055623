"""Lengths of time on the command line (spec/seed.md, 8)."""

from __future__ import annotations

import re

import click

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")


def seconds(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:  # noqa: ARG001 - click's signature
    """A number directly followed by its unit, in seconds."""
    if value is None:
        return None
    found = _DURATION.fullmatch(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is not a duration such as 120s, 15m, 4h, 0.5d or 2w")
    return float(found[1]) * _UNITS[found[2]]
