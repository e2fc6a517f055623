"""What the two versions of bundles have in common, and where they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from tilekeep.domain.tile import TileCoord

#: By which number in their headers, which else begin alike, the versions are told apart.
USER_HEADER_SIZE_1, USER_HEADER_SIZE_2 = 16, 131_092


#: So many bytes of the index for each slot are read rather than looking for each entry.
MOST_PER_SLOT = 1024


class Files(NamedTuple):
    """Descriptors of an open bundle: of the file with the tiles, and of the one with the entries of the index."""

    data: int
    entries: int


class Place(NamedTuple):
    """Where the bytes of a tile lie in the data file; the size word stands in the four bytes before ``offset``."""

    offset: int
    size: int


class Damaged(Exception):
    """A bundle, or a tile in it, is not what its format says; the message says how."""


def runs(places: Mapping[int, Place | None]) -> Iterator[tuple[int, list[Place | None]]]:
    """The places whose numbers follow each other, together, each time with the first number."""
    first = 0
    run: list[Place | None] = []
    for number in sorted(places):
        if run and number != first + len(run):
            yield first, run
            run = []
        if not run:
            first = number
        run.append(places[number])
    if run:
        yield first, run


def one_by_one(
    format_: BundleFormat, files: Files, slots: Iterable[int], more: int
) -> Iterator[tuple[int, bytes, int, int]]:
    """What :meth:`BundleFormat.read_many` gives, for slots whose index entries lie far from each other."""
    for slot in slots:
        found = format_.read(files, slot, more)
        if found is not None:
            yield slot, *found


class BundleFormat(Protocol):
    """A version of the format.  All methods raise OSError as the system does.

    :ivar version: 1 or 2.
    :ivar data_ending: of the file with the tiles.
    :ivar index_ending: of the file with the index; the same as ``data_ending`` if that has both.
    :ivar empty_size: bytes of the data file without any tile.
    :ivar size_limit: bytes that a tile has to be smaller than.
    """

    version: int
    data_ending: str
    index_ending: str
    empty_size: int
    size_limit: int

    def empty_data(self, bundle: TileCoord) -> bytes:
        """The data file of a bundle that begins with the tile ``bundle``."""
        ...

    def empty_index(self) -> bytes:
        """The index file; not asked for where there is none."""
        ...

    def check(self, files: Files, size: int) -> None:
        """Looks at the headers; ``size`` is that of the data file.

        :raises Damaged: it is no bundle of this version, or not all of it.
        """
        ...

    def check_data(self, descriptor: int, size: int) -> None:
        """Looks at the header of the data file alone, which has ``size`` bytes.

        :raises Damaged: as :meth:`check`.
        """
        ...

    def place(self, files: Files, slot: int) -> Place | None:
        """Where the tile in ``slot`` lies, or None if there is none.

        :raises Damaged: the index or the tile is cut off.
        """
        ...

    def places(self, files: Files) -> dict[int, Place]:
        """All tiles by their slots; one that is cut off has the size 0.

        :raises Damaged: the index is cut off.
        """
        ...

    def read(self, files: Files, slot: int, more: int) -> tuple[bytes, int, int] | None:
        """Bytes with the tile in ``slot`` in them, where it begins, and its size; None if there is none.

        Up to ``more`` bytes of what lies behind the tile are at the end.

        :raises Damaged: the index or the tile is cut off, or something else lies where the tile should be.
        """
        ...

    def read_many(self, files: Files, slots: Collection[int], more: int) -> Iterator[tuple[int, bytes, int, int]]:
        """Slot, bytes, beginning and size of those of the slots that have a tile, as :meth:`read` gives them; lazy.

        Of an index whose entries lie together there is but one look.

        :raises Damaged: as :meth:`read`, for any of the tiles.
        """
        ...

    def point(self, files: Files, places: Mapping[int, Place | None]) -> None:
        """Has the index lead from the slots that are the keys to these places; None for no tile."""
        ...

    def update_header(self, files: Files, sizes: Mapping[int, int], end: int) -> None:
        """Notes that tiles of ``sizes`` are about to be stored in the slots that are the keys.

        ``end`` is the size of the data file.  To be called before the index leads to the tiles.
        """
        ...
