"""Which level of a grid suits a resolution (spec/config-globals-grids.md, 11.5)."""

from __future__ import annotations

from collections.abc import Sequence

#: For each level the configured resolution above which its predecessor is the better choice, or None.
LevelSwitches = tuple[float | None, ...]


def level_switches(resolutions: Sequence[float], threshold_res: Sequence[float]) -> LevelSwitches:
    """Assigns each threshold to the level it guards, the first level not above it; all in SRS units per pixel.

    Thresholds are used up from the largest down and those above the first level are skipped.  One that shares its
    gap between two levels with a larger one guards nothing, nor do the smaller ones after it.
    """
    waiting = sorted(threshold_res)
    while len(waiting) > 1 and waiting[-1] > resolutions[0]:
        waiting.pop()
    switches: list[float | None] = []
    above = resolutions[0]
    for resolution in resolutions:
        guards = bool(waiting) and above > waiting[-1] >= resolution
        switches.append(waiting.pop() if guards else None)
        above = resolution
    return tuple(switches)


def closest_level(
    resolutions: Sequence[float], switches: LevelSwitches, stretch_factor: float, resolution: float
) -> int:
    """The level to draw ``resolution`` from (SRS units per pixel; the levels' own in descending order).

    The first level fine enough when its tiles may be stretched by ``stretch_factor``, or a later one that is still
    not finer than asked; a switch overrules both.
    """
    candidate: int | None = None
    for level, (own, switch) in enumerate(zip(resolutions, switches, strict=True)):
        if switch is not None:
            if resolution > switch:
                return level - 1
            if resolution >= own:
                return level
        if candidate is not None and own < resolution:
            return candidate
        if own <= resolution * stretch_factor:
            candidate = level
    return len(resolutions) - 1
