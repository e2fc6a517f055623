"""The parameters ``bgcolor`` and ``transparent`` (OGC 20-058, 10; spec/services.md, 8.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tilekeep.domain.errors import InvalidParameter

_HEXADECIMAL = re.compile(r"0x([0-9a-f]{2})?([0-9a-f]{6})", re.IGNORECASE)

#: The colours with names in HTML 4 (https://www.w3.org/wiki/CSS/Properties/color/keywords).
_NAMED = {
    "black": (0, 0, 0),
    "silver": (192, 192, 192),
    "gray": (128, 128, 128),
    "white": (255, 255, 255),
    "maroon": (128, 0, 0),
    "red": (255, 0, 0),
    "purple": (128, 0, 128),
    "fuchsia": (255, 0, 255),
    "green": (0, 128, 0),
    "lime": (0, 255, 0),
    "olive": (128, 128, 0),
    "yellow": (255, 255, 0),
    "navy": (0, 0, 128),
    "blue": (0, 0, 255),
    "teal": (0, 128, 128),
    "aqua": (0, 255, 255),
}


def background(given: Mapping[str, str]) -> tuple[int, ...] | None:
    """8-bit red, green, blue, and alpha where it is given; None without ``bgcolor``.

    :raises InvalidParameter: no ``0xRRGGBB``, ``0xAARRGGBB`` or name of a colour.
    """
    text = given.get("bgcolor")
    if not text:
        return None
    named = _NAMED.get(text.lower())
    if named is not None:
        return named
    match = _HEXADECIMAL.fullmatch(text)
    if match is None:
        raise InvalidParameter(f"invalid bgcolor: {text} (0xRRGGBB, 0xAARRGGBB or a name)", locator="bgcolor")
    return (*bytes.fromhex(match[2]), *bytes.fromhex(match[1] or ""))


def is_transparent(given: Mapping[str, str]) -> bool:
    """Whether the map is transparent where nothing is drawn, as it is unless that is denied.

    A background colour does not deny it, as in the reference; one with an alpha is seen all the same.

    :raises InvalidParameter: neither ``true`` nor ``false``.
    """
    text = given.get("transparent", "true")
    if text not in {"true", "false"}:
        raise InvalidParameter(f"invalid transparent: {text} (true or false)", locator="transparent")
    return text == "true"
