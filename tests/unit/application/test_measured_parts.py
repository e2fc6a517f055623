"""Parts that measure what the parts below them do, and change nothing of it."""

from __future__ import annotations

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.metrics import FakeMetrics
from tests.fakes.tile_lock import FakeTileLock
from tests.fakes.tile_store import FakeTileStore
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.application.measured.gate import MeasuredGate
from tilekeep.application.measured.lock import MeasuredLock
from tilekeep.application.measured.store import MeasuredStore
from tilekeep.application.measured.tiles import MeasuredTiles
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, SourceBusy, SourceError, StoreError
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.domain.tile_state import TileState

KEY = TileKey(TileCoord(1, 0, 0))
SERVER = Upstream("user:secret@maps.example:81", concurrent_requests=1)
LABELS = ("maps.example:81",)


@pytest.fixture
def metrics() -> FakeMetrics:
    return FakeMetrics()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def soon(clock: FakeClock, seconds: float = 10.0) -> Deadline:
    return Deadline(clock.monotonic() + seconds)


class TestGate:
    def test_answers_are_counted_by_status_and_timed(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        gate = MeasuredGate(FakeUpstreamGate(clock), metrics, clock)

        for status in (200, 200, 503, None, 999):
            with gate.admit(SERVER, Purpose.SERVE, soon(clock)) as permit:
                clock.advance(2)
                permit.report(status)

        counted = {labels[1]: number for (_, labels), number in metrics.counted.items()}
        assert counted == {"200": 2, "503": 1, "none": 1, "other": 1}
        assert metrics.times["tilekeep_upstream_duration_seconds", LABELS] == [2, 2, 2, 2, 2]

    def test_the_gate_below_hears_what_it_heard_before(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        below = FakeUpstreamGate(clock)

        with MeasuredGate(below, metrics, clock).admit(SERVER, Purpose.SEED, soon(clock)) as permit:
            permit.report(429, 7.0)

        assert (below.admitted, below.reports) == ([(SERVER, Purpose.SEED)], [(429, 7.0)])

    def test_what_is_under_way_shows_until_it_ends_whatever_happens(
        self, metrics: FakeMetrics, clock: FakeClock
    ) -> None:
        gate = MeasuredGate(FakeUpstreamGate(clock), metrics, clock)
        series = ("tilekeep_upstream_under_way", LABELS)

        def break_inside() -> None:
            with gate.admit(SERVER, Purpose.SERVE, soon(clock)):
                assert metrics.levels[series] == 1
                raise SourceError("it broke")

        with pytest.raises(SourceError):
            break_inside()

        assert metrics.levels[series] == 0
        assert "tilekeep_upstream_refused" not in {name for name, _ in metrics.counted}

    def test_a_refusal_is_no_request(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        below = FakeUpstreamGate(clock)
        below.running[SERVER.name] = 1

        with (
            pytest.raises(SourceBusy),
            MeasuredGate(below, metrics, clock).admit(SERVER, Purpose.SERVE, Deadline(clock.monotonic())),
        ):
            raise AssertionError("nobody is let in")

        assert metrics.counted == {("tilekeep_upstream_refused", LABELS): 1}
        assert metrics.levels["tilekeep_upstream_waiting", LABELS] == 0
        assert len(metrics.times["tilekeep_upstream_wait_seconds", LABELS]) == 1

    def test_no_label_holds_a_credential(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        with MeasuredGate(FakeUpstreamGate(clock), metrics, clock).admit(SERVER, Purpose.SERVE, soon(clock)) as permit:
            permit.report(200)

        assert "secret" not in repr((metrics.counted, metrics.levels, metrics.times))


class TestLock:
    def test_it_is_held_inside_and_the_wait_is_timed(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        below = FakeTileLock(clock)

        with MeasuredLock(below, metrics, clock).hold("a", soon(clock)) as still_held:
            assert below.held == {"a"}
            assert still_held()

        assert below.held == set()
        assert metrics.times["tilekeep_lock_wait_seconds", ()] == [0]

    def test_a_lock_that_is_not_to_be_had_is_counted(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        below = FakeTileLock(clock)
        below.held.add("a")

        with pytest.raises(LockTimeout), MeasuredLock(below, metrics, clock).hold("a", Deadline(clock.monotonic())):
            raise AssertionError("somebody else holds it")

        assert metrics.counted == {("tilekeep_lock_failures", ()): 1}

    def test_an_error_inside_is_none_of_the_lock(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        with pytest.raises(LockTimeout), MeasuredLock(FakeTileLock(clock), metrics, clock).hold("a", soon(clock)):
            raise LockTimeout("another one")

        assert metrics.counted == {}


class TestStore:
    def test_calls_are_timed_by_operation(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        store = MeasuredStore(FakeTileStore(), "osm", metrics, clock)

        store.read(KEY)
        store.read_many([KEY])
        store.stat_many([KEY])
        store.write([], 0.0)
        store.renew([KEY], 0.0, None)
        store.remove([KEY])

        timed = {labels for _, labels in metrics.times}
        assert timed == {("osm", name) for name in ("read", "read_many", "stat", "write", "renew", "remove")}
        assert metrics.counted == {}

    def test_failures_are_counted_and_raised(self, metrics: FakeMetrics, clock: FakeClock) -> None:
        class Broken(FakeTileStore):
            def read(self, *_: object, **__: object) -> None:
                raise StoreError("no")

            stat_many = read  # type: ignore[assignment]

        store = MeasuredStore(Broken(), "osm", metrics, clock)

        for call in (lambda: store.read(KEY), lambda: store.stat_many([KEY])):
            with pytest.raises(StoreError):
                call()

        assert set(metrics.counted) == {("tilekeep_store_errors", ("osm", name)) for name in ("read", "stat")}


class TestTiles:
    @pytest.mark.parametrize("state", TileState)
    def test_they_are_counted_by_where_they_came_from(self, metrics: FakeMetrics, state: TileState) -> None:
        tiles = MeasuredTiles(Answering(state), "osm", metrics)

        tiles(KEY, Purpose.SERVE, Deadline(1))
        tiles.many([KEY, KEY], Purpose.SERVE, Deadline(1))

        assert metrics.counted == {("tilekeep_tiles", ("osm", state.value)): 3}

    def test_a_tile_that_is_not_to_be_had_is_an_error(self, metrics: FakeMetrics) -> None:
        tiles = MeasuredTiles(Answering(None), "osm", metrics)

        with pytest.raises(SourceError):
            tiles(KEY, Purpose.SERVE, Deadline(1))

        assert metrics.counted == {("tilekeep_tiles", ("osm", "error")): 1}


class Answering:
    """Tiles that all have one state; None fails."""

    def __init__(self, state: TileState | None) -> None:
        self._state = state

    def __call__(self, key: TileKey, purpose: Purpose, deadline: Deadline) -> TileAnswer:
        if self._state is None:
            raise SourceError("no map")
        return TileAnswer(None, self._state)

    def many(self, keys: list[TileKey], purpose: Purpose, deadline: Deadline) -> list[TileAnswer]:  # type: ignore[override]
        return [self(key, purpose, deadline) for key in keys]
