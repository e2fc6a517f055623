"""From a plan to encoded tiles: ask the source, check what it sends, cut and encode it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from tilekeep.application.refused_image import with_request
from tilekeep.application.store_gate import TileGate
from tilekeep.application.tile_maker import WantedBlock
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import ImageError, RefusedImage
from tilekeep.domain.extent import Extent
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.image import EncodedImage, ImageEncoding, Raster
from tilekeep.domain.keeping import Worth, together
from tilekeep.domain.label import Label
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, NotModified, SourceAnswer
from tilekeep.domain.meta_tile import PlannedFetch, TileCrop
from tilekeep.domain.tile import NewTile, TileKey, Validators
from tilekeep.domain.tile_state import TileState
from tilekeep.domain.warp import PixelBox, Rescaling
from tilekeep.domain.watermark import Watermark
from tilekeep.ports.imaging import Imaging
from tilekeep.ports.map_source import MapSource
from tilekeep.ports.parallel import ParallelRunner

log = logging.getLogger("tilekeep.cache.tile")


class FetchedTiles(NamedTuple):
    """What a plan came to: tiles to store, and tiles whose stored bytes are still the right ones.

    Tiles in none of the lists are blank.

    :ivar validators: came with the answer that confirmed ``unchanged``.
    :ivar passing: tiles to deliver but not to store, as they are made of what is stale or in error;
        ``fresh_for`` says when to ask for them again, in seconds or None.
    :ivar held: tiles whose stored bytes are better than what was fetched.
    :ivar good_for: for how long those that are new are good as their server says, in seconds or None.
    :ivar worth: what those that are new or passing are worth beside stored ones.
    """

    new: tuple[NewTile, ...]
    unchanged: tuple[TileKey, ...] = ()
    validators: Validators | None = None
    passing: tuple[NewTile, ...] = ()
    fresh_for: float | None = None
    storable: bool = True
    worth: Worth = Worth.MAP
    held: tuple[TileKey, ...] = ()
    good_for: float | None = None

    @property
    def state(self) -> TileState:
        """They have been made now."""
        return TileState.MISS

    @staticmethod
    def joined(parts: Sequence[FetchedTiles]) -> FetchedTiles:
        """The tiles of several unconditional fetches."""
        limits = together(parts)
        return FetchedTiles(
            tuple(tile for part in parts for tile in part.new),
            passing=tuple(tile for part in parts for tile in part.passing),
            fresh_for=limits.fresh_for,
            storable=limits.storable,
            worth=limits.worth,
            good_for=limits.good_for,
        )


class FetchesTiles(Protocol):
    """Turns plans into tiles; stores nothing itself."""

    def fetch(self, block: WantedBlock, deadline: Deadline, validators: Validators | None) -> FetchedTiles:
        """All tiles of ``block``; ``validators`` make a plan of one fetch conditional.

        :raises SourceError: there are no tiles at all.
        """
        ...


class TileFetcher:
    """Carries the fetches of a plan out; stores nothing.

    Args:
        source: where the maps come from.
        imaging: cuts and encodes.
        gate: refuses images that may not enter the store.
        parallel: runs the fetches of bulk plans side by side.
        grid: the grid of the cache.
        encoding: how its tiles are encoded.
        request_media_type: the image format asked of the source.
        concurrent_fetches: fetches of one plan at a time (``concurrent_tile_creators``).
        watermark: what is written on every tile, or None.
    """

    def __init__(
        self,
        *,
        source: MapSource,
        imaging: Imaging,
        gate: TileGate,
        parallel: ParallelRunner,
        grid: TileGrid,
        encoding: ImageEncoding,
        request_media_type: str,
        concurrent_fetches: int,
        watermark: Watermark | None = None,
    ) -> None:
        self._source = source
        self._imaging = imaging
        self._gate = gate
        self._parallel = parallel
        self._grid = grid
        self._encoding = encoding
        self._media_type = request_media_type
        self._concurrent_fetches = concurrent_fetches
        self._watermark = watermark

    def fetch(
        self,
        block: WantedBlock,
        deadline: Deadline,
        validators: Validators | None,
    ) -> FetchedTiles:
        """All tiles of ``block``; ``validators`` make a plan of one fetch conditional.

        :raises SourceError: a fetch failed or sent an image that was refused; then there are no tiles at all.
        """
        fetches = block.plan.fetches
        if len(fetches) == 1:
            return self._fetched(fetches[0], block, deadline, validators)
        parts = self._parallel.map(
            lambda fetch: self._fetched(fetch, block, deadline, None), fetches, self._concurrent_fetches
        )
        return FetchedTiles.joined(parts)

    def _fetched(
        self,
        fetch: PlannedFetch,
        block: WantedBlock,
        deadline: Deadline,
        validators: Validators | None,
    ) -> FetchedTiles:
        query = MapQuery(
            fetch.bbox, fetch.size, self._grid.srs, self._media_type, block.dimensions, validators, block.variant
        )
        keys = [block.key(crop.coord) for crop in fetch.crops]
        try:
            answer = self._source.get(query, block.purpose, deadline)
            if isinstance(answer, NotModified) and validators is not None:
                return FetchedTiles((), tuple(keys), answer.validators or validators)
            images, sent = self._images(fetch, answer)
        except RefusedImage as error:
            failure = with_request(error, self._source, query, block.purpose)
            log.warning("%s", failure)
            raise failure from error
        tiles = tuple(
            NewTile(key, image.body, image.media_type, sent, single_color=image.single_color)
            for key, image in zip(keys, images, strict=False)
        )
        if not isinstance(answer, Drawn | Fetched):
            return FetchedTiles(tiles)
        fresh_for, storable, worth = answer.fresh_for, answer.storable, answer.worth
        if storable and fresh_for is None:
            return FetchedTiles(tiles, worth=worth, good_for=answer.good_for)
        return FetchedTiles((), passing=tiles, fresh_for=fresh_for, storable=storable, worth=worth)

    def _images(self, fetch: PlannedFetch, answer: SourceAnswer) -> tuple[Sequence[EncodedImage], Validators | None]:
        if isinstance(answer, Blank):
            return [], None
        if isinstance(answer, Drawn):
            self._gate.check_size(answer.raster, fetch.size)
            return self._cut(fetch, answer.raster), None
        if isinstance(answer, Fetched):
            if self._keeps_bytes(fetch):
                return [self._kept(fetch, answer)], answer.validators
            return self._cut(fetch, self._gate.pixels(answer.body, fetch.size, lazily=True)), answer.validators
        raise self._gate.refusal("the source answered 'not modified' to a request without validators")

    def _keeps_bytes(self, fetch: PlannedFetch) -> bool:
        """Whether the answer is the tile, byte for byte (spec/caches.md, 7; spec/config-globals-grids.md, 8.4)."""
        if not fetch.is_tile or self._watermark is not None:
            return False
        traits = self._source.traits
        if traits.declared_format is None:
            return True
        return traits.declared_format == self._encoding.extension and traits.declared_mode == self._encoding.mode

    def _kept(self, fetch: PlannedFetch, answer: Fetched) -> EncodedImage:
        multiples = self._source.traits.accepts_integer_multiples
        return self._gate.kept(answer, fetch.size, accepts_integer_multiples=multiples)

    def _cut(self, fetch: PlannedFetch, raster: Raster) -> list[EncodedImage]:
        corners = [(crop.left, crop.top) for crop in fetch.crops]
        mark = self._watermark
        labels = [] if mark is None else [mark.labels(crop.coord) for crop in fetch.crops]
        try:
            if self._encoding.is_georeferenced:
                written = labels or [()] * len(fetch.crops)
                return [self._georeferenced(crop, raster, on) for crop, on in zip(fetch.crops, written, strict=True)]
            return self._imaging.split(raster, corners, self._grid.tile_size, self._encoding, labels)
        except ImageError as error:
            raise self._gate.refusal(str(error)) from error

    def _georeferenced(self, crop: TileCrop, raster: Raster, labels: Sequence[Label]) -> EncodedImage:
        """A tile that says which area it shows."""
        width, height = self._grid.tile_size
        part = PixelBox(crop.left, crop.top, crop.left + width, crop.top + height)
        cut = Rescaling(part, self._grid.tile_size)
        tile = self._imaging.warp(raster, cut, "nearest", transparent=bool(self._encoding.transparent))
        if labels:
            tile = self._imaging.annotate(tile, labels)
        return self._imaging.encode(tile, self._encoding, Extent(self._grid.tile_bbox(crop.coord), self._grid.srs))
