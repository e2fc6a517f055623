"""Meridians and parallels at round degrees, as many as a map can carry."""

from __future__ import annotations

import itertools
import math

from tilekeep.adapters.drawing.shapes import Line
from tilekeep.domain.geometry import BBox

_STEPS = (30.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)

#: Lines lie at least so far apart, in pixels at the equator.
_APART_PX = 80.0

#: Points per line: enough for lines that become curves.
_POINTS = 32


def graticule(window: BBox, degrees_per_px: float) -> list[Line]:
    """Lines through ``window``, a box in degrees; neighbouring maps of one resolution get the same lines."""
    step = _step(degrees_per_px)
    meridians = [
        tuple((x, y) for y in _between(window.min_y, window.max_y)) for x in _rounds(window.min_x, window.max_x, step)
    ]
    parallels = [
        tuple((x, y) for x in _between(window.min_x, window.max_x)) for y in _rounds(window.min_y, window.max_y, step)
    ]
    return meridians + parallels


def _step(degrees_per_px: float) -> float:
    """The finest step whose lines lie far enough apart, but at most thirty degrees."""
    fitting = itertools.takewhile(lambda step: step >= _APART_PX * degrees_per_px, _STEPS)
    return min(fitting, default=_STEPS[0])


def _rounds(low: float, high: float, step: float) -> list[float]:
    return [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _between(low: float, high: float) -> list[float]:
    return [low + (high - low) * i / _POINTS for i in range(_POINTS + 1)]
