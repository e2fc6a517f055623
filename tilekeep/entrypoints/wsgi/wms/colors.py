"""The parameters ``bgcolor`` and ``transparent`` (spec/services.md, 3.4)."""

from __future__ import annotations

import re

from tilekeep.domain.errors import InvalidParameter

#: 8-bit red, green and blue.
Rgb = tuple[int, int, int]

# The standard knows the first form alone; the others are what clients send all the same.
_COLOR = re.compile(r"(?:0[xX]|#)?([0-9a-fA-F]{6})")


def background(text: str | None) -> Rgb | None:
    """The colour that ``bgcolor`` means, or None for a request without it.

    :raises InvalidParameter: no ``0xRRGGBB``, ``#RRGGBB`` or ``RRGGBB``.
    """
    if text is None:
        return None
    match = _COLOR.fullmatch(text)
    if match is None:
        raise InvalidParameter(f"invalid bgcolor: {text!r} (0xRRGGBB)", locator="bgcolor")
    red, green, blue = bytes.fromhex(match[1])
    return red, green, blue


def is_true(text: str | None) -> bool:
    """Whether a switch is on: everything but ``true``, in any case, is off."""
    return text is not None and text.lower() == "true"
