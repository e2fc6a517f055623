"""Several servers with the same maps as one source: one of them is asked, and another one where that fails."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import NoImage, SourceBusy, SourceContentError, SourceError, SourceStatusError
from tilekeep.domain.map_query import MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.ports.clock import Clock
from tilekeep.ports.map_source import MapSource

log = logging.getLogger("tilekeep.source.mirrors")

#: A server that just failed is asked last for so long, or for as long as it asks for, up to the second number.
PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 300.0

_CLIENT_ERRORS = range(400, 500)
_NO_CONTENT = 204

#: Answers of the 400s that say something of the server rather than of the request: it is late, or busy, or does not
#: know us (ArcGIS: 498 and 499), which each server decides for itself.
_OF_THE_SERVER = frozenset({401, 407, 408, 429, 498, 499})


class MirrorHealth:
    """Which of several servers failed a moment ago.  Safe to share between threads, and between sources.

    Args:
        count: how many servers there are.
        clock: measures time.
    """

    def __init__(self, count: int, clock: Clock) -> None:
        self._clock = clock
        self._ill_until = [0.0] * count

    def order(self) -> list[int]:
        """All of them: first those that are well, in the order of the configuration, then those that are so soonest."""
        now = self._clock.monotonic()
        ill_until = list(self._ill_until)
        return sorted(range(len(ill_until)), key=lambda number: max(0.0, ill_until[number] - now))

    def failed(self, number: int, error: SourceError) -> None:
        """One of them did not do what it should."""
        pause = min(max(PAUSE_SECONDS, error.retry_after or 0.0), LONGEST_PAUSE_SECONDS)
        self._ill_until[number] = self._clock.monotonic() + pause

    def succeeded(self, number: int) -> None:
        """One of them did."""
        self._ill_until[number] = 0.0


class MirroredSource:
    """Asks one server at a time, those that failed a moment ago last.

    What a server says of the request (most of 400 to 499) holds for all.  Each attempt leaves time for those that
    may have to follow it.

    Args:
        name: of the source, for the log.
        sources: one for each server, in the order of the configuration.
        health: which of them failed a moment ago.
        clock: measures time.
    """

    def __init__(self, name: str, sources: Sequence[MapSource], health: MirrorHealth, clock: Clock) -> None:
        self._name = name
        self._sources = tuple(sources)
        self._health = health
        self._clock = clock

    @property
    def traits(self) -> SourceTraits:
        """Those of the first server; all are alike."""
        return self._sources[0].traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those to the server that would be asked first."""
        return self._sources[self._health.order()[0]].requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """Those of the first server."""
        return self._sources[0].tiles_for(query)

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :meth:`tilekeep.ports.map_source.MapSource.get`; raises what the last server that was asked came to."""
        order = self._health.order()
        for attempt, number in enumerate(order, 1):
            try:
                answer = self._sources[number].get(query, purpose, self._share(deadline, len(order) - attempt + 1))
            except SourceError as error:
                if not _concerns_the_server(error):
                    raise
                if _is_illness(error):
                    self._health.failed(number, error)
                if attempt == len(order) or deadline.has_passed(self._clock.monotonic()):
                    raise
                log.info(
                    "source %s: server %d of %d failed, asking the next: %s", self._name, number + 1, len(order), error
                )
            else:
                self._health.succeeded(number)
                return answer
        raise AssertionError("there is at least one server")

    def _share(self, deadline: Deadline, attempts: int) -> Deadline:
        """An equal part of what is left for each attempt that may follow."""
        now = self._clock.monotonic()
        return deadline.sooner(now + deadline.remaining(now) / attempts)


def _concerns_the_server(error: SourceError) -> bool:
    """Whether another server may answer better."""
    if isinstance(error, SourceStatusError):
        is_final = error.status in _CLIENT_ERRORS and error.status not in _OF_THE_SERVER
        return not is_final and error.status != _NO_CONTENT
    return type(error) is not SourceError  # then the query does not fit the source


def _is_illness(error: SourceError) -> bool:
    """Whether the server is to be asked last for a while: not for a document that may be about this map alone."""
    if isinstance(error, SourceContentError):
        return isinstance(error, NoImage)
    return not isinstance(error, SourceBusy) or error.retry_after is not None
