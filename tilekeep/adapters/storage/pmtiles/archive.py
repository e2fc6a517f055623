"""An archive with its directories, which are read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tilekeep.adapters.storage.pmtiles.directory import Directory, Entry, decoded_directory, inflated
from tilekeep.adapters.storage.pmtiles.header import FIRST_BYTES, GZIP, Header, parsed_header
from tilekeep.adapters.storage.pmtiles.ranges import ByteRanges, Part
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError

#: Directories in memory besides the root; each has about 100 kB.
_LEAVES_KEPT = 64

#: More steps from the root to a tile than any archive needs (PMTiles 3, clause 4.2.2, advises one).
_MOST_STEPS = 4

#: A tile or a directory with more bytes is none.
_MOST_BYTES = 1 << 26

#: No system has larger files, or takes larger numbers for places in them.
_LARGEST_FILE = (1 << 63) - 1


class Replaced(Exception):
    """Another archive has the name of the one that was being read."""


class FoundTile(NamedTuple):
    """The bytes of a tile as they are delivered, and when its archive was made."""

    body: bytes
    stored_at: float


class Archive:
    """One version of an archive; all that it reads must be of that version."""

    def __init__(self, ranges: ByteRanges, first: Part) -> None:
        """The archive that begins with ``first``.

        :raises StoreError: it is none, or one that cannot be read.
        """
        self._ranges = ranges
        self.version = first.version
        self.stored_at = first.stored_at
        self._leaves: OrderedDict[int, Directory] = OrderedDict()
        self._guard = threading.Lock()
        with self._damage():
            self.header: Header = parsed_header(first.body)
        self._first = first.body

    def find(self, number: int, deadline: Deadline) -> Entry | None:
        """Where the tile with this number lies; None if there is none.

        :raises StoreError: the archive cannot be read, or is damaged.
        :raises Replaced: it is another one by now.
        """
        directory = self._root(deadline)
        for _ in range(_MOST_STEPS):
            entry = directory.find(number)
            if entry is None or entry.run:
                return entry
            directory = self._leaf(entry, deadline)
        raise self._damaged("its directories lie too deep")

    def tile(self, entry: Entry, deadline: Deadline) -> FoundTile:
        """The tile at that place; raises as :meth:`find`."""
        body = self._read(self.header.data_offset + entry.offset, entry.length, deadline)
        if self.header.tile_compression == GZIP:
            with self._damage():
                body = inflated(body, _MOST_BYTES)
        return FoundTile(body, self.stored_at)

    def entries(self, first: int, last: int, deadline: Deadline) -> Iterator[Entry]:
        """The entries with tiles from number ``first`` to ``last``, in order; raises as :meth:`find`."""
        return self._entries_in(self._root(deadline), first, last, deadline, _MOST_STEPS)

    def _entries_in(
        self, directory: Directory, first: int, last: int, deadline: Deadline, steps: int
    ) -> Iterator[Entry]:
        if not steps:
            raise self._damaged("its directories lie too deep")
        for index in range(len(directory)):
            entry = directory.entry(index)
            if entry.first > last:
                return
            if entry.run:
                if entry.first + entry.run > first:
                    yield entry
            elif index + 1 == len(directory) or directory.firsts[index + 1] > first:
                yield from self._entries_in(self._leaf(entry, deadline), first, last, deadline, steps - 1)

    def _root(self, deadline: Deadline) -> Directory:
        header = self.header
        known = self._known(header.root_offset)
        if known is not None:
            return known
        end = header.root_offset + header.root_length
        if end <= min(len(self._first), FIRST_BYTES):
            body = self._first[header.root_offset : end]
        else:
            body = self._read(header.root_offset, header.root_length, deadline)
        return self._keep(header.root_offset, body)

    def _leaf(self, entry: Entry, deadline: Deadline) -> Directory:
        offset = self.header.leaves_offset + entry.offset
        known = self._known(offset)
        return known if known is not None else self._keep(offset, self._read(offset, entry.length, deadline))

    def _known(self, offset: int) -> Directory | None:
        with self._guard:
            known = self._leaves.get(offset)
            if known is not None:
                self._leaves.move_to_end(offset)
            return known

    def _keep(self, offset: int, body: bytes) -> Directory:
        with self._damage():
            directory = decoded_directory(body, self.header.internal_compression)
        with self._guard:
            self._leaves[offset] = directory
            if len(self._leaves) > _LEAVES_KEPT:
                self._leaves.popitem(last=False)
        return directory

    def _read(self, offset: int, length: int, deadline: Deadline) -> bytes:
        if not 0 < length <= _MOST_BYTES:
            raise self._damaged(f"a part of it would have {length} bytes")
        if offset + length > _LARGEST_FILE:
            raise self._damaged(f"a part of it would lie at byte {offset}")
        part = self._ranges.read(offset, length, deadline)
        if part is None or part.version != self.version:
            raise Replaced
        if len(part.body) != length:
            raise self._damaged(f"it ends before byte {offset + length}")
        return part.body

    def _damaged(self, reason: str) -> StoreError:
        return StoreError(f"cannot read {self._ranges.place}: {reason}; replace it")

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """Translates what the parsers say."""
        try:
            yield
        except ValueError as error:
            raise self._damaged(str(error)) from error
