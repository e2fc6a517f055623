"""What stored bytes are, by their beginning."""

from __future__ import annotations

from tilekeep.domain.image import SNIFFED, sniffed_media_type

_MAGIC = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
}


class ExpectedType:
    """What the tiles of a cache ought to be; ``media_type`` is None where each tile tells (``mixed``)."""

    def __init__(self, media_type: str | None) -> None:
        self._media_type = media_type
        self._magic = _MAGIC.get(media_type or "", b"\0no magic")

    def of(self, body: bytes) -> str | None:
        """The media type of a tile; None if it is no image, such as something else put there, or a damaged tile."""
        expected = self._media_type
        if expected is not None and body.startswith(self._magic):
            return expected
        found = sniffed_media_type(body[:12])
        if found is not None:
            return found
        return expected if expected not in SNIFFED else None
