"""Measurements that tests can look at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial

from tilekeep.domain.measures import Counted, Level, Timed
from tilekeep.ports.metrics import Sums

Series = tuple[str, tuple[str, ...]]


class FakeMetrics:
    """Keeps all that is measured: ``counted`` and ``levels`` by name and labels, ``times`` in order."""

    are_on = True

    def __init__(self) -> None:
        self.counted: Counter[Series] = Counter()
        self.levels: Counter[Series] = Counter()
        self.times: defaultdict[Series, list[float]] = defaultdict(list)

    def counter(self, what: Counted, *labels: str) -> Callable[[], object]:
        return partial(self._add, self.counted, (what.name, labels), 1)

    def timer(self, what: Timed, *labels: str) -> Callable[[float], object]:
        return lambda seconds: self.times[what.name, labels].append(seconds)  # noqa: PLW0108 - only what is timed is there

    def level(self, what: Level, *labels: str) -> Callable[[float], object]:
        return partial(self._add, self.levels, (what.name, labels))

    def sums(self) -> Sums:
        counted = {series: (float(number),) for series, number in [*self.counted.items(), *self.levels.items()]}
        return {**counted, **{series: (float(len(times)), sum(times)) for series, times in self.times.items()}}

    def text(self) -> bytes:
        return repr(self.counted).encode()

    @staticmethod
    def _add(sums: Counter[Series], series: Series, by: float) -> None:
        sums[series] += by  # type: ignore[assignment]  # levels change by whole numbers
