"""Which neighbouring layers of a map are asked for together (spec/sources.md, 3.7)."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.application.layer_tree import LaidSource
from tilekeep.application.sources.direct_map import DirectMap
from tilekeep.domain.map_query import MapQuery


def combined(sources: Sequence[LaidSource], query: MapQuery) -> list[LaidSource]:
    """The ``sources`` of a map, bottom first; of those that one server can draw in one map, one is left.

    What shows nothing of ``query`` keeps its place and stands between no others.
    """
    result: list[LaidSource] = []
    below: int | None = None
    for laid in sources:
        if isinstance(laid.source, DirectMap) and not laid.source.shows(query):
            result.append(laid)
            continue
        both = None if below is None else _both(result[below], laid, query)
        if both is not None and below is not None:
            result[below] = both
        else:
            below = len(result)
            result.append(laid)
    return result


def _both(lower: LaidSource, upper: LaidSource, query: MapQuery) -> LaidSource | None:
    """Both as one, if all else that is laid down with them is equal, and neither is faded."""
    if lower.opacity is not None or upper != lower._replace(source=upper.source):
        return None
    if not isinstance(lower.source, DirectMap) or not isinstance(upper.source, DirectMap):
        return None
    together = lower.source.combined_with(upper.source, query)
    return None if together is None else lower._replace(source=together)
