"""Seeding by workers elsewhere: machines that have a Redis, a bucket and two files of YAML in common."""

from __future__ import annotations

import itertools
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import tilekeep
from tests.integration.services.process import Server
from tests.integration.services.redis import RedisProcess
from tests.integration.services.s3_clients import ENVIRONMENT
from tests.integration.support.drawing import encoded
from tests.integration.support.machines import Machine, machines, wait_for
from tests.integration.support.object_places import Bucket
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tilekeep.adapters.seeding.job_file import JobFile
from tilekeep.domain.seed_plan import SeedChunk
from tilekeep.domain.seeding import SeedWorker
from tilekeep.entrypoints.cli.main import main

CONFIGURATION = """
services: {{tms: }}
layers: [{{name: web, title: Web, sources: [web]}}]
globals:
  cache: {{meta_size: [1, 1], meta_buffer: 0, lock_dir: locks, base_dir: data, s3: {{endpoint_url: '{s3}'}}}}
caches: {{web: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], cache: {{type: s3, bucket_name: {bucket}}}}}}}
sources: {{wms: {{type: wms, req: {{url: '{url}/wms', layers: all}}}}}}
"""

#: Sixty-four chunks of four tiles around the middle of the world, and small ones.
TASKS = """
seeds:
  middle: {caches: [web], levels: [5], coverages: [middle]}
  few: {caches: [web], levels: {to: 2}}
coverages: {middle: {bbox: [-1.0e+7, -1.0e+7, 1.0e+7, 1.0e+7], srs: 'EPSG:3857'}}
"""
MIDDLE = 256
TILES_OF_CHUNK = 4

_NUMBERS = itertools.count()
_TILE = encoded(Image.new("RGB", (256, 256), (90, 140, 200)), "PNG")


class Source(UpstreamServer):
    """Draws quickly, or as slowly as somebody needs who wants to look at what is under way."""

    seconds = 0.01

    def draw(self, _: Received) -> Reply:
        return image_reply(_TILE, delay_seconds=self.seconds)


@pytest.fixture
def source() -> Iterator[Source]:
    with Source() as server:
        server.on("/wms", server.draw)
        yield server


@pytest.fixture
def bucket(moto_server: Server) -> Bucket:
    return Bucket(moto_server, f"seeding-{next(_NUMBERS)}")


@pytest.fixture
def configuration(source: Source, bucket: Bucket) -> str:
    return CONFIGURATION.format(bucket=bucket.name, s3=bucket.server.url, url=source.url)


@pytest.fixture
def machine(tmp_path: Path, configuration: str) -> Iterator[Callable[..., Machine]]:
    with machines(tmp_path, configuration, TASKS, ENVIRONMENT) as new:
        yield new


@pytest.fixture
def here(machine: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch) -> Machine:
    """One that works in this process."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return machine("here")


@pytest.fixture
def broker(redis_server: RedisProcess) -> str:
    return f"redis://127.0.0.1:{redis_server.port}/3"


def tiles_in(bucket: Bucket) -> int:
    return sum(key.endswith(".png") for key in bucket.objects())


def asked_twice(source: Source) -> int:
    """How many tiles the source was asked for more than once."""
    asked = Counter(request.parameters["bbox"] for request in source.requests_to("/wms"))
    return sum(1 for times in asked.values() if times > 1)


def under_way(run: Machine) -> dict[str, list[str]]:
    """The chunks that each worker has begun, as ``tilekeep jobs`` says it."""
    return {told["worker"]: told["under way"] for told in run.jobs()["workers"]}


def started_worker(one: Machine, broker: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A worker that is there already."""
    worker = one.worker(broker, *arguments)
    wait_for(lambda: "fetches chunks" in one.log, one)
    return worker


def name_of(worker: subprocess.Popen[bytes], run: Machine) -> str:
    return next((name for name in under_way(run) if f"-{worker.pid}-" in name), "")


def test_when_a_worker_is_killed_its_chunk_is_finished_by_the_other_and_jobs_shows_it_meanwhile(
    machine: Callable[..., Machine], broker: str, bucket: Bucket, source: Source
) -> None:
    source.seconds = 0.3
    coordinator, one, other = machine("coordinator"), machine("one"), machine("other")
    victim = started_worker(one, broker, "-c", "1")
    started_worker(other, broker, "-c", "1")
    run = coordinator.seed(broker, "--seed", "middle", "--progress-file", "progress")
    wait_for(lambda: under_way(coordinator).get(name_of(victim, coordinator)))
    name = name_of(victim, coordinator)

    victim.kill()
    (chunk,) = under_way(coordinator)[name]
    wait_for(lambda: ("lost", name) in [(told["state"], told["worker"]) for told in coordinator.jobs()["workers"]])
    source.seconds = 0.1
    wait_for(lambda: any(chunk in chunks for who, chunks in under_way(coordinator).items() if who != name))
    source.seconds = 0.01

    assert run.wait(60) == 0, coordinator.log
    assert tiles_in(bucket) == MIDDLE
    assert f"worker {name} is lost" in coordinator.log
    assert asked_twice(source) <= 1, "what the killed one had stored was not made anew"
    assert coordinator.jobs() == {"tasks": [], "workers": []}


def test_a_worker_that_is_asked_to_end_finishes_its_chunk(
    machine: Callable[..., Machine], broker: str, bucket: Bucket, source: Source
) -> None:
    source.seconds = 0.2
    coordinator, one, other = machine("coordinator"), machine("one"), machine("other")
    leaving = one.worker(broker, "-c", "1")
    run = coordinator.seed(broker, "--seed", "middle", "--progress-file", "progress")
    wait_for(lambda: any(under_way(coordinator).values()), coordinator, one)

    leaving.terminate()
    ended = leaving.wait(60)
    source.seconds = 0.01

    assert ended == 0
    assert tiles_in(bucket) > 0
    assert tiles_in(bucket) % TILES_OF_CHUNK == 0, "whole chunks"
    other.worker(broker)
    assert run.wait(60) == 0, coordinator.log
    assert (tiles_in(bucket), asked_twice(source)) == (MIDDLE, 0)


def test_a_worker_with_another_configuration_takes_no_part(
    machine: Callable[..., Machine], broker: str, bucket: Bucket, configuration: str
) -> None:
    coordinator, stranger = (
        machine("coordinator"),
        machine("stranger", configuration.replace("layers: all", "layers: x")),
    )
    started_worker(stranger, broker)

    run = coordinator.seed(broker, "--seed", "middle", "--duration", "2s")

    assert run.wait(60) == 0
    told = re.findall(r"has the configuration (\w+), and this run (\w+): it takes no part", coordinator.log)
    assert stranger.digest() in {of_worker for of_worker, _ in told}, coordinator.log
    assert stranger.digest() not in {of_run for _, of_run in told}
    assert tiles_in(bucket) == 0


def test_a_worker_that_stores_tiles_elsewhere_is_found_out_and_both_places_are_named(
    machine: Callable[..., Machine], broker: str, source: Source
) -> None:
    files = CONFIGURATION.replace("{{type: s3, bucket_name: {bucket}}}", "{{type: file}}")
    of_each = files.format(bucket="", s3="http://127.0.0.1:1", url=source.url)
    coordinator, one = machine("coordinator", of_each), machine("one", of_each)
    one.worker(broker)

    run = coordinator.seed(broker, "--seed", "few", "--progress-file", "progress")

    assert run.wait(60) == 3, coordinator.log
    assert "stores its tiles elsewhere" in coordinator.log
    for place in (one, coordinator):
        assert f"'{place.directory}/data/web_EPSG3857/" in coordinator.log
    (task,) = coordinator.jobs()["tasks"]
    assert (task["made"], task["share"]) == (0, 0)


def test_jobs_says_in_words_too_who_does_what(tmp_path: Path) -> None:
    chunks = (SeedChunk(4, 1, 0, inside=True), SeedChunk(4, 1, 1, inside=True))
    notes = JobFile(str(tmp_path / "progress"))
    notes.note_workers([SeedWorker("a", 2, "works", chunks, 17), SeedWorker("b", 2, "lost", (), 3)], 0.0)
    notes.close()

    told = CliRunner().invoke(main, ["jobs", str(tmp_path / "progress")]).output

    assert told.splitlines() == [
        "worker a (works): 17 chunks done, under way 4/1/0, 4/1/1, last change 1970-01-01T00:00:00+00:00",
        "worker b (lost): 3 chunks done, under way nothing, last change 1970-01-01T00:00:00+00:00",
    ]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_ends_early_is_gone_on_with_and_nothing_of_it_is_done_twice(
    machine: Callable[..., Machine], broker: str, bucket: Bucket, source: Source, by: signal.Signals
) -> None:
    source.seconds = 0.05
    coordinator, one = machine("coordinator"), machine("one")
    one.worker(broker, "-c", "2")
    arguments = ("--seed", "middle", "--progress-file", "progress")
    run = coordinator.seed(broker, *arguments)
    wait_for(lambda: tiles_in(bucket) > MIDDLE // 2, coordinator, one)

    run.send_signal(by)
    ended = run.wait(60)
    source.seconds = 0.01
    again = coordinator.seed(broker, *arguments, "--continue")

    assert ended == (2 if by is signal.SIGINT else -signal.SIGKILL)
    assert again.wait(60) == 0, coordinator.log
    assert tiles_in(bucket) == MIDDLE
    assert "Going on after" in coordinator.log
    # Those that were being made when the run ended: one of each process.
    assert asked_twice(source) <= 2


def test_failures_come_back_with_their_reasons_and_are_made_when_that_is_wanted(
    machine: Callable[..., Machine], broker: str, bucket: Bucket, source: Source
) -> None:
    source.on("/wms", *[source.draw] * 3, Reply(404), Reply(404), Reply(404), source.draw)
    coordinator, one = machine("coordinator"), machine("one")
    one.worker(broker, "-c", "1")

    run = coordinator.seed(broker, "--seed", "few", "--progress-file", "progress")

    assert run.wait(60) == 4, coordinator.log
    assert "404" in coordinator.log
    (task,) = coordinator.jobs("progress.failed")["tasks"]
    assert (task["made"], task["failed_count"], len(task["failed"])) == (20, 1, 1)
    assert tiles_in(bucket) == 20
    retry = coordinator.seed(broker, "--seed", "few", "--progress-file", "progress", "--retry-failed")
    assert retry.wait(60) == 0, coordinator.log
    assert tiles_in(bucket) == 21


def test_python_callers_do_the_same(
    here: Machine, machine: Callable[..., Machine], broker: str, bucket: Bucket
) -> None:
    machine("one").worker(broker)

    result = tilekeep.seed(
        str(here.directory / "mapproxy.yaml"), str(here.directory / "seed.yaml"), names=["few"], broker=broker
    )

    assert (result.tiles.made, tiles_in(bucket)) == (21, 21)


def test_nobody_says_the_password_of_the_broker(
    machine: Callable[..., Machine], new_directory: Callable[[str], Path]
) -> None:
    with RedisProcess(new_directory("locked")) as redis:
        redis.client.config_set("requirepass", "sEcrEt")
        coordinator, one = machine("coordinator"), machine("one")
        good, bad = (f"redis://:{password}@127.0.0.1:{redis.port}/0" for password in ("sEcrEt", "wrOngsEcrEt"))
        one.worker(bad)
        worker = one.worker(good)
        wait_for(lambda: "user and password" in one.log, one)

        refused = coordinator.seed(bad, "--seed", "few").wait(60)
        run = coordinator.seed(good, "--seed", "few", "--duration", "1s").wait(60)
        worker.terminate()

        assert (refused, run, worker.wait(60)) == (3, 0, 0), coordinator.log
    assert "user and password" in coordinator.log
    assert "sEcrEt" not in coordinator.log + one.log


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--concurrency", "3"], 1, "--concurrency beside --broker: each worker has its own"),
        (["--rate", "3"], 1, "say it to tilekeep worker"),
        (["--broker", "amqp://me:sEcrEt@host"], 2, "broker: expected redis://"),
        (["--broker", "redis://127.0.0.1:1/0"], 3, "cannot be used"),
    ],
)
def test_a_wrong_call_is_refused(here: Machine, broker: str, arguments: list[str], code: int, said: str) -> None:
    ran = here.seed_at_once(broker, "--seed", "few", *arguments)

    assert (ran.exit_code, said in ran.output, "sEcrEt" in ran.output) == (code, True, False)


def test_a_dry_run_counts_without_workers(here: Machine, broker: str, bucket: Bucket) -> None:
    ran = here.seed_at_once(broker, "--seed", "few", "--dry-run")

    assert ran.exit_code == 0
    assert "(21 tiles)" in ran.output
    assert tiles_in(bucket) == 0


def test_those_who_do_without_workers_elsewhere_do_without_the_library() -> None:
    program = "import sys, tilekeep.config.containers as _; print({'celery', 'kombu', 'redis'} & set(sys.modules))"

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "set()"
