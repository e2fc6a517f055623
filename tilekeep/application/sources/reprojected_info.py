"""A source of feature info that is asked in its own SRS about places in any other (spec/sources.md, 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.domain.best_srs import best_srs
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.feature_info import InfoDocument, InfoQuery
from tilekeep.domain.moved_position import moved_to
from tilekeep.domain.srs import Srs
from tilekeep.ports.info_source import InfoSource
from tilekeep.ports.projection import Projection


class ReprojectedInfo:
    """Moves the place; where it has no image in the SRS of the source, there is nothing to say.

    Args:
        source: the source that is asked.
        projection: transforms places.
        supported_srs: what the source has, not empty.
        preferred_srs: for the SRS of a query those that are best asked instead.
    """

    def __init__(
        self,
        source: InfoSource,
        projection: Projection,
        *,
        supported_srs: Sequence[Srs],
        preferred_srs: Mapping[Srs, Sequence[Srs]],
    ) -> None:
        self._source = source
        self._projection = projection
        self._supported_srs = supported_srs
        self._preferred_srs = preferred_srs

    def get(self, query: InfoQuery, deadline: Deadline) -> InfoDocument | None:
        """See :class:`tilekeep.ports.info_source.InfoSource`."""
        moved = self._moved(query)
        return None if moved is None else self._source.get(moved, deadline)

    def _moved(self, query: InfoQuery) -> InfoQuery | None:
        srs = best_srs(query.srs, self._supported_srs, self._preferred_srs)
        if srs == query.srs:
            return query
        try:
            return moved_to(query, srs, self._projection.between(query.srs, srs))
        except ProjectionError:
            return None
