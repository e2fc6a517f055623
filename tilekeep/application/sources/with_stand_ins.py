"""A source of which images in one colour stand for what its server does not give."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.application.recent_failures import RecentFailures
from tilekeep.application.sources.wrapped_source import WrappedSource
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceError
from tilekeep.domain.map_query import Drawn, MapQuery, SourceAnswer
from tilekeep.domain.stand_in import StandIn, StandIns
from tilekeep.ports.map_source import MapSource


class WithStandIns(WrappedSource):
    """Answers failures with the image that is configured for them (spec/sources.md, 9).

    Such an image is stored only where that is wanted, and never in place of a tile that is better; clients are told not
    to keep what is not stored.  A server that failed is not asked for the same map again for a moment, by any process.

    Args:
        source: asks the server.
        stand_ins: what stands for which failure.
        in_color: makes the source of maps in one colour.
        failures: what failed a moment ago.
        name: of the source, which tells failures of different ones apart.
    """

    def __init__(
        self,
        source: MapSource,
        stand_ins: StandIns,
        in_color: Callable[[tuple[int, ...]], MapSource],
        failures: RecentFailures,
        name: str,
    ) -> None:
        super().__init__(source)
        self._stand_ins = stand_ins
        self._in_color = in_color
        self._failures = failures
        self._name = name

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :class:`tilekeep.ports.map_source.MapSource`; raises only what nothing stands for."""
        scope = self._scope(query, purpose)
        failure = self._failures.recall(scope)
        if failure is not None:
            stand_in = self._stand_ins.for_status(failure.status)
            if stand_in is not None:
                return self._drawn(stand_in, query, purpose, deadline)
        try:
            return self._source.get(query, purpose, deadline)
        except SourceError as error:
            stand_in = self._stand_ins.for_error(error)
            if stand_in is None:
                raise
            self._failures.remember(scope, error, deadline)
        return self._drawn(stand_in, query, purpose, deadline)

    def _scope(self, query: MapQuery, purpose: Purpose) -> str:
        """What names the map; other configurations may call another server by the same name."""
        urls = [request.url for request in self._source.requests_for(query, purpose)]
        return f"{self._name} {urls} {query._replace(validators=None)}"

    def _drawn(self, stand_in: StandIn, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        answer = self._in_color(stand_in.color).get(query, purpose, deadline)
        return answer._replace(may_be_kept=stand_in.kept, worth=stand_in.worth) if isinstance(answer, Drawn) else answer
