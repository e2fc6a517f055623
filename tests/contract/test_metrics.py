"""What takes measurements: processes add theirs up, and nothing that goes wrong is felt by who measures."""

from __future__ import annotations

import fcntl
import gc
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.contract.processes import forked, wait_for
from tests.integration.services.process import free_port, wait_until
from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.telemetry.endpoint import Endpoint
from tilekeep.adapters.telemetry.no_metrics import NO_METRICS
from tilekeep.adapters.telemetry.prometheus import PrometheusMetrics
from tilekeep.domain.measures import JOBS_RUNNING, LOCK_FAILURES, LOCK_WAIT_SECONDS, TILES

_HITS = 'tilekeep_tiles_total{cache="osm",state="hit"}'


def metrics_of(directory: Path, *, has_threads: bool = True) -> PrometheusMetrics:
    return PrometheusMetrics(str(directory), SystemClock(), has_threads=has_threads, modes=FileModes())


@pytest.fixture(params=[pytest.param(True, id="with threads"), pytest.param(False, id="without")])
def metrics(request: pytest.FixtureRequest, tmp_path: Path) -> PrometheusMetrics:
    return metrics_of(tmp_path, has_threads=request.param)


def shown(metrics: PrometheusMetrics) -> dict[str, float]:
    """The samples of a page, as Prometheus' own parser reads them."""
    samples = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for name, labels, value, *_ in family.samples:
            inside = ",".join(f'{label}="{text}"' for label, text in sorted(labels.items()))
            samples[f"{name}{{{inside}}}" if inside else name] = value
    return samples


def test_counts_are_exact_with_many_threads(metrics: PrometheusMetrics) -> None:
    count, record = metrics.counter(TILES, "osm", "hit"), metrics.timer(LOCK_WAIT_SECONDS)

    def work() -> None:
        for _ in range(5000):
            count()
            record(0.5)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    shown(metrics)  # looking disturbs no count
    for thread in threads:
        thread.join()

    found = shown(metrics)
    assert found[_HITS] == 40_000
    assert found["tilekeep_lock_wait_seconds_count"] == 40_000
    assert found["tilekeep_lock_wait_seconds_sum"] == pytest.approx(20_000)


@pytest.mark.parametrize(
    ("seconds", "first_class"), [(0.0, "0.0001"), (0.0001, "0.0001"), (0.2, "0.3"), (100.0, "100.0"), (5000.0, "+Inf")]
)
def test_a_time_is_in_its_class_and_all_above(metrics: PrometheusMetrics, seconds: float, first_class: str) -> None:
    metrics.timer(LOCK_WAIT_SECONDS)(seconds)

    found = shown(metrics)
    prefix = "tilekeep_lock_wait_seconds_bucket"
    classes = {name.split('"')[1]: value for name, value in found.items() if name.startswith(prefix)}
    ends = list(classes)
    assert [end for end in ends if classes[end]] == ends[ends.index(first_class) :]


def test_levels_go_up_and_down(metrics: PrometheusMetrics) -> None:
    change = metrics.level(JOBS_RUNNING)
    change(1)
    change(1)
    change(-1)

    assert shown(metrics)["tilekeep_background_running"] == 1


def test_the_same_labels_are_the_same_series(metrics: PrometheusMetrics) -> None:
    metrics.counter(TILES, "osm", "hit")()
    metrics.counter(TILES, "osm", "hit")()

    assert shown(metrics)[_HITS] == 2


def test_text_in_labels_cannot_forge_other_samples(metrics: PrometheusMetrics) -> None:
    name = 'x"} 1\ntilekeep_forged{a="\\'
    metrics.counter(TILES, name, "hit")()

    families = list(text_string_to_metric_families(metrics.text().decode()))
    (sample,) = next(family for family in families if family.name == "tilekeep_tiles").samples
    assert sample.labels["cache"] == name
    assert "tilekeep_forged" not in {family.name for family in families}


def test_processes_are_added_up_the_dead_too(tmp_path: Path) -> None:
    metrics = metrics_of(tmp_path)
    count, change = metrics.counter(TILES, "osm", "hit"), metrics.level(JOBS_RUNNING)
    count()
    change(1)
    assert shown(metrics)[_HITS] == 1

    def work() -> None:
        # The child begins at nothing: what the parent has counted stays with the parent.
        metrics.reset_after_fork()
        count()
        change(1)
        assert shown(metrics)[_HITS] == 2 + number
        assert shown(metrics)["tilekeep_background_running"] == 2

    for number in range(3):  # noqa: B007 - the child looks at it
        wait_for(forked(work))

    found = shown(metrics)
    assert found[_HITS] == 4
    assert found["tilekeep_background_running"] == 1, "what dead processes were doing is not done any more"


@pytest.mark.parametrize(("removed", "expected"), [("*.lck", 3), ("*", 2)])
def test_processes_stay_apart_when_a_job_cleans_the_directory(tmp_path: Path, removed: str, expected: int) -> None:
    """What has been removed is not known any more; all else is counted once."""
    one, other = (metrics_of(tmp_path, has_threads=False) for _ in range(2))
    count, change, count_other = (
        one.counter(TILES, "osm", "hit"),
        one.level(JOBS_RUNNING),
        other.counter(TILES, "b", "hit"),
    )
    count()
    change(1)
    assert shown(one)[_HITS] == 1

    for path in tmp_path.glob(removed):
        path.unlink()
    count_other()
    shown(other)
    count()
    shown(one)
    count_other()
    count()

    for metrics in (one, other, one):
        shown(metrics)
    found = shown(other)
    assert found["tilekeep_background_running"] == 1
    assert (found[_HITS], found[_HITS.replace("osm", "b")]) == (expected, 2)


def test_two_who_ask_at_the_same_time_do_not_take_the_dead_for_living(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work() -> None:
        own = metrics_of(tmp_path, has_threads=False)
        own.level(JOBS_RUNNING)(1)
        own.text()

    wait_for(forked(work))
    one, other = metrics_of(tmp_path), metrics_of(tmp_path)
    flock = fcntl.flock
    looked: list[dict[str, float] | None] = []

    def ask_meanwhile(descriptor: int, how: int) -> None:
        flock(descriptor, how)
        if not looked:
            looked.append(None)
            looked[0] = shown(other)

    monkeypatch.setattr("fcntl.flock", ask_meanwhile)
    shown(one)

    assert looked[0] is not None
    assert looked[0].get("tilekeep_background_running") is None


def test_a_process_takes_over_where_one_has_ended(tmp_path: Path) -> None:
    for _ in range(5):
        metrics = metrics_of(tmp_path)
        metrics.counter(TILES, "osm", "hit")()
        assert shown(metrics) != {}
        del metrics
        gc.collect()

    assert shown(metrics_of(tmp_path))[_HITS] == 5
    assert [path.name for path in tmp_path.glob("*.json")] == ["metrics-0.json"]


def test_two_at_a_time_in_one_process_are_two(tmp_path: Path) -> None:
    one, other = metrics_of(tmp_path), metrics_of(tmp_path)
    one.counter(TILES, "osm", "hit")()
    other.counter(TILES, "osm", "hit")()

    assert (shown(one)[_HITS], shown(other)[_HITS]) in {(1, 2), (2, 2)}
    assert shown(one)[_HITS] == 2


def test_others_see_what_was_measured_without_being_told(tmp_path: Path) -> None:
    busy, watching = metrics_of(tmp_path), metrics_of(tmp_path)
    busy.counter(TILES, "osm", "hit")()

    wait_until(lambda: shown(watching).get(_HITS) == 1)


def test_a_process_that_measures_nothing_leaves_nothing(tmp_path: Path) -> None:
    metrics = metrics_of(tmp_path / "metrics")
    metrics.counter(TILES, "osm", "hit")

    assert _HITS not in shown(metrics)
    assert not (tmp_path / "metrics").exists()


@pytest.mark.parametrize("body", [b"", b"[", b"{}", b"[1]", b'[["tilekeep_tiles", 5, []]]', b"\xff"])
def test_foreign_bytes_in_the_directory_are_passed_over(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "metrics-7.json").write_bytes(body)
    metrics = metrics_of(tmp_path)
    metrics.counter(TILES, "osm", "hit")()

    assert shown(metrics)[_HITS] == 1


def test_a_directory_that_cannot_be_made_is_logged_once_and_harms_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    metrics = metrics_of(tmp_path / "file" / "metrics", has_threads=False)
    count = metrics.counter(TILES, "osm", "hit")

    for _ in range(3):
        count()
        shown(metrics)

    assert shown(metrics)[_HITS] == 3
    assert len(caplog.records) == 1


def test_nothing_is_as_good_as_nothing() -> None:
    NO_METRICS.counter(LOCK_FAILURES)()
    NO_METRICS.timer(LOCK_WAIT_SECONDS)(1.0)
    NO_METRICS.level(JOBS_RUNNING)(1.0)

    assert (NO_METRICS.are_on, NO_METRICS.text()) == (False, b"")


class TestEndpoint:
    @pytest.fixture
    def answer(self) -> Callable[[int], bytes]:
        def ask(port: int) -> bytes:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
                    return bytes(response.read())
            except OSError:
                return b""

        return ask

    def test_it_shows_the_sums(self, tmp_path: Path, answer: Callable[[int], bytes]) -> None:
        metrics, port = metrics_of(tmp_path), free_port()
        endpoint = Endpoint("127.0.0.1", port, str(tmp_path), metrics.registry)
        metrics.counter(TILES, "osm", "hit")()

        wait_until(lambda: f"{_HITS} 1.0".encode() in answer(port))
        del endpoint

    def test_another_one_listens_after_it(self, tmp_path: Path, answer: Callable[[int], bytes]) -> None:
        metrics, port = metrics_of(tmp_path), free_port()
        first = Endpoint("127.0.0.1", port, str(tmp_path), metrics.registry)
        wait_until(lambda: answer(port) != b"")
        second = Endpoint("127.0.0.1", port, str(tmp_path), metrics.registry)

        del first
        gc.collect()

        wait_until(lambda: answer(port) == b"")
        wait_until(lambda: answer(port) != b"")
        del second
        gc.collect()
        wait_until(lambda: answer(port) == b"")
