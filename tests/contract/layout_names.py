"""The names of tiles in every layout, by formulas of their own, written after spec/caches.md, 3.1.1."""

from __future__ import annotations


def tc(z: int, x: int, y: int) -> str:
    return f"{z:02d}/{grouped(x, 3)}/{grouped(y, 3)}"


def mp(z: int, x: int, y: int) -> str:
    return f"{z:02d}/{grouped(x, 4)}/{grouped(y, 4)}"


def tms(z: int, x: int, y: int) -> str:
    return f"{z}/{x}/{y}"


def reverse_tms(z: int, x: int, y: int) -> str:
    return f"{y}/{x}/{z}"


def quadkey(z: int, x: int, y: int) -> str:
    return "".join(str((x >> bit & 1) + 2 * (y >> bit & 1)) for bit in reversed(range(z)))


def arcgis(z: int, x: int, y: int) -> str:
    return f"L{z:02d}/R{y:08x}/C{x:08x}"


def wmts(z: int, x: int, y: int) -> str:
    return f"{z:02d}/{x}/{y}"


def grouped(number: int, digits: int) -> str:
    """The number cut into groups of digits: two of four, three of three."""
    groups = 3 if digits == 3 else 2
    text = f"{number:0{digits * groups}d}"
    head = len(text) - digits * (groups - 1)
    return "/".join([text[:head], *(text[start : start + digits] for start in range(head, len(text), digits))])


LAYOUTS = {function.__name__: function for function in (tc, mp, tms, reverse_tms, quadkey, arcgis, wmts)}
