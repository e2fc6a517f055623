"""Which labels a watermark writes on which tile (spec/caches.md, 10)."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.domain.label import Label, LabelPlace


@dataclass(frozen=True, slots=True)
class Watermark:
    """The text that marks the tiles of a cache.

    :ivar text: an empty one marks nothing.
    :ivar opacity: 0 to 255.
    :ivar font_size: in pixels.
    :ivar color: 8-bit RGB.
    :ivar wide: every second tile only (``spacing: wide``).
    """

    text: str
    opacity: int = 30
    font_size: int = 24
    color: tuple[int, int, int] = (128, 128, 128)
    wide: bool = False

    def labels(self, x: int, y: int) -> tuple[Label, ...]:
        """What is written on the tile ``x``, ``y``: in rows of odd y the text is shared with the neighbours."""
        if not self.text:
            return ()
        if self.wide:
            places = [LabelPlace.CENTRE] if x % 2 != y % 2 else []
        elif y % 2 == 0:
            places = [LabelPlace.CENTRE]
        else:
            places = [LabelPlace.LEFT_EDGE, LabelPlace.RIGHT_EDGE]
        return tuple(Label(self.text, place, self.font_size, (*self.color, self.opacity)) for place in places)
