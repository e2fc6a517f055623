"""Which bands of several images make up a new one (spec/caches.md, 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

#: Bands of an image that is asked for one: red, green, blue and alpha, counted from 0.
MOST_BANDS = 4


class BandPart(NamedTuple):
    """A band of an image that goes into a band of the result.

    :ivar target: band of the result, counted from 0.
    :ivar image: which of the images, counted from 0.
    :ivar band: band of that image, counted from 0.
    :ivar factor: what its values are multiplied by before they are added to what is there; those of a part with
        the factor 1.0 take the place of what is there.
    """

    target: int
    image: int
    band: int
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class BandMix:
    """How an image is made of bands.

    :ivar mode: Pillow's name of the bands of the result: ``L``, ``RGB`` or ``RGBA``.
    :ivar parts: what goes into it, in the order in which it is put there; bands without any are 0, alpha is 255.
    """

    mode: str
    parts: tuple[BandPart, ...]
