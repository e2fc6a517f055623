"""How often and after how long something that failed is tried again (spec/seed.md, 3.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits that double from ``first_seconds`` up to ``longest_seconds``.

    :ivar attempts: how often it is tried, the first time included.
    """

    attempts: int = 100
    first_seconds: float = 2.0
    longest_seconds: float = 600.0

    def wait_after(self, attempt: int, wished_seconds: float | None = None) -> float | None:
        """Seconds after the failure of an attempt, counted from 1, until the next; None when enough is enough.

        ``wished_seconds`` is how long the other side wants to be left alone at least.
        """
        if attempt >= self.attempts:
            return None
        return max(min(self.first_seconds * 2.0 ** min(attempt - 1, 60), self.longest_seconds), wished_seconds or 0.0)


#: That of the reference with failing sources.
DEFAULT_PATIENCE = Patience()
