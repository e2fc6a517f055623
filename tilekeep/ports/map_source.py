"""Where maps come from."""

from __future__ import annotations

from typing import Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.map_query import MapQuery, SourceAnswer, SourceTraits, UpstreamRequest


class MapSource(Protocol):
    """Draws or fetches one map.  Safe to call from any thread."""

    @property
    def traits(self) -> SourceTraits:
        """What the planner and the maker need to know of it; never changes."""
        ...

    def requests_for(self, query: MapQuery, purpose: Purpose) -> tuple[UpstreamRequest, ...]:
        """The upstream requests ``get`` would make: several for merged sources, none where nothing is asked.

        Pure: no I/O, no admission.  For ``tilekeep explain``, logs and combining.
        """
        ...

    def tiles_for(self, query: MapQuery) -> int:
        """How many tiles of caches ``get`` would read, at most, to serve ``query``; 0 where it reads none.

        Pure as :meth:`requests_for`, so that a request can be refused before anything is done for it.

        :raises InvalidParameter: a query that ``get`` would refuse.
        """
        ...

    def get(self, query: MapQuery, purpose: Purpose, deadline: Deadline) -> SourceAnswer:
        """The map.  Blocks until it is there or ``deadline`` passes; asks upstream once.

        ``NotModified`` is answered only to a query with validators.

        :raises SourceError: no usable answer; never another error for what upstream does wrong.
        """
        ...
