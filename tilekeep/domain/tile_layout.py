"""How a tile coordinate becomes a relative path and back again, for every ``directory_layout``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_namers import (
    Namer,
    arcgis_namer,
    mp_namer,
    quadkey_namer,
    reverse_tms_namer,
    tc_namer,
    tms_namer,
    wmts_namer,
)

#: Columns ``min_x``..``max_x`` and rows ``min_y``..``max_y``, all inclusive: (min_x, min_y, max_x, max_y).
Window = tuple[int, int, int, int]


class TileLayout(Protocol):
    """Names tiles below the directory of a cache (spec/caches.md, 3.1.1); pure and immutable."""

    @property
    def name(self) -> str:
        """The value of ``directory_layout``."""
        ...

    @property
    def depth(self) -> int:
        """How many directories stand above the file of a tile."""
        ...

    def namer(self, prefix: str, extension: str) -> Namer:
        """A fast function from coordinate to ``prefix`` + path + ``.extension``.

        It raises ``ValueError`` for a coordinate that the layout cannot name; its result never leaves ``prefix``.
        """
        ...

    def coord(self, path: str, extension: str) -> TileCoord | None:
        """The coordinate whose path below the cache directory is exactly ``path``, or None."""
        ...

    def may_hold(self, directories: Sequence[str], z: int, window: Window | None) -> bool:
        """Whether tiles of level ``z`` inside ``window`` may lie below ``directories`` of the cache directory."""
        ...


class Step(NamedTuple):
    """One component of a tile path.

    :ivar axis: index into the coordinate: 0 level, 1 column, 2 row.
    :ivar scale: how many columns or rows one unit of this component covers.
    :ivar limit: values from here on belong into the component before; 0 is unlimited.
    :ivar marker: letter in front of the number.
    :ivar spec: format specification of the number.
    :ivar base: 10 or 16.
    """

    axis: Literal[0, 1, 2]
    scale: int = 1
    limit: int = 0
    marker: str = ""
    spec: str = "d"
    base: int = 10

    def value(self, name: str) -> int | None:
        """The number that ``name`` spells exactly as this step would, or None."""
        return _value(self, name)


@lru_cache(maxsize=8192)
def _value(step: Step, name: str) -> int | None:
    """Listings meet the same few names again and again."""
    digits = name.removeprefix(step.marker)
    if not (digits.isascii() and digits.isalnum()):
        return None
    try:
        value = int(digits, step.base)
    except ValueError:
        return None
    spelled = f"{step.marker}{value:{step.spec}}"
    return value if spelled == name and not 0 < step.limit <= value else None


@dataclass(frozen=True, slots=True)
class SteppedLayout:
    """A layout of one number for each directory and file."""

    name: str
    steps: tuple[Step, ...]
    make_namer: Callable[[str, str], Namer]

    @property
    def depth(self) -> int:
        """How many directories stand above the file of a tile."""
        return len(self.steps) - 1

    def namer(self, prefix: str, extension: str) -> Namer:
        """See :class:`TileLayout`."""
        return self.make_namer(prefix, f".{extension}")

    def coord(self, path: str, extension: str) -> TileCoord | None:
        """See :class:`TileLayout`."""
        ending = f".{extension}"
        names = path.removesuffix(ending).split("/")
        if not path.endswith(ending) or len(names) != len(self.steps):
            return None
        found = self._lowest(names)
        return None if found is None else TileCoord(*found[0])

    def may_hold(self, directories: Sequence[str], z: int, window: Window | None) -> bool:
        """See :class:`TileLayout`."""
        found = None if len(directories) > self.depth else self._lowest(directories)
        if found is None:
            return False
        (low_z, low_x, low_y), (span_z, span_x, span_y) = found
        if span_z and low_z != z:
            return False
        if window is None:
            return True
        min_x, min_y, max_x, max_y = window
        return _overlaps(low_x, span_x, min_x, max_x) and _overlaps(low_y, span_y, min_y, max_y)

    def _lowest(self, names: Sequence[str]) -> tuple[list[int], list[int]] | None:
        """Lowest coordinate below ``names`` and how far it reaches on each axis; 0 is without end."""
        low, span = [0, 0, 0], [0, 0, 0]
        for step, name in zip(self.steps, names, strict=False):
            value = step.value(name)
            if value is None:
                return None
            low[step.axis] += value * step.scale
            span[step.axis] = step.scale
        return low, span


def _overlaps(low: int, span: int, first: int, last: int) -> bool:
    return not span or (low <= last and low + span > first)


@dataclass(frozen=True, slots=True)
class QuadkeyLayout:
    """All tiles in one directory, each named by one base-4 digit for each level, by which levels are told apart."""

    name: str = "quadkey"
    depth: int = 0

    def namer(self, prefix: str, extension: str) -> Namer:
        """See :class:`TileLayout`."""
        return quadkey_namer(prefix, f".{extension}")

    def coord(self, path: str, extension: str) -> TileCoord | None:
        """See :class:`TileLayout`."""
        ending = f".{extension}"
        digits = path.removesuffix(ending)
        if not path.endswith(ending) or digits.strip("0123"):
            return None
        x = y = 0
        for digit in digits:
            x = x << 1 | int(digit) & 1
            y = y << 1 | int(digit) >> 1
        return TileCoord(len(digits), x, y)

    def may_hold(self, directories: Sequence[str], z: int, window: Window | None) -> bool:
        """See :class:`TileLayout`."""
        return not directories


_THOUSANDS = tuple(
    Step(axis, scale, limit, spec="03d")
    for axis in (1, 2)
    for scale, limit in ((1_000_000, 0), (1000, 1000), (1, 1000))
)
_TEN_THOUSANDS = tuple(
    Step(axis, scale, limit, spec="04d") for axis in (1, 2) for scale, limit in ((10_000, 0), (1, 10_000))
)

_LAYOUTS: dict[str, TileLayout] = {
    layout.name: layout
    for layout in (
        SteppedLayout("tc", (Step(0, spec="02d"), *_THOUSANDS), tc_namer),
        SteppedLayout("mp", (Step(0, spec="02d"), *_TEN_THOUSANDS), mp_namer),
        SteppedLayout("tms", (Step(0), Step(1), Step(2)), tms_namer),
        SteppedLayout("reverse_tms", (Step(2), Step(1), Step(0)), reverse_tms_namer),
        QuadkeyLayout(),
        SteppedLayout(
            "arcgis",
            (
                Step(0, marker="L", spec="02d"),
                Step(2, marker="R", spec="08x", base=16),
                Step(1, marker="C", spec="08x", base=16),
            ),
            arcgis_namer,
        ),
        SteppedLayout("wmts", (Step(0, spec="02d"), Step(1), Step(2)), wmts_namer),
    )
}

#: The values of ``directory_layout``.
LAYOUT_NAMES = tuple(_LAYOUTS)


def tile_layout(name: str) -> TileLayout:
    """The layout called ``name``.

    :raises ConfigurationError: there is none.
    """
    try:
        return _LAYOUTS[name]
    except KeyError:
        raise ConfigurationError(f"unknown directory_layout {name!r}; use one of {', '.join(LAYOUT_NAMES)}") from None
