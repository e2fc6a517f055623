"""The tiles of a cache in all forms in which they are offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.application.tile_answer import TileAnswer, Tiles
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.tile import TileKey


class VariantTiles:
    """Asks those who have the variant of a key; implements :class:`tilekeep.application.tile_answer.Tiles`.

    Args:
        own: the tiles as the cache has them.
        others: by the name of their variant.
    """

    __slots__ = ("_others", "_own")

    def __init__(self, own: Tiles, others: Mapping[str, Tiles]) -> None:
        self._own = own
        self._others = others

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        """See :class:`tilekeep.application.tile_answer.Tiles`."""
        return (self._others[key.variant] if key.variant else self._own)(key, purpose, deadline)

    def many(self, keys: Sequence[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:
        """See :class:`tilekeep.application.tile_answer.Tiles`."""
        variant = keys[0].variant if keys else ""
        return (self._others[variant] if variant else self._own).many(keys, purpose, deadline)
