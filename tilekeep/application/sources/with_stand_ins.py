"""A source of which images in one colour stand for what its server does not give."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.map_query import Drawn, MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.domain.stand_in import StandIns
from tilekeep.ports.map_source import MapSource


class WithStandIns:
    """Answers failures with the image that is configured for them (spec/sources.md, 9).

    Such an image is stored only where that is wanted, and never in place of a tile that is better; clients are told not
    to keep what is not stored.

    Args:
        source: asks the server.
        stand_ins: what stands for which failure.
        in_color: makes the source of maps in one colour.
    """

    def __init__(
        self, source: MapSource, stand_ins: StandIns, in_color: Callable[[tuple[int, ...]], MapSource]
    ) -> None:
        self._source = source
        self._stand_ins = stand_ins
        self._in_color = in_color

    @property
    def traits(self) -> SourceTraits:
        """Those of the source."""
        return self._source.traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those of the source."""
        return self._source.requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the source."""
        return self._source.tiles_for(query)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`; raises only what nothing stands for."""
        try:
            return self._source.get(query, purpose, deadline)
        except SourceError as error:
            stand_in = self._stand_ins.for_error(error)
            if stand_in is None:
                raise
        answer = self._in_color(stand_in.color).get(query, purpose, deadline)
        return answer._replace(may_be_kept=stand_in.kept, worth=stand_in.worth) if isinstance(answer, Drawn) else answer
