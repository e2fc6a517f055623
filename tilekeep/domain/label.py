"""Text that is written on images."""

from __future__ import annotations

import enum
from dataclasses import dataclass

Color = tuple[int, int, int, int]


class LabelPlace(enum.Enum):
    """Where a label stands in its image; on the edges half of the text lies outside."""

    CENTRE = "centre"
    LEFT_EDGE = "left edge"
    RIGHT_EDGE = "right edge"
    TOP_LEFT = "top left"
    BOTTOM_RIGHT = "bottom right"


@dataclass(frozen=True, slots=True)
class Label:
    """A text with its look; colours are 8-bit RGBA, sizes in pixels.

    :ivar text: one line, or several with line feeds.
    :ivar box: the colour of a box behind the text, or None for none.
    """

    text: str
    place: LabelPlace
    font_size: int
    color: Color
    box: Color | None = None
