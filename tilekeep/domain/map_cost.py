"""What the layers of a map cost, counted in tiles of 256 pixels: as many as are read, or as many as are drawn."""

from __future__ import annotations

import math

_PIXELS_OF_A_TILE = 256 * 256


def tiles_in(pixels: int) -> int:
    """How many tiles a map of so many pixels is worth."""
    return math.ceil(pixels / _PIXELS_OF_A_TILE)


def cost_of_layer(tiles: int, pixels: int) -> int:
    """The cost of a layer that reads ``tiles``: few of them drawn large are as much work as those that fill the map."""
    return max(tiles, tiles_in(pixels)) if tiles else 0
