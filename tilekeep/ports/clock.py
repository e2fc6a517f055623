"""Time, so that use cases can be tested without waiting for it."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Two clocks: one for what is stored, one for how long things take."""

    def now(self) -> float:
        """POSIX seconds, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps; only differences and deadlines mean something."""
        ...
