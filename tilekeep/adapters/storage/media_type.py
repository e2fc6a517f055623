"""What kind of image the bytes of a stored tile are."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.domain.errors import StoreError
from tilekeep.domain.image import SNIFFED, sniffed_media_type
from tilekeep.domain.opaque_format import PACKED_MEDIA_TYPES
from tilekeep.domain.tile import TileKey

_MAGIC = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
}


class TileMediaType:
    """Tells the media type of tiles; ``expected`` is what they should be, None for anything (``mixed``)."""

    def __init__(self, expected: str | None) -> None:
        self._expected = expected
        # Nothing in what is not looked into, compressed or not, says what it is: it is what it should be.
        self._magic = b"" if expected in PACKED_MEDIA_TYPES else _MAGIC.get(expected or "", b"\0no magic")

    def of(self, body: bytes, place: str) -> str:
        """The media type of ``body``, which lies at ``place``.

        :raises StoreError: it is no image, such as a file somebody has put or linked here, or a damaged tile.
        """
        expected = self._expected
        if expected is not None and body.startswith(self._magic):
            return expected
        found = sniffed_media_type(body[:12])
        if found is not None:
            return found
        if expected is not None and expected not in SNIFFED:
            return expected
        raise StoreError(f"{place!r} is no image and is not delivered; remove it")

    def of_tile(self, body: bytes, key: TileKey, locate: Callable[[TileKey], str]) -> str:
        """As :meth:`of` for a tile whose place is only found out where an error has to say it."""
        try:
            return self.of(body, "")
        except StoreError:
            return self.of(body, locate(key))
