"""A source of feature info that has something to say in its coverage only (spec/coverages.md, 7)."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.feature_info import InfoDocument, InfoQuery
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Region, Relation
from tilekeep.domain.srs import Srs
from tilekeep.ports.info_source import InfoSource


class LimitedInfo:
    """Says nothing about places outside the coverage; resolution ranges do not count (spec/sources.md, 5).

    Args:
        source: the source that is asked about places inside.
        region: gives the coverage in the SRS of a query; raises ProjectionError where it has no image.
    """

    def __init__(self, source: InfoSource, region: Callable[[Srs], Region | None]) -> None:
        self._source = source
        self._region = region

    def get(self, query: InfoQuery, deadline: Deadline) -> InfoDocument | None:
        """See :class:`tilekeep.ports.info_source.InfoSource`."""
        return self._source.get(query, deadline) if self._holds(query) else None

    def _holds(self, query: InfoQuery) -> bool:
        try:
            region = self._region(query.srs)
        except ProjectionError:
            return False
        x, y = query.coordinate
        return region is None or region.relate(BBox(x, y, x, y)) is Relation.CONTAINS
