"""Colons and question marks inside unquoted text in ``[...]`` and ``{...}``, such as ``[EPSG:4326]``.

The libyaml that ruamel brings along (0.1) refuses them; the one the reference reads with (0.2) takes them as text,
and people write them.  So that both understand the same, they are hidden from the parser behind characters that
have no meaning, one for one, so that columns stay right.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_HIDEABLE = ":?"
_PRIVATE_USE = range(0xE000, 0xF900)

#: A tag, anchor or alias as a whole; or a sign that follows text and cannot be an indicator.
_TOKEN_OR_SIGN = re.compile(
    r"""(?<![^\s,\[\]{}])[!&*]\S*"""
    r"""|(?<=[^\s,\[\]{}"'])(?::(?=[^\s,\[\]{}])|\?)"""
)


class HiddenPunctuation(NamedTuple):
    """Text with hidden signs, and the table for ``str.translate`` that brings them back."""

    body: bytes
    restore: dict[int, str]


def with_punctuation_hidden(body: bytes) -> HiddenPunctuation | None:
    """The text with signs hidden; None if there are none to hide, or if it is no text."""
    text = _decoded(body)
    if text is None:
        return None
    stand_ins = _unused_characters(text)
    hide = dict(zip(_HIDEABLE, stand_ins, strict=True))
    hidden = _TOKEN_OR_SIGN.sub(lambda match: hide.get(match[0], match[0]), text)
    if hidden == text:
        return None
    return HiddenPunctuation(hidden.encode(), {ord(stand_in): sign for sign, stand_in in hide.items()})


def _decoded(body: bytes) -> str | None:
    """The text in one of the encodings of YAML."""
    is_utf_16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return body.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _unused_characters(text: str) -> list[str]:
    """Characters of the private use area that the text does not have."""
    unused = (chr(code) for code in _PRIVATE_USE if chr(code) not in text)
    return [next(unused) for _ in _HIDEABLE]
