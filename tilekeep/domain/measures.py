"""What is measured in operation: names, labels and steps of all metrics."""

from __future__ import annotations

from dataclasses import dataclass

#: Upper ends in seconds, from a tile in memory to a request that was given up.
_STEPS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric without its values.

    :ivar name: as Prometheus knows it, without what it appends for the kind.
    :ivar text: says what it is in one line.
    :ivar labels: names of labels, whose values come out of the configuration or out of a fixed set.
    """

    name: str
    text: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted(Measure):
    """Something that happens."""


@dataclass(frozen=True, slots=True)
class Timed(Measure):
    """Something that takes time.

    :ivar steps: upper ends of the classes of a histogram in seconds, ascending; beyond the last there is one more.
    """

    steps: tuple[float, ...] = _STEPS


@dataclass(frozen=True, slots=True)
class Level(Measure):
    """Something of which there is more or less at a time."""


REQUESTS = Counted(
    "tilekeep_requests", "Requests answered; one of several layers counts for each.", ("service", "layer", "status")
)
REQUEST_SECONDS = Timed("tilekeep_request_duration_seconds", "Time until an answer was ready.", ("service",))
TILES = Counted(
    "tilekeep_tiles", "Tiles wanted of caches, by maps too: hit, stale, refreshed, miss or error.", ("cache", "state")
)
STORE_SECONDS = Timed("tilekeep_store_duration_seconds", "Time of one call of a tile store.", ("cache", "operation"))
STORE_ERRORS = Counted("tilekeep_store_errors", "Calls of a tile store that failed.", ("cache", "operation"))
UPSTREAM_SECONDS = Timed("tilekeep_upstream_duration_seconds", "Time of one request to a map server.", ("server",))
UPSTREAM_REQUESTS = Counted(
    "tilekeep_upstream_requests", "Requests to map servers; the status is none without an answer.", ("server", "status")
)
UPSTREAM_WAIT_SECONDS = Timed("tilekeep_upstream_wait_seconds", "Wait for the turn at a map server.", ("server",))
UPSTREAM_REFUSED = Counted(
    "tilekeep_upstream_refused",
    "Requests that were not sent: no turn in time, or the server is left alone.",
    ("server",),
)
UPSTREAM_WAITING = Level("tilekeep_upstream_waiting", "Requests that wait for their turn at a map server.", ("server",))
UPSTREAM_UNDER_WAY = Level("tilekeep_upstream_under_way", "Requests that a map server works on.", ("server",))
LOCK_WAIT_SECONDS = Timed("tilekeep_lock_wait_seconds", "Wait for the lock of a block of tiles.")
LOCK_FAILURES = Counted("tilekeep_lock_failures", "Locks that were not to be had in time, or not at all.")
JOBS_WAITING = Level("tilekeep_background_waiting", "Jobs beside requests that have not begun.")
JOBS_RUNNING = Level("tilekeep_background_running", "Jobs beside requests that are under way.")
JOBS_REFUSED = Counted("tilekeep_background_refused", "Jobs that were not taken, since too many were waiting.")

ALL_MEASURES: tuple[Measure, ...] = (
    REQUESTS,
    REQUEST_SECONDS,
    TILES,
    STORE_SECONDS,
    STORE_ERRORS,
    UPSTREAM_SECONDS,
    UPSTREAM_REQUESTS,
    UPSTREAM_WAIT_SECONDS,
    UPSTREAM_REFUSED,
    UPSTREAM_WAITING,
    UPSTREAM_UNDER_WAY,
    LOCK_WAIT_SECONDS,
    LOCK_FAILURES,
    JOBS_WAITING,
    JOBS_RUNNING,
    JOBS_REFUSED,
)
