"""URL templates of tile sources: ``%(x)s`` and its companions, checked once and filled in per tile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.secrets import redacted
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_namers import arcgis_namer, tc_namer, tms_namer

Value = int | str
#: The box of a tile in grid SRS units, x/y order.
TileBox = Callable[[TileCoord], BBox]


_tc_path = tc_namer("", "")
_tms_path = tms_namer("", "")
_arcgiscache_path = arcgis_namer("", "")


def quadkey(coord: TileCoord) -> str:
    """The digits of :func:`~tilekeep.domain.tile_namers.quadkey_namer`; tiles beyond the square repeat those in it."""
    return "".join(str((coord.x >> bit & 1) + 2 * (coord.y >> bit & 1)) for bit in range(coord.z - 1, -1, -1))


def bbox_text(bbox: BBox) -> str:
    """``minx,miny,maxx,maxy`` with eight decimals."""
    return f"{bbox.min_x:.8f},{bbox.min_y:.8f},{bbox.max_x:.8f},{bbox.max_y:.8f}"


_VARIABLES: dict[str, Callable[[TileCoord, str, TileBox], Value]] = {
    "x": lambda coord, _format, _box: coord.x,
    "y": lambda coord, _format, _box: coord.y,
    "z": lambda coord, _format, _box: coord.z,
    "format": lambda _coord, image_format, _box: image_format,
    "quadkey": lambda coord, _format, _box: quadkey(coord),
    "tc_path": lambda coord, _format, _box: _tc_path(coord),
    "tms_path": lambda coord, _format, _box: _tms_path(coord),
    "arcgiscache_path": lambda coord, _format, _box: _arcgiscache_path(coord),
    "bbox": lambda coord, _format, box: bbox_text(box(coord)),
}


@dataclass(frozen=True, slots=True)
class TileUrlTemplate:
    """A tile URL with ``%(name)s`` placeholders (spec/sources.md, 8.4); a literal ``%`` is written ``%%``.

    ``x``, ``y`` and ``z`` are numbers and take number formats too (``%(z)02d``).  ``text`` is the URL without
    credentials.

    :raises ConfigurationError: on construction, when a placeholder is unknown or malformed.
    """

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        _check(self.text)

    def url(self, coord: TileCoord, image_format: str, box: TileBox) -> str:
        """The URL of one tile; ``image_format`` is a file extension, ``box`` is asked only if ``bbox`` is used."""
        return self.text % _Values(coord, image_format, box)


class _Values(Mapping[str, Value]):
    """Computes only those variables that a template asks for."""

    __slots__ = ("_arguments",)

    def __init__(self, coord: TileCoord, image_format: str, box: TileBox) -> None:
        self._arguments = (coord, image_format, box)

    def __getitem__(self, name: str) -> Value:
        return _VARIABLES[name](*self._arguments)

    def __iter__(self) -> Iterator[str]:
        return iter(_VARIABLES)

    def __len__(self) -> int:
        return len(_VARIABLES)


_NAMELESS = re.compile(r"%(?!\()")
_SAMPLE = _Values(TileCoord(1, 0, 0), "png", lambda _coord: BBox(0.0, 0.0, 1.0, 1.0))


def _check(text: str) -> None:
    known = ", ".join(f"%({name})s" for name in _VARIABLES)
    try:
        filled = _filled_with_sample(text)
    except KeyError as error:
        message = f"unknown variable %({error.args[0]}) in the tile URL {redacted(text)!r}: use {known}"
        raise ConfigurationError(message) from None
    except (TypeError, ValueError) as error:
        message = (
            f"malformed placeholder in the tile URL {redacted(text)!r} ({error}): "
            f"use {known}, and write %% for a literal %"
        )
        raise ConfigurationError(message) from None
    if "://" not in filled:
        raise ConfigurationError(f"the tile URL {redacted(text)!r} has no scheme: start it with http:// or https://")


def _filled_with_sample(text: str) -> str:
    if _NAMELESS.search(text.replace("%%", "")):
        raise ValueError("a percent sign without a name in brackets")
    return text % _SAMPLE
