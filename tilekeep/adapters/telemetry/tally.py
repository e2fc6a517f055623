"""What one process has measured, in memory.

Measuring is on the way of every request, so that it is left to single calls of the interpreter, which no other thread
can interrupt: steps of an ``itertools.count``, and appending to a deque.  Adding up is for whoever reads.
"""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from tilekeep.domain.measures import Counted, Level, Measure, Timed

#: A metric by name, with values for its labels.
Series = tuple[str, tuple[str, ...]]

#: The numbers of a series: one for counters and levels; for times those of each class, and then their sum in seconds.
Numbers = tuple[float, ...]

#: Measurements of a series that wait to be added up; of more the oldest are lost.
_MOST_WAITING = 1 << 17


class _Cell(Protocol):
    """The numbers of one series."""

    def numbers(self) -> Numbers:
        """As they are now; never called by two threads at a time."""
        ...

    def reset(self) -> None:
        """Begins at nothing."""
        ...


Cell = TypeVar("Cell", bound=_Cell)


class _Count:
    """Counts calls; looking at a count is a step of it as well."""

    def __init__(self) -> None:
        self.count = itertools.count().__next__
        self._looks = 0

    def numbers(self) -> Numbers:
        looks = self._looks
        self._looks += 1
        return (float(self.count() - looks),)

    def reset(self) -> None:
        self._looks = self.count() + 1


class _Sum:
    """Adds up changes."""

    def __init__(self) -> None:
        self._waiting: deque[float] = deque(maxlen=_MOST_WAITING)
        self._sum = 0.0
        self.take = self._waiting.append

    def numbers(self) -> Numbers:
        for _ in range(len(self._waiting)):
            self._sum += self._waiting.popleft()
        return (self._sum,)

    def reset(self) -> None:
        self._waiting.clear()
        self._sum = 0.0


class _Classes:
    """Counts durations by class and adds them up."""

    def __init__(self, steps: tuple[float, ...]) -> None:
        self._waiting: deque[float] = deque(maxlen=_MOST_WAITING)
        self._steps = steps
        self._numbers = [0.0] * (len(steps) + 2)
        self.take = self._waiting.append

    def numbers(self) -> Numbers:
        for _ in range(len(self._waiting)):
            seconds = self._waiting.popleft()
            self._numbers[bisect_left(self._steps, seconds)] += 1.0
            self._numbers[-1] += seconds
        return tuple(self._numbers)

    def reset(self) -> None:
        self._waiting.clear()
        self._numbers = [0.0] * (len(self._steps) + 2)


class Tally:
    """Hands out what is called with measurements, the same for the same labels.  Safe under threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cells: dict[Series, _Cell] = {}

    def counter(self, what: Counted, labels: tuple[str, ...]) -> Callable[[], object]:
        """Adds one with each call."""
        return self._cell(what, labels, _Count).count

    def timer(self, what: Timed, labels: tuple[str, ...]) -> Callable[[float], object]:
        """Takes a duration in seconds."""
        return self._cell(what, labels, lambda: _Classes(what.steps)).take

    def level(self, what: Level, labels: tuple[str, ...]) -> Callable[[float], object]:
        """Takes a change."""
        return self._cell(what, labels, _Sum).take

    def numbers(self) -> dict[Series, Numbers]:
        """All numbers as they are now."""
        with self._lock:
            return {series: cell.numbers() for series, cell in self._cells.items()}

    def reset(self) -> None:
        """Begins at nothing, in a forked child; what has been handed out goes on to work."""
        self._lock = threading.Lock()
        for cell in self._cells.values():
            cell.reset()

    def _cell(self, what: Measure, labels: tuple[str, ...], make: Callable[[], Cell]) -> Cell:
        assert len(labels) == len(what.labels), f"{what.name} has the labels {what.labels}"
        with self._lock:
            return self._cells.setdefault((what.name, labels), make())  # type: ignore[return-value]  # of one kind


def added(parts: Iterable[Mapping[Series, Numbers]]) -> dict[Series, Numbers]:
    """The sums of all parts; of numbers that do not fit each other the first stay."""
    sums: dict[Series, Numbers] = {}
    for part in parts:
        for series, numbers in part.items():
            before = sums.get(series)
            if before is None:
                sums[series] = numbers
            elif len(before) == len(numbers):
                sums[series] = tuple(map(sum, zip(before, numbers, strict=True)))
    return sums
