"""Who can be asked about places."""

from __future__ import annotations

from typing import Protocol

from tilekeep.domain.deadline import Deadline
from tilekeep.domain.feature_info import InfoDocument, InfoQuery


class InfoSource(Protocol):
    """Knows what is at a place.  Safe to call from any thread."""

    def get(self, query: InfoQuery, deadline: Deadline) -> InfoDocument | None:
        """What there is to say, or None for nothing.  Blocks until it is there or ``deadline`` passes.

        :raises SourceError: no usable answer; never another error for what upstream does wrong.
        """
        ...
