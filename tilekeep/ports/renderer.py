"""Another process that makes the tiles of our caches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.tile import TileCoord


class Renderer(Protocol):
    """Has tiles made and stored elsewhere.  Safe to call from any thread."""

    def render(self, cache: str, grid: str, coords: Sequence[TileCoord], purpose: Purpose, deadline: Deadline) -> None:
        """Returns when the tiles are in the store, and whatever else is made along with them.

        :raises SourceError: they could not be made, or nobody answered.
        :raises LockTimeout: another process held them for too long.
        """
        ...
