"""Counting and timing what goes on, for whoever watches over a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from tilekeep.domain.measures import Counted, Level, Timed

#: Numbers by the name of a measure and the values of its labels: of what is counted and of levels one; of durations
#: how many there were in each class, and at last the seconds of all together.
Sums = Mapping[tuple[str, tuple[str, ...]], tuple[float, ...]]


class Metrics(Protocol):
    """Takes measurements.  Safe under threads and after a fork; never raises for want of a disk or a listener.

    What is asked for once with the values of labels is kept by whoever measures often: a call of it costs less than
    a microsecond.
    """

    @property
    def are_on(self) -> bool:
        """Whether anybody wants them; else whoever can leaves measuring out."""
        ...

    def counter(self, what: Counted, *labels: str) -> Callable[[], object]:
        """Counts one with each call; ``labels`` are the values for the names that ``what`` has."""
        ...

    def timer(self, what: Timed, *labels: str) -> Callable[[float], object]:
        """Takes a duration in seconds with each call."""
        ...

    def level(self, what: Level, *labels: str) -> Callable[[float], object]:
        """Takes a change of the level with each call; what a process has added goes when it ends."""
        ...

    def sums(self) -> Sums:
        """The sums of all processes; nothing where nobody wants measurements."""
        ...

    def text(self) -> bytes:
        """The sums of all processes in the text format of Prometheus (version 0.0.4)."""
        ...
