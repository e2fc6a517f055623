"""A source that is put together from what its server says of itself, when it is first asked for a map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import MapQuery, SourceAnswer, SourceTraits, UpstreamRequest
from tilekeep.ports.discovery import Discovery
from tilekeep.ports.map_source import MapSource

Found = TypeVar("Found")


class DiscoveredSource(Generic[Found]):
    """Makes the source on first use, and keeps it.

    Args:
        discovery: asks the server.
        make: makes the source of what it says.
        traits: those of the source.
    """

    def __init__(self, discovery: Discovery[Found], make: Callable[[Found], MapSource], traits: SourceTraits) -> None:
        self._discovery = discovery
        self._make = make
        self._traits = traits
        self._made: MapSource | None = None

    @property
    def traits(self) -> SourceTraits:
        """See :class:`~tilekeep.ports.map_source.MapSource`."""
        return self._traits

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """Those of the source; none as long as it is not known."""
        found = self._discovery.known
        return () if found is None else self._source(found).requests_for(query, purpose)

    def tiles_for(self, query: MapQuery) -> int:
        """It reads no cache."""
        return 0

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """See :meth:`tilekeep.ports.map_source.MapSource.get`; the first call asks for documents too."""
        return self._source(self._discovery(purpose, deadline)).get(query, purpose, deadline)

    def _source(self, found: Found) -> MapSource:
        if self._made is None:
            self._made = self._make(found)
        return self._made
