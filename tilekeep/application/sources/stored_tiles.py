"""Tiles that are there already, in an archive, as a source."""

from __future__ import annotations

import logging
from collections.abc import Callable

from tilekeep.application.store_gate import StoreGate
from tilekeep.application.tile_bytes import tile_bytes
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceBusy, SourceError, StoreError
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.opaque_format import opaque_format
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile import TileKey
from tilekeep.domain.xyz import xyz_of
from tilekeep.ports.tile_store import SliceReader, TileReader

log = logging.getLogger("tilekeep.source.archive")


class StoredTiles:
    """A :class:`~tilekeep.ports.map_source.MapSource` of XYZ tiles; what is not stored is blank.

    Tiles in the format that is asked for pass through as they are, others are decoded to be encoded anew.  Where tiles
    are wanted that nobody decodes, the gate of the cache knows whether they are such.

    Args:
        reader: gives what reads the tiles, by their XYZ coordinates, for a purpose.
        srs: web mercator.
        gate: decodes tiles of other formats.
        read_slice: gives the bytes of tiles that lie inside a file.
    """

    def __init__(
        self, reader: Callable[[Purpose], TileReader], srs: Srs, gate: StoreGate, read_slice: SliceReader
    ) -> None:
        self._reader = reader
        self._srs = srs
        self._gate = gate
        self._read_slice = read_slice

    @property
    def traits(self) -> SourceTraits:
        """It has single tiles, those of displays with more pixels too."""
        return SourceTraits(meta_tiles=False, accepts_integer_multiples=True)

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """None: nobody is asked for a map."""
        return ()

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :meth:`tilekeep.ports.map_source.MapSource.get`."""
        coord = xyz_of(query.bbox) if query.srs == self._srs else None
        if coord is None:
            message = f"no tile of an archive has the box {tuple(query.bbox)} in {query.srs.code}"
            raise SourceError(message, client_message=message)
        try:
            tile = self._reader(purpose).read(TileKey(coord), deadline)
            if tile is None:
                return Blank()
            body = tile_bytes(tile, self._read_slice)
        except StoreError as error:
            log.warning("could not retrieve tile: %s", error)
            if isinstance(error.__cause__, SourceBusy):
                raise error.__cause__ from error
            raise SourceError(str(error)) from error
        if tile.media_type == query.media_type or opaque_format(query.media_type) is not None:
            return Fetched(body, tile.media_type)
        return Drawn(self._gate.pixels(body, query.size))
