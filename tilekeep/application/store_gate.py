"""What may enter a store: images that decode, of the size asked for (design decision "Store gate")."""

from __future__ import annotations

import logging
from typing import Protocol

from tilekeep.domain.errors import ImageError, RefusedImage
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import EncodedImage, ImageFacts, ImageLimits, Raster
from tilekeep.domain.map_query import Drawn, Fetched
from tilekeep.ports.imaging import Imaging

log = logging.getLogger("tilekeep.cache.tile")

_REFUSED = "The source did not answer with a usable image."


class TileGate(Protocol):
    """What tiles pass on their way into a store."""

    def kept(self, answer: Fetched, wanted: Size, *, accepts_integer_multiples: bool) -> EncodedImage:
        """The tile as it is stored, which is what the source sent; raises RefusedImage."""
        ...

    def pixels(self, body: bytes, wanted: Size, *, lazily: bool = False) -> Raster:
        """As :meth:`StoreGate.pixels`."""
        ...

    def check_size(self, raster: Raster, wanted: Size) -> None:
        """As :meth:`StoreGate.check_size`."""
        ...

    def refusal(self, reason: str) -> RefusedImage:
        """As :meth:`StoreGate.refusal`."""
        ...


class StoreGate:
    """Lets upstream images in or refuses them, so that a broken source never replaces a good tile.

    Args:
        imaging: decodes every pixel of what comes in.
        limits: what an image may cost, judged before it is decoded.
        name: the cache, for messages.
    """

    def __init__(self, imaging: Imaging, limits: ImageLimits, name: str) -> None:
        self._imaging = imaging
        self._limits = limits
        self._name = name
        self._warned_of_multiples = False

    def whole(self, body: bytes, wanted: Size, *, accepts_integer_multiples: bool) -> ImageFacts:
        """The facts of an image that is kept byte for byte.

        :raises RefusedImage: it does not decode, is over the limits, or has another size than ``wanted``
            (exact integer multiples pass where ``accepts_integer_multiples``, with one warning).
        """
        try:
            facts = self._imaging.inspect(body, self._limits)
        except ImageError as error:
            raise self.refusal(str(error)) from error
        size = Size(facts.width, facts.height)
        if size != wanted and not (accepts_integer_multiples and self._is_multiple(size, wanted)):
            raise self._wrong_size(size, wanted)
        return facts

    def kept(self, answer: Fetched, wanted: Size, *, accepts_integer_multiples: bool) -> EncodedImage:
        """An image that is stored byte for byte; raises as :meth:`whole`."""
        facts = self.whole(answer.body, wanted, accepts_integer_multiples=accepts_integer_multiples)
        return EncodedImage(answer.body, facts.media_type, facts.single_color)

    def pixels(self, body: bytes, wanted: Size, *, lazily: bool = False) -> Raster:
        """The pixels of an image that is cut or encoded anew; raises as :meth:`whole`.

        With ``lazily`` whoever uses them may be the first to hear that the image is damaged, by an ImageError.
        """
        try:
            raster = self._imaging.decode(body, self._limits, lazily=lazily)
        except ImageError as error:
            raise self.refusal(str(error)) from error
        self.check_size(raster, wanted)
        return raster

    def drawn(self, answer: Drawn | Fetched, wanted: Size) -> Drawn:
        """The answer of a source as pixels, ``wanted`` many; raises as :meth:`whole`."""
        if isinstance(answer, Fetched):
            raster = self.pixels(answer.body, wanted)
            return Drawn(raster, answer.fresh_for, answer.storable, answer.worth, answer.good_for, answer.state)
        self.check_size(answer.raster, wanted)
        return answer

    def check_size(self, raster: Raster, wanted: Size) -> None:
        """Refuses a raster that has another size than ``wanted``."""
        if raster.size != wanted:
            raise self._wrong_size(raster.size, wanted)

    def _is_multiple(self, size: Size, wanted: Size) -> bool:
        factor, rest = divmod(size.width, wanted.width)
        if rest or factor < 1 or size.height != factor * wanted.height:
            return False
        if not self._warned_of_multiples:
            self._warned_of_multiples = True
            log.warning(
                "cache %s: the source sends tiles of %dx%d pixels instead of %dx%d; they are kept as they are",
                self._name, *size, *wanted,
            )  # fmt: skip
        return True

    def _wrong_size(self, size: Size, wanted: Size) -> RefusedImage:
        return self.refusal(f"image of {size.width}x{size.height} pixels instead of {wanted.width}x{wanted.height}")

    def refusal(self, reason: str) -> RefusedImage:
        """The error for an image that cannot be used for ``reason``."""
        return RefusedImage(f"cache {self._name}: upstream image refused: {reason}", client_message=_REFUSED)
