"""How the options of a grid become its list of resolutions (spec/config-globals-grids.md, 11.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tilekeep.domain.geometry import BBox, Size

SQRT2 = math.sqrt(2)

#: Digits to which the ratio of two levels is compared with 2 and with the root of 2.
_RATIO_DIGITS = 8


def resolution_of_one_tile(bbox: BBox, tile_size: Size) -> float:
    """The resolution at which ``bbox`` just fits in one tile, in SRS units per pixel."""
    return max(bbox.width / tile_size.width, bbox.height / tile_size.height)


def repeatedly_divided(first: float, factor: float, count: int) -> tuple[float, ...]:
    """``count`` resolutions, each the one before divided by ``factor``."""
    resolutions = [first]
    while len(resolutions) < count:
        resolutions.append(resolutions[-1] / factor)
    return tuple(resolutions)


def divided_down_to(first: float, factor: float, limit: float) -> Iterator[float]:
    """Resolutions divided by ``factor`` while they stay above ``limit``; one that hits it is left out."""
    yield first
    following = first / factor
    while following > limit:
        yield following
        following /= factor


def interpolated(first: float, last: float, count: int) -> tuple[float, ...]:
    """``count`` resolutions (two at least) from ``first`` to ``last`` in equal steps of their logarithm."""
    step = (math.log10(first) - math.log10(last)) / (count - 1)
    return tuple(float(10 ** (math.log10(first) - step * i)) for i in range(count))


def aligned(
    others: Sequence[float], first: float, limit: float | None, count: int | None, factor: float
) -> tuple[float, ...]:
    """The resolutions of another grid between ``first`` and ``limit``, at most ``count`` of them.

    A ``factor`` of the root of 2 on a grid that halves adds a level after each; one of 2 on a grid that divides by
    the root of 2 takes every second level.  With fewer than two resolutions there is no ratio, and nothing changes.
    """
    kept = [other for other in others if other <= first and (limit is None or other >= limit)][:count]
    if len(kept) < 2:  # noqa: PLR2004 - a ratio takes two
        return tuple(kept)
    ratio = round(kept[0] / kept[1], _RATIO_DIGITS)
    if factor == SQRT2 and ratio == 2:  # noqa: PLR2004 - the ratio the docstring names
        return tuple(value for other in kept for value in (other, other / SQRT2))
    if factor == 2 and ratio == round(SQRT2, _RATIO_DIGITS):  # noqa: PLR2004 - the factor the docstring names
        return tuple(kept[::2])
    return tuple(kept)
