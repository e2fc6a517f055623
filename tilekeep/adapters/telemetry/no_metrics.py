"""Measurements that nobody wants."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.domain.measures import Counted, Level, Timed
from tilekeep.ports.metrics import Sums


class NoMetrics:
    """Implements :class:`tilekeep.ports.metrics.Metrics` by doing nothing."""

    are_on = False

    def counter(self, what: Counted, *labels: str) -> Callable[[], object]:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        return _nothing

    def timer(self, what: Timed, *labels: str) -> Callable[[float], object]:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        return _nothing

    def level(self, what: Level, *labels: str) -> Callable[[float], object]:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        return _nothing

    def sums(self) -> Sums:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        return {}

    def text(self) -> bytes:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        return b""

    def reset_after_fork(self) -> None:
        """There is nothing that could not cross a fork."""


def _nothing(value: float = 0.0) -> None:
    """Takes a measurement."""


NO_METRICS = NoMetrics()
