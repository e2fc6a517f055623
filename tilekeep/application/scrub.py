"""Finding stored tiles that cannot be shown, and removing them, so that they are made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from tilekeep.application.opaque_gate import OpaqueGate
from tilekeep.application.tile_bytes import tile_bytes
from tilekeep.domain.errors import ImageError, StoreError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageLimits
from tilekeep.domain.opaque_format import opaque_format
from tilekeep.domain.tile import TileKey
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.tile_store import SliceReader, TileLister, TileReader, TileRemover


class ScrubbedStore(TileReader, TileLister, TileRemover, Protocol):
    """What is asked of a store."""


class Finding(NamedTuple):
    """A tile that cannot be shown; ``key`` is None for something that keeps a level from being listed to its end.

    :ivar reason: what is wrong with it.
    :ivar removed: whether it has been removed.
    :ivar failure: why it could not be removed, or None.
    """

    key: TileKey | None
    reason: str
    removed: bool = False
    failure: str | None = None


class ScrubResult(NamedTuple):
    """How many tiles were looked at, how many were bad, and how many of these are gone."""

    checked: int
    bad: int
    removed: int

    @property
    def left(self) -> int:
        """What is bad and still there."""
        return self.bad - self.removed


class Scrub:
    """Reads every tile of a store and decodes every pixel of it.

    Args:
        imaging: decodes.
        limits: what an image may cost.
        read_slice: gives the bytes of a tile that lies inside a file.
    """

    def __init__(self, imaging: Imaging, limits: ImageLimits, read_slice: SliceReader) -> None:
        self._imaging = imaging
        self._limits = limits
        self._read_slice = read_slice

    def __call__(
        self,
        store: ScrubbedStore,
        tile_size: Size,
        levels: Iterable[int],
        report: Callable[[Finding], None],
        *,
        fix: bool,
    ) -> ScrubResult:
        """Looks at all tiles of ``levels``; ``report`` hears of each bad one as soon as it is found.

        Args:
            store: others may read and write it meanwhile.
            tile_size: pixels of a tile; whole multiples are good too, as the store gate lets them in.
            levels: of the grid.
            report: called with each finding.
            fix: whether bad tiles are removed.
        """
        checked = bad = removed = 0
        for level in levels:
            for key, reason in self._looked_at(store, level, tile_size):
                checked += key is not None
                if reason is None:
                    continue
                finding = Finding(key, reason)
                if fix and key is not None:
                    finding = self._fixed(store, key, tile_size, finding)
                bad += 1
                removed += finding.removed
                report(finding)
        return ScrubResult(checked, bad, removed)

    def _looked_at(
        self, store: ScrubbedStore, level: int, tile_size: Size
    ) -> Iterator[tuple[TileKey | None, str | None]]:
        """Each tile of a level with what is wrong with it, or None."""
        try:
            for key, _ in store.list(level):
                yield key, self._fault(store, key, tile_size)
        except StoreError as error:
            yield None, str(error)

    def _fixed(self, store: ScrubbedStore, key: TileKey, tile_size: Size, finding: Finding) -> Finding:
        """Removes a bad tile, unless somebody has replaced it by a good one since."""
        if self._fault(store, key, tile_size) is None:
            return finding._replace(removed=True)
        try:
            store.remove([key])
        except StoreError as error:
            return finding._replace(failure=str(error))
        return finding._replace(removed=True)

    def _fault(self, store: ScrubbedStore, key: TileKey, tile_size: Size) -> str | None:
        """What is wrong with a tile; None if nothing is, or if it is gone."""
        try:
            tile = store.read(key)
            if tile is None:
                return None
            body = tile_bytes(tile, self._read_slice)
            opaque = opaque_format(tile.media_type)
            if opaque is not None:
                return OpaqueGate(opaque, self._limits.max_bytes, "").fault(body)
            facts = self._imaging.inspect(body, self._limits)
        except (StoreError, ImageError) as error:
            return str(error)
        width, height = tile_size
        factor, rest = divmod(facts.width, width)
        if rest or not factor or facts.height != factor * height:
            return f"it has {facts.width}x{facts.height} pixels instead of {width}x{height}"
        return None
