"""A renderer that does as told and remembers what it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.tile import TileCoord


class FakeRenderer:
    """Calls ``render_tiles`` with the coordinates; what that raises is the failure."""

    def __init__(self, render_tiles: Callable[[Sequence[TileCoord]], None] = lambda _: None) -> None:
        self._render_tiles = render_tiles
        self.tasks: list[tuple[str, str, tuple[TileCoord, ...], Purpose]] = []

    def render(self, cache: str, grid: str, coords: Sequence[TileCoord], purpose: Purpose, deadline: Deadline) -> None:
        self.tasks.append((cache, grid, tuple(coords), purpose))
        self._render_tiles(coords)
