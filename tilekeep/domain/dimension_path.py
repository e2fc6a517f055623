"""How the dimensions of a tile become directories, and how directories become dimensions again.

A dimension is MapProxy's directory ``<key>-<value>`` (spec/caches.md, 3.1.2) wherever reading that path back gives
the same dimension; every other key or value is percent-encoded.  Since each path is read in one way only, no two
sets of dimensions share a directory, and none is mistaken for a level, a tile or a path outside the cache.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection
from typing import NamedTuple
from urllib.parse import quote, unquote

from tilekeep.domain.errors import InvalidDimension
from tilekeep.domain.tile import Dimensions

#: Longest file name and longest dimension path that are sure to fit into the limits of file systems, in bytes.
_LONGEST_NAME = 255
_LONGEST_PATH = 2000

_OPENING = re.compile(r"([a-z_%][^-/]*)-(.*)", re.DOTALL)
#: Directories and files of tiles: ``02``, ``L02``, ``R0000000c``, ``11.png``, ``.png``; and what is no name at all.
_OF_TILES = re.compile(r"\d+|L\d+|R[0-9a-f]+|\d*\..*|", re.DOTALL | re.ASCII)
_VARIANT_MARK = "="


class DimensionPath(NamedTuple):
    """What a dimension directory stands for."""

    dimensions: Dimensions
    variant: str


def dimension_directory(dimensions: Dimensions, variant: str = "") -> str:
    """The directories of ``dimensions``, relative and without a slash at either end; empty for none.

    Names that do not start with ``dim_`` come first.  A ``variant`` has a directory of its own in front.

    :raises InvalidDimension: a value is too long for a file name.
    """
    parts = [_variant_directory(variant)] if variant else []
    for key, value in sorted(dimensions, key=lambda pair: (pair[0].startswith("dim_"), pair)):
        parts.append(_directory(key, value))
    path = "/".join(parts)
    if len(path) > _LONGEST_NAME // 4:
        _refuse_long(path, dimensions)
    return path


def parsed_dimension_directory(
    path: str, spelled: Callable[[Dimensions, str], str] = dimension_directory
) -> DimensionPath | None:
    """The inverse of :func:`dimension_directory`; None for a path it would not give.

    ``spelled`` is a function that percent-encodes more characters, where places need it.
    """
    names = path.split("/")
    variant = ""
    if path.startswith(_VARIANT_MARK):
        variant = _unescaped(names.pop(0).removeprefix(_VARIANT_MARK)) or ""
    pairs = _pairs(names)
    if pairs is None or len(dict(pairs)) < len(pairs):
        return None
    found = DimensionPath(tuple(sorted(pairs)), variant)
    return found if spelled(*found) == path else None


def dimension_name(dimensions: Dimensions, variant: str = "") -> str:
    """:func:`dimension_directory` as one name, its slashes escaped; leaves room for a suffix of 15 bytes.

    :raises InvalidDimension: the values are too long for one file name.
    """
    name = dimension_directory(dimensions, variant).replace("%", "%25").replace("/", "%2F")
    if len(name) > _LONGEST_NAME // 4 and len(name.encode()) > _LONGEST_NAME - 15:
        key, value = max(dimensions, key=lambda pair: len(pair[1]), default=("", ""))
        raise InvalidDimension(f"values of dimensions are too long for a file name: {value[:40]!r}...", locator=key)
    return name


def parsed_dimension_name(name: str) -> DimensionPath | None:
    """The inverse of :func:`dimension_name`; None for a name it would not give, the empty one too."""
    if not name:
        return None
    found = parsed_dimension_directory(name.replace("%2F", "/").replace("%25", "%"))
    return found if found is not None and dimension_name(*found) == name else None


def may_be_dimension_directory(name: str, *, nested: bool, keys: Collection[str] | None = None) -> bool:
    """Whether a directory called ``name`` may belong to a dimension.

    ``nested`` says that it lies inside another one, where it may continue a value with a slash in it; ``keys`` are
    the names that dimensions may have, None for any.
    """
    opening = _OPENING.fullmatch(name)
    if opening:
        return keys is None or _unescaped(opening[1]) in keys
    if nested:
        return _OF_TILES.fullmatch(name) is None
    return name.startswith(_VARIANT_MARK)


@functools.lru_cache(maxsize=64)
def _variant_directory(variant: str) -> str:
    """Of one of the few forms that caches offer; escaping is slow beside reading a tile."""
    return _VARIANT_MARK + _escaped(variant)


def _directory(key: str, value: str) -> str:
    plain = f"{key}-{value}"
    if _pairs(plain.split("/")) == [(key, value)] and _is_writable(plain):
        return plain
    return f"{_escaped_key(key)}-{_escaped(value)}"


def _pairs(names: list[str]) -> list[tuple[str, str]] | None:
    pairs: list[tuple[str, str]] = []
    for name in names:
        opening = _OPENING.fullmatch(name)
        if opening:
            key, value = (_unescaped(part) for part in opening.groups())
            if key is None or value is None:
                return None
            pairs.append((key, value))
        else:
            more = _unescaped(name)
            if more is None or not pairs or _OF_TILES.fullmatch(name):
                return None
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]}/{more}")
    return pairs


def _is_writable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in path


def _escaped(text: str) -> str:
    return quote(text, safe=" !,:;@+=()", errors="surrogatepass")


def _escaped_key(key: str) -> str:
    """Escapes as ``_escaped``, and what would end the key or is no beginning of one: dashes, digits, capitals."""
    return re.sub(r"-|^[^a-z_%]", lambda match: f"%{ord(match[0]):02X}", _escaped(key)) or "%"


def _unescaped(text: str) -> str | None:
    if text == "%":
        return ""
    try:
        return unquote(text, errors="surrogatepass")
    except UnicodeDecodeError:
        return None


def _refuse_long(path: str, dimensions: Dimensions) -> None:
    encoded = path.encode()
    if len(encoded) <= _LONGEST_PATH and max(map(len, encoded.split(b"/"))) <= _LONGEST_NAME:
        return
    key, value = max(dimensions, key=lambda pair: len(pair[1]), default=("", ""))
    raise InvalidDimension(
        f"value of dimension {key!r} is too long: {value[:40]!r}... ({len(value)} characters)", locator=key
    )
