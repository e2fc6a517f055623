"""The legend of a source: what it is kept as, and who makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tilekeep.domain.legend import legend_file_name
from tilekeep.ports.legend_source import LegendSource


@dataclass(frozen=True, slots=True, eq=False)
class Legend:
    """What one source shows as its legend; equal only to itself.

    :ivar identity: address and layer of all parts, which tell it from other legends.
    :ivar follows_scale: whether it may differ from scale to scale.
    :ivar parts: gives what asks for its parts, bottom first; they are made on first use.
    """

    identity: str
    follows_scale: bool
    parts: Callable[[], tuple[LegendSource, ...]]

    def file_name(self, scale: float | None) -> str:
        """The name of the file in which it is kept for a scale."""
        return legend_file_name(self.identity, scale if self.follows_scale else None)
