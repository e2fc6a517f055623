"""A cache with several grids as one source: each map is drawn from the grid that suits its SRS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.application.sources.chosen_maps import ChosenMaps
from tilekeep.domain.best_srs import best_srs
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.srs import Srs
from tilekeep.ports.map_source import MapSource


class GridChoice(ChosenMaps):
    """Hands every query to one of several sources (spec/caches.md, 14).

    Args:
        by_srs: the sources with their SRS; of several with the same SRS the last is asked, as in the reference.
        preferred: for the SRS of a map those it is best made from (``globals.srs.preferred_src_proj``).
    """

    def __init__(self, by_srs: Sequence[tuple[Srs, MapSource]], preferred: Mapping[Srs, Sequence[Srs]]) -> None:
        self._sources = dict(by_srs)
        self._available = tuple(self._sources)
        self._preferred = preferred

    def chosen(self, query: MapQuery) -> MapSource:
        """That of the grid whose SRS suits the query best."""
        return self._sources[best_srs(query.srs, self._available, self._preferred)]
