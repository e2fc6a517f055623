"""Numbers of tiles, bytes and seconds as people read them."""

from __future__ import annotations

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0


def tiles_text(count: int) -> str:
    """So many tiles."""
    return f"{count} tile" if count == 1 else f"{count} tiles"


def size_text(size: float) -> str:
    """Bytes with a unit of thousands."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004 - of which the next unit is made
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def duration_text(seconds: float) -> str:
    """Seconds in the unit that fits."""
    for unit, length in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"
