"""Being asked to stop."""

from __future__ import annotations

from typing import Protocol


class Stop(Protocol):
    """Whether work should end at the next opportunity.  Safe to call from any thread and process."""

    @property
    def requested(self) -> bool:
        """Whether it should."""
        ...

    def wait(self, seconds: float) -> bool:
        """Waits for ``seconds``, or until a stop is requested; whether it is."""
        ...
