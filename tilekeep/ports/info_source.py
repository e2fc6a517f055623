"""Who can be asked about places."""

from __future__ import annotations

from typing import Protocol

from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.feature_info import InfoDocument, InfoQuery
from tilekeep.domain.map_query import UpstreamRequest


class InfoSource(Protocol):
    """Knows what is at a place.  Safe to call from any thread."""

    def requests_for(self, query: InfoQuery) -> tuple[UpstreamRequest, ...]:
        """The upstream requests that ``get`` would make; none where nothing is asked.  Pure: no I/O."""
        ...

    def get(self, query: InfoQuery, purpose: Purpose, deadline: Deadline) -> InfoDocument | None:
        """What there is to say, or None for nothing.  Blocks until it is there or ``deadline`` passes.

        :raises SourceError: no usable answer; never another error for what upstream does wrong.
        """
        ...
