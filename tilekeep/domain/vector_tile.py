"""Whether bytes are a whole Mapbox Vector Tile (specification 2.1), without a look at geometries."""

from __future__ import annotations

from collections.abc import Iterator

#: Wire types of protocol buffers: number, 64 bits, length-delimited, 32 bits.
_NUMBER, _EIGHT_BYTES, _DELIMITED, _FOUR_BYTES = 0, 1, 2, 5
_FIXED_BYTES = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}

_LAYER = 3
_NAME, _VERSION = 1, 15

#: A number has at most 64 bits, seven in each byte.
_MOST_NUMBER_BYTES = 10

#: Fields of layers that are looked at; in larger tiles the rest of them is taken on trust.
MOST_FIELDS = 20_000


class NoVectorTile(ValueError):
    """Bytes that are no vector tile; the text says why."""


def layer_names(body: bytes) -> list[str]:
    """The names of the layers of a tile in their order; no bytes are a tile without layers.

    The tile and its layers are walked from field to field, at most :data:`MOST_FIELDS` in all.

    :raises NoVectorTile: cut, damaged, or something else.
    """
    names = []
    budget = MOST_FIELDS
    for number, wire_type, start, end in _fields(body, 0, len(body)):
        if number != _LAYER or wire_type != _DELIMITED:
            raise NoVectorTile(f"a field {number} of type {wire_type} among the layers")
        name, seen = _layer(body, start, end, budget)
        names.append(name)
        budget = max(0, budget - seen)
    return names


def _layer(body: bytes, start: int, end: int, budget: int) -> tuple[str, int]:
    """The name of the layer between ``start`` and ``end``, and how many fields were looked at."""
    name: str | None = None
    seen = 0
    for number, wire_type, first, last in _fields(body, start, end):
        if number == _NAME and wire_type == _DELIMITED:
            try:
                name = body[first:last].decode()
            except UnicodeDecodeError as error:
                raise NoVectorTile("a layer whose name is no text") from error
        elif not 0 < number <= _VERSION:
            raise NoVectorTile(f"a field {number} in a layer")
        seen += 1
        if seen >= budget:
            break
    if name is None and seen < budget:
        raise NoVectorTile("a layer without a name")
    return name or "", seen


def _fields(body: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Number, wire type and place of the content of each field."""
    position = start
    while position < end:
        tag, position = _number(body, position, end)
        wire_type = tag & 7
        first = position
        if wire_type == _NUMBER:
            _, position = _number(body, position, end)
        elif wire_type == _DELIMITED:
            length, first = _number(body, position, end)
            position = first + length
        elif wire_type in _FIXED_BYTES:
            position += _FIXED_BYTES[wire_type]
        else:
            raise NoVectorTile(f"a field of the unknown type {wire_type}")
        if position > end:
            raise NoVectorTile("it is cut")
        yield tag >> 3, wire_type, first, position


def _number(body: bytes, position: int, end: int) -> tuple[int, int]:
    """A number, and the place behind it."""
    value = 0
    for count in range(_MOST_NUMBER_BYTES):
        if position + count >= end:
            raise NoVectorTile("it is cut")
        byte = body[position + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number has no high bit
            return value, position + count + 1
    raise NoVectorTile("a number that does not end")
