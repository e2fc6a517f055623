"""Measurements in the text format of Prometheus, added up over the processes of a host."""

from __future__ import annotations

import atexit
import importlib
import logging
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

from tilekeep._version import __version__
from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.telemetry.saving import RegularSaving
from tilekeep.adapters.telemetry.slots import Slot, all_left
from tilekeep.adapters.telemetry.tally import Numbers, Series, Tally, added
from tilekeep.domain.measures import ALL_MEASURES, Counted, Level, Measure, Timed
from tilekeep.ports.clock import Clock

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

log = logging.getLogger("tilekeep.metrics")

_LEVELS = frozenset(measure.name for measure in ALL_MEASURES if isinstance(measure, Level))


class PrometheusMetrics:
    """Implements :class:`tilekeep.ports.metrics.Metrics`.

    Each process counts in memory and leaves its numbers in a file about once a second; whoever is asked adds up all of
    them.  Where threads do not run, it does so when it is asked, and at its end.  A disk that takes no files costs
    others the numbers of this process, and is logged once.

    Args:
        directory: where the processes of the host meet.
        clock: gives files their time.
        has_threads: whether threads run beside requests.
        modes: permissions of directory and files.
    """

    are_on = True

    def __init__(self, directory: str, clock: Clock, *, has_threads: bool, modes: FileModes) -> None:
        # Before any thread: a process forked while one imports would wait for ever for what that has locked.
        importlib.import_module("prometheus_client.core")
        self._directory = directory
        self._clock = clock
        self._modes = modes
        self._saving = RegularSaving(self.save_news) if has_threads else None
        self._tally = Tally()
        self._save_lock = threading.Lock()
        self._slot: Slot | None = None
        self._before: Mapping[Series, Numbers] = {}
        self._saved: Mapping[Series, Numbers] = {}
        self._has_failed = False
        self._process = os.getpid()
        atexit.register(_farewell, weakref.ref(self))

    def counter(self, what: Counted, *labels: str) -> Callable[[], object]:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        self._begin_saving()
        return self._tally.counter(what, labels)

    def timer(self, what: Timed, *labels: str) -> Callable[[float], object]:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        self._begin_saving()
        return self._tally.timer(what, labels)

    def level(self, what: Level, *labels: str) -> Callable[[float], object]:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        self._begin_saving()
        return self._tally.level(what, labels)

    def text(self) -> bytes:
        """See :class:`~tilekeep.ports.metrics.Metrics`."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry())

    def registry(self) -> CollectorRegistry:
        """What Prometheus' own library makes answers of."""
        from prometheus_client import CollectorRegistry

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Sums(self))
        return registry

    def sums(self) -> dict[Series, Numbers]:
        """Those of all processes; levels are those of the living."""
        own = self.save_news()
        if self._has_failed:
            return added([own])
        left = all_left(self._directory)
        return added(part.numbers if part.is_alive else _without_levels(part.numbers) for part in left)

    def save_news(self) -> dict[Series, Numbers]:
        """The numbers of this process, which are left for others as well if something was measured since."""
        with self._save_lock:
            measured = self._tally.numbers()
            if self._slot is None and not any(map(any, measured.values())):
                return {}
            if measured != self._saved or self._has_failed:
                self._leave(measured)
            return added([measured, self._before])

    def reset_after_fork(self) -> None:
        """The numbers, and the right to write them, are the parent's; several applications may say so."""
        if self._process == os.getpid():
            return
        self._process = os.getpid()
        self._save_lock = threading.Lock()
        self._tally.reset()
        self._before = self._saved = {}
        if self._slot is not None:
            self._slot.close()
            self._slot = None
        if self._saving is not None:
            self._saving.reset_after_fork()

    def _begin_saving(self) -> None:
        if self._saving is not None:
            self._saving.begin()

    def _leave(self, measured: Mapping[Series, Numbers]) -> None:
        try:
            if self._slot is None or not self._slot.is_held():
                self._slot = self._taken()
            self._slot.save(added([measured, self._before]), self._clock.now())
        except OSError as error:
            if not self._has_failed:
                log.error("metrics of this process cannot be kept in %r: %s", self._directory, error)  # noqa: TRY400 - the text says it all
            self._has_failed = True
        else:
            self._saved = measured
            self._has_failed = False

    def _taken(self) -> Slot:
        """A slot, with what the process before left in it.

        What this process has left in a slot that it has lost is not left once more.
        """
        slot = Slot(self._directory, self._modes)
        left = _without_levels(self._saved)
        self._before = added([_without_levels(slot.numbers()), _negative(left)])
        if self._slot is not None:
            self._slot.close()
        weakref.finalize(self, slot.close)
        return slot


def _farewell(metrics: weakref.ref[PrometheusMetrics]) -> None:
    """Leaves what was measured last when the process ends."""
    living = metrics()
    if living is not None:
        living.save_news()


def _without_levels(numbers: Mapping[Series, Numbers]) -> dict[Series, Numbers]:
    """What is true of a process that has ended."""
    return {series: values for series, values in numbers.items() if series[0] not in _LEVELS}


def _negative(numbers: Mapping[Series, Numbers]) -> dict[Series, Numbers]:
    return {series: tuple(-value for value in values) for series, values in numbers.items()}


class _Sums:
    """A collector, as Prometheus' library calls it."""

    def __init__(self, metrics: PrometheusMetrics) -> None:
        self._metrics = metrics

    def describe(self) -> Iterable[Metric]:
        """Nothing is known before it has been collected."""
        return []

    def collect(self) -> Iterable[Metric]:
        """All metrics of which there is a number."""
        from prometheus_client.core import InfoMetricFamily

        yield InfoMetricFamily("tilekeep", "The program.", {"version": __version__})
        found: dict[str, dict[tuple[str, ...], Numbers]] = {}
        for (name, labels), numbers in self._metrics.sums().items():
            found.setdefault(name, {})[labels] = numbers
        for measure in ALL_MEASURES:
            if measure.name in found:
                yield _family(measure, found[measure.name])


def _family(measure: Measure, series: Mapping[tuple[str, ...], Numbers]) -> Metric:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    if isinstance(measure, Timed):
        times = HistogramMetricFamily(measure.name, measure.text, labels=measure.labels)
        for labels, (*classes, total) in series.items():
            if any(classes) and len(classes) == len(measure.steps) + 1:
                ends = [*map(str, measure.steps), "+Inf"]
                times.add_metric(labels, list(zip(ends, accumulate(classes), strict=True)), total)
        return times
    kind = CounterMetricFamily if isinstance(measure, Counted) else GaugeMetricFamily
    family = kind(measure.name, measure.text, labels=measure.labels)
    for labels, (value, *_) in series.items():
        family.add_metric(labels, value)
    return family
