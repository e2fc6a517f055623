"""What one upstream server shows as the legend of one layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tilekeep.domain.deadline import Deadline


class LegendSource(Protocol):
    """Asks for a legend.  Safe to call from any thread.

    ``scale`` is the denominator of the map that the legend is for, or None for any; sources whose legends are the
    same at all scales ignore it.
    """

    def picture(self, scale: float | None, deadline: Deadline) -> bytes:
        """The legend as an encoded image, which nobody has looked into yet.

        :raises SourceError: the server did not give an image.
        """
        ...

    def description(self, scale: float | None, deadline: Deadline) -> Mapping[str, Any] | None:
        """The legend in JSON: what the server says of the one layer (spec/sources.md, 6); None for a mere picture.

        :raises SourceError: the server did not give such a document.
        """
        ...
