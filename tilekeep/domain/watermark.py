"""Text that is written on every tile of a cache."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.domain.label import Label, LabelPlace
from tilekeep.domain.tile import TileCoord


@dataclass(frozen=True, slots=True)
class Watermark:
    """How tiles are marked (spec/caches.md, 10).

    :ivar color: 8-bit RGB.
    :ivar opacity: 0 to 255.
    :ivar wide: whether only every second tile is marked, like one colour of a chessboard.
    """

    text: str
    color: tuple[int, int, int] = (128, 128, 128)
    opacity: int = 30
    font_size: int = 24
    wide: bool = False

    def labels(self, coord: TileCoord) -> tuple[Label, ...]:
        """What is written on a tile; in every second row of tiles the text stands on the edges between them."""
        if self.wide:
            return (self._label(LabelPlace.CENTRE),) if coord.x % 2 != coord.y % 2 else ()
        if coord.y % 2 == 0:
            return (self._label(LabelPlace.CENTRE),)
        return (self._label(LabelPlace.LEFT_EDGE), self._label(LabelPlace.RIGHT_EDGE))

    def _label(self, place: LabelPlace) -> Label:
        return Label(self.text, place, self.font_size, (*self.color, self.opacity))
