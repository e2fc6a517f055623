"""Which names can be one part of the path of an address."""

from __future__ import annotations

_CHANGED_ON_THE_WAY = frozenset({"", ".", ".."})


def fits_in_path(name: str) -> bool:
    """Whether a part of a path can hold the name, however it is quoted.

    A quoted slash is a slash again before the path is read; clients and servers take out empty parts, ``.`` and
    ``..`` (RFC 3986, 5.2.4).
    """
    return "/" not in name and name not in _CHANGED_ON_THE_WAY
