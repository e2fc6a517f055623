"""What stands for a map that a server did not give: ``on_error`` of a source (spec/sources.md, 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.domain.errors import NoImage, SourceBusy, SourceError, SourceStatusError, SourceTimeout, SourceUnreachable
from tilekeep.domain.keeping import Worth

#: Failures of the exchange as a whole; an exception in a document of a WMS is none, nor is a damaged image.
_OTHER = (NoImage, SourceTimeout, SourceUnreachable)


class StandIn(NamedTuple):
    """An image of one colour.

    :ivar color: 8-bit red, green and blue, and alpha where it may be transparent.
    :ivar kept: whether it may be stored like a map.
    :ivar worth: what it is worth beside a stored tile (``authorize_stale``: old ones are better).
    """

    color: tuple[int, ...]
    kept: bool = False
    worth: Worth = Worth.STAND_IN


@dataclass(frozen=True, slots=True)
class StandIns:
    """Which image stands for which failure.

    :ivar by_status: for answers with an HTTP status that says so.
    :ivar other: for all other statuses, for no answer, for one without an image, and while a server that fails is left
        alone.
    """

    by_status: tuple[tuple[int, StandIn], ...] = ()
    other: StandIn | None = None

    def for_status(self, status: int) -> StandIn | None:
        """What stands for a map that was answered with an HTTP status; 0 is for failures without one."""
        return dict(self.by_status).get(status, self.other)

    def for_error(self, error: SourceError) -> StandIn | None:
        """What stands for the map; None where the failure is one to clients too."""
        if isinstance(error, SourceStatusError):
            return self.for_status(error.status)
        left_alone = isinstance(error, SourceBusy) and error.retry_after is not None
        return self.other if left_alone or isinstance(error, _OTHER) else None

    def expects(self, error: SourceError) -> bool:
        """Whether the failure is a status for which something stands by name."""
        return isinstance(error, SourceStatusError) and error.status in dict(self.by_status)


#: Every failure of the source is one to clients.
NO_STAND_INS = StandIns()
