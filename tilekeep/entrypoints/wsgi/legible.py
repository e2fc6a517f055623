"""Text that a client sent, without what terminals, documents and libraries in C had better not see."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tilekeep.domain.errors import InvalidParameter

#: Control characters, other ends of lines, and surrogates.
_ILLEGIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_legible(text: str) -> bool:
    """Whether all of it can be shown."""
    return _ILLEGIBLE.search(text) is None


def check_legible(given: Mapping[str, str]) -> None:
    """Returns if the values of all parameters can be shown.

    :raises InvalidParameter: one cannot.
    """
    for name, value in given.items():
        if not is_legible(value):
            raise InvalidParameter(f"{name} has control characters", locator=name)


def legible(text: str) -> str:
    """The text with U+FFFD for what cannot be shown."""
    return _ILLEGIBLE.sub("\ufffd", text)
