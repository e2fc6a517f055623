"""The functions that name the file of a tile, one for each layout, with constant parts made beforehand.

All of them take what stands before and after the path they make.
"""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.domain.tile import TileCoord

#: From a coordinate to the path of its file; raises ``ValueError`` for a coordinate without a name.
Namer = Callable[[TileCoord], str]

_LEVELS = 64
_MILLION = 1_000_000
#: Takes a row or column to the first one of its bundle of 128.
_BUNDLE = ~127
_GROUPS = tuple(f"{number:03d}" for number in range(1000))


def tc_namer(prefix: str, ending: str) -> Namer:
    """``zz/xxx/xxx/xxx/yyy/yyy/yyy``: millions, thousands and units."""
    levels = tuple(f"{prefix}{z:02d}/000/" for z in range(_LEVELS))
    groups = _GROUPS

    def path(coord: TileCoord) -> str:
        z, x, y = coord
        if 0 <= x < _MILLION and 0 <= y < _MILLION and 0 <= z < _LEVELS:
            return (
                f"{levels[z]}{groups[x // 1000]}/{groups[x % 1000]}/000/{groups[y // 1000]}/{groups[y % 1000]}{ending}"
            )
        _refuse_negative(coord)
        column = f"{x // _MILLION:03d}/{x // 1000 % 1000:03d}/{x % 1000:03d}"
        row = f"{y // _MILLION:03d}/{y // 1000 % 1000:03d}/{y % 1000:03d}"
        return f"{prefix}{z:02d}/{column}/{row}{ending}"

    return path


def mp_namer(prefix: str, ending: str) -> Namer:
    """``zz/xxxx/xxxx/yyyy/yyyy``: ten thousands and units."""

    def path(coord: TileCoord) -> str:
        z, x, y = coord
        if x < 0 or y < 0 or z < 0:
            _refuse_negative(coord)
        return f"{prefix}{z:02d}/{x // 10000:04d}/{x % 10000:04d}/{y // 10000:04d}/{y % 10000:04d}{ending}"

    return path


def tms_namer(prefix: str, ending: str) -> Namer:
    """``z/x/y``, nothing padded."""

    def path(coord: TileCoord) -> str:
        z, x, y = coord
        if x < 0 or y < 0 or z < 0:
            _refuse_negative(coord)
        return f"{prefix}{z}/{x}/{y}{ending}"

    return path


def wmts_namer(prefix: str, ending: str) -> Namer:
    """``zz/x/y``: level of two digits, as addresses of WMTS have it; column and row not padded."""

    def path(coord: TileCoord) -> str:
        z, x, y = coord
        if x < 0 or y < 0 or z < 0:
            _refuse_negative(coord)
        return f"{prefix}{z:02d}/{x}/{y}{ending}"

    return path


def reverse_tms_namer(prefix: str, ending: str) -> Namer:
    """``y/x/z``, nothing padded."""

    def path(coord: TileCoord) -> str:
        z, x, y = coord
        if x < 0 or y < 0 or z < 0:
            _refuse_negative(coord)
        return f"{prefix}{y}/{x}/{z}{ending}"

    return path


def arcgis_namer(prefix: str, ending: str) -> Namer:
    """``Lzz/Rrrrrrrrr/Ccccccccc``: level decimal, row and column in hexadecimal digits."""

    def path(coord: TileCoord) -> str:
        z, x, y = coord
        if x < 0 or y < 0 or z < 0:
            _refuse_negative(coord)
        return f"{prefix}L{z:02d}/R{y:08x}/C{x:08x}{ending}"

    return path


def bundle_namer(prefix: str, ending: str) -> Namer:
    """``Lzz/RrrrrCcccc``: level decimal, row and column of the first tile of the bundle in hexadecimal digits."""
    levels = tuple(f"{prefix}L{z:02d}/" for z in range(_LEVELS))

    def path(coord: TileCoord) -> str:
        z, x, y = coord
        if x >= 0 and y >= 0 and 0 <= z < _LEVELS:
            return f"{levels[z]}R{y & _BUNDLE:04x}C{x & _BUNDLE:04x}{ending}"
        _refuse_negative(coord)
        return f"{prefix}L{z:02d}/R{y & _BUNDLE:04x}C{x & _BUNDLE:04x}{ending}"

    return path


def quadkey_namer(prefix: str, ending: str) -> Namer:
    """``<key>``: level z has z digits, each the bit of the column plus twice the bit of the row; level 0 has none."""

    def path(coord: TileCoord) -> str:
        z, x, y = coord
        if x < 0 or y < 0 or z < 0:
            _refuse_negative(coord)
        if x >> z or y >> z:
            raise ValueError(f"tile {z}/{x}/{y} has no quadkey: level {z} ends at column and row {(1 << z) - 1}")
        # The binary digits of x read as decimal, plus twice those of y, are the digits of the key.
        return f"{prefix}{int(f'{x:b}') + 2 * int(f'{y:b}'):0{z}d}{ending}" if z else f"{prefix}{ending}"

    return path


def _refuse_negative(coord: TileCoord) -> None:
    if min(coord) < 0:
        raise ValueError(f"tile {coord.z}/{coord.x}/{coord.y} does not exist: level, column and row count from 0")
