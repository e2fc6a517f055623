"""Scales of maps and the resolutions that they stand for, one at a time and as the levels of a grid."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.domain.srs import STANDARD_PIXEL_METRES

#: The standard pixel of OGC in dots per inch.
OGC_DPI = 0.0254 / STANDARD_PIXEL_METRES


def resolution_of_scale(denominator: float, dpi: float, metres_per_unit: float) -> float:
    """SRS units per pixel at the scale 1:``denominator`` on a screen with ``dpi`` pixels per inch."""
    return denominator * _pixel_metres(dpi) / metres_per_unit


def scale_of_resolution(resolution: float, dpi: float, metres_per_unit: float) -> float:
    """The scale denominator at ``resolution`` SRS units per pixel on a screen with ``dpi`` pixels per inch."""
    return resolution / _pixel_metres(dpi) * metres_per_unit


def halved_up_to(values: Sequence[float], count: int) -> list[float]:
    """``count`` values at least: those given, then halves of the last one, of that, and so on."""
    missing = range(1, count - len(values) + 1)
    return [*values, *(values[-1] / 2**step for step in missing)]


def repeated_by_tens(values: Sequence[float], count: int) -> list[float]:
    """``count`` values: those given, then a tenth of each, then a hundredth, and so on."""
    return [values[index % len(values)] / 10 ** (index // len(values)) for index in range(count)]


def _pixel_metres(dpi: float) -> float:
    return 2.54 / (dpi * 100)
