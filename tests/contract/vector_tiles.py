"""Vector tiles to test with, written by hand (Mapbox Vector Tile specification 2.1)."""

from __future__ import annotations


def number(value: int) -> bytes:
    """A number as protocol buffers write it."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(tag: int, content: bytes | int) -> bytes:
    """A field with a number, or with bytes."""
    if isinstance(content, int):
        return number(tag << 3) + number(content)
    return number(tag << 3 | 2) + number(len(content)) + content


def feature(identifier: int) -> bytes:
    """A point."""
    return field(1, identifier) + field(3, 1) + field(4, bytes([9, 50, 34]))


def layer(name: str, features: int = 1) -> bytes:
    """A layer with points."""
    points = b"".join(field(2, feature(identifier)) for identifier in range(features))
    return field(15, 2) + field(1, name.encode()) + points + field(5, 4096)


def vector_tile(*names: str, features: int = 1) -> bytes:
    """A tile with layers of these names."""
    return b"".join(field(3, layer(name, features)) for name in names)
