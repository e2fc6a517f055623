"""What may enter a store whose tiles nobody looks into: what its own cheap test lets pass."""

from __future__ import annotations

from tilekeep.domain.errors import RefusedImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.gzip_body import is_packed, packed, unpacked
from tilekeep.domain.image import EncodedImage, Raster
from tilekeep.domain.map_query import Fetched
from tilekeep.domain.opaque_format import OpaqueFormat
from tilekeep.domain.vector_tile import NoVectorTile, layer_names

_REFUSED = "The source did not answer with a usable tile."


class OpaqueGate:
    """Lets whole tiles in and packs them; the counterpart of :class:`~tilekeep.application.store_gate.StoreGate`.

    Of vector tiles the layers are walked; others must not be empty.

    Args:
        wanted: the format of the cache.
        max_bytes: most bytes of a tile, packed or not.
        name: the cache, for messages.
    """

    def __init__(self, wanted: OpaqueFormat, max_bytes: int, name: str) -> None:
        self._wanted = wanted
        self._max_bytes = max_bytes
        self._name = name

    def kept(self, answer: Fetched, wanted: Size, *, accepts_integer_multiples: bool) -> EncodedImage:
        """The tile as it is stored: a vector tile without layers is one too.

        :raises RefusedImage: it is damaged, cut or too large, or something else.
        """
        try:
            body = self._checked(answer.body)
        except ValueError as error:
            raise self.refusal(str(error)) from error
        return EncodedImage(body, self._wanted.media_type)

    def fault(self, body: bytes) -> str | None:
        """What is wrong with a stored tile; None if nothing is."""
        try:
            self._checked(body)
        except ValueError as error:
            return str(error)
        return None

    def pixels(self, body: bytes, wanted: Size, *, lazily: bool = False) -> Raster:
        """Refused: there are none."""
        raise self.refusal("it is to be passed on as it is")

    def check_size(self, raster: Raster, wanted: Size) -> None:
        """Refused: there are no pixels."""
        raise self.refusal("a picture")

    def refusal(self, reason: str) -> RefusedImage:
        """The error for a tile that cannot be used for ``reason``."""
        kind = self._wanted.name
        return RefusedImage(f"cache {self._name}: upstream {kind} tile refused: {reason}", client_message=_REFUSED)

    def _checked(self, body: bytes) -> bytes:
        is_compressed = is_packed(body)
        if len(body) > self._max_bytes:
            raise ValueError(f"{len(body)} bytes, more than the {self._max_bytes} permitted")
        plain = unpacked(body, self._max_bytes) if is_compressed else body
        if self._wanted.is_vector_tile:
            try:
                layer_names(plain)
            except NoVectorTile as error:
                raise ValueError(f"no vector tile: {error}") from error
        elif not plain:
            raise ValueError("it is empty")
        return body if is_compressed or not self._wanted.packed else packed(body)
