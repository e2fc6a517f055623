"""What is known of stored tiles without their bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tilekeep.adapters.redis.commands import Command, RefusedCommand
from tilekeep.adapters.storage.redis.record import END_BYTES, rest_of, time_in
from tilekeep.adapters.storage.tile_record import NO_RECORD, TileRecord
from tilekeep.domain.tile import TileInfo

_FIRST_OF_END = b"-%d" % END_BYTES


class TileFacts(NamedTuple):
    """A stored tile.

    :ivar end: its last bytes.
    :ivar record: what its record says, if there is one that speaks of it.
    :ivar has_record: whether there is any.
    :ivar left_ms: after how many milliseconds the server forgets the tile; negative for never.
    """

    stored_at: float
    size: int
    end: bytes
    record: TileRecord
    has_record: bool
    left_ms: int

    @property
    def info(self) -> TileInfo:
        """All of it that a port has room for."""
        return TileInfo(self.stored_at, self.size, self.record.validators, self.record.checksum)


def questions(tile: bytes, record: bytes) -> tuple[Command, ...]:
    """The commands that ask for the facts of the tile called ``tile``."""
    return (
        (b"STRLEN", tile),
        (b"GETRANGE", tile, _FIRST_OF_END, b"-1"),
        (b"GET", record),
        (b"PTTL", tile),
    )


def answered(replies: Iterable[Any], time_of_other: Callable[[int], float]) -> Iterator[TileFacts | None]:
    """The facts in the replies to :func:`questions` of several tiles; None for what is no tile, or an empty one.

    ``time_of_other`` tells the time of a tile without record from the milliseconds that it has left.
    """
    each = iter(replies)
    for size, end, record, left_ms in zip(each, each, each, each, strict=True):
        if not size or any(type(reply) is RefusedCommand for reply in (size, end, record, left_ms)):
            yield None
            continue
        stored_at = time_in(record, size, end)
        rest = NO_RECORD if stored_at is None else rest_of(record)
        time = time_of_other(left_ms) if stored_at is None else stored_at
        yield TileFacts(time, size, end, rest, record is not None, left_ms)
