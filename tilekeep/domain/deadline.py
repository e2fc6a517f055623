"""Deadlines and purposes: how long a request may take, and what it is made for."""

from __future__ import annotations

import enum
import math
from typing import NamedTuple


class Deadline(NamedTuple):
    """An instant of the monotonic clock after which nobody waits for the answer any more.

    Ports take it as it is and bound their own time-outs by ``remaining``.
    """

    expires_at: float

    def remaining(self, monotonic_now: float) -> float:
        """Seconds left, never below zero; infinite for :data:`NO_DEADLINE`."""
        return max(0.0, self.expires_at - monotonic_now)

    def has_passed(self, monotonic_now: float) -> bool:
        """Whether the instant lies in the past."""
        return monotonic_now >= self.expires_at

    def sooner(self, expires_at: float) -> Deadline:
        """The earlier of this deadline and ``expires_at``, an instant of the monotonic clock."""
        return self if self.expires_at <= expires_at else Deadline(expires_at)


#: A deadline that never passes, for command-line tools and tests.
NO_DEADLINE = Deadline(math.inf)


class Purpose(enum.Enum):
    """Why a tile is wanted; gates and logs tell these apart, and ``seed_only`` sources answer only to some."""

    SERVE = "serve"
    SEED = "seed"
    REFRESH = "refresh"
