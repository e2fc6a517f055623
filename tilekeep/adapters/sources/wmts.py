"""What a WMTS has: from its capabilities to the address of a tile (own addition)."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.adapters.documents_of_server import body_of, making_sense_of, without_sense
from tilekeep.adapters.trusted_exchange import TrustedExchange
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import UnusableInfo
from tilekeep.domain.found_tiles import FoundTiles
from tilekeep.domain.secrets import redacted
from tilekeep.domain.srs import Srs
from tilekeep.domain.wmts_offer import WantedTiles, WmtsOffer, tiles_of

_XML = "application/xml, text/xml;q=0.9, */*;q=0.1"


class WmtsTiles:
    """Finds the tiles of one layer in one grid.

    Args:
        exchange: asks the server.
        url: of the capabilities.
        wanted: what is wanted of it.
        read: what a document says; raises UnusableInfo for one that cannot be read.
        srs_of: the reference system of a code; raises ProjectionError for one that is not known.
    """

    def __init__(
        self,
        exchange: TrustedExchange,
        *,
        url: str,
        wanted: WantedTiles,
        read: Callable[[bytes], WmtsOffer],
        srs_of: Callable[[str], Srs],
    ) -> None:
        self._exchange = exchange
        self._url = url
        self._wanted = wanted
        self._read = read
        self._srs_of = srs_of

    def __call__(self, purpose: Purpose, deadline: Deadline) -> FoundTiles:
        """The tiles; see :class:`~tilekeep.ports.discovery.Discovery`."""
        body = body_of(self._exchange, self._url, _XML, purpose, deadline)
        try:
            offer = self._read(body)
        except UnusableInfo as error:
            raise without_sense(f"{redacted(self._url)}: {error}") from error
        with making_sense_of(self._url):
            return tiles_of(offer, self._wanted, self._url, self._srs_of)
