"""``tilekeep seed`` as people and scheduled jobs call it (spec/seed.md, 8)."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

import tilekeep
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import encoded
from tests.integration.support.seeding import tiles_below
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.adapters.seeding.job_file import JobFile
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import Size
from tilekeep.domain.seed_plan import SeedPlan

CONFIGURATION = """
services: {{tms: }}
layers: [{{name: web, title: Web, sources: [web]}}]
globals: {{cache: {{meta_size: [2, 2], meta_buffer: 0, failure_seconds: 0}}}}
caches: {{web: {{grids: [GLOBAL_WEBMERCATOR], sources: [any], cache: {{type: file, directory_layout: tms}}}}}}
sources: {{any: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""

TASKS = """
seeds:
  world: {caches: [web], levels: {to: 3}}
  again: {caches: [web], levels: {to: 3}, refresh_before: {seconds: 0}}
  few: {caches: [web], levels: {to: 1}, refresh_before: {seconds: 0}}
cleanups:
  old: {caches: [web], levels: [3], remove_all: true}
  nowhere: {caches: [web], coverages: [nowhere], remove_all: true}
coverages:
  nowhere: {difference: [{bbox: [0, 0, 1, 1], srs: 'EPSG:4326'}, {bbox: [0, 0, 1, 1], srs: 'EPSG:4326'}]}
"""

#: What a cleanup without age removes is what was there before the seed.
SEED_AND_CLEAN = """
seeds: {world: {caches: [web], levels: {to: 3}}}
cleanups: {rest: {caches: [web]}}
"""

WORLD = 1 + 4 + 16 + 64


@dataclass
class Place:
    """A directory with both files, and the server that is asked."""

    directory: Path
    upstream: UpstreamServer

    def command(self, *arguments: str) -> list[str]:
        program = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "seed", "-f", "mapproxy.yaml"]
        return [*program, "-s", "seed.yaml", *arguments]

    def seed(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), cwd=self.directory, input=text, capture_output=True, text=True, check=False
        )

    @property
    def tiles(self) -> list[str]:
        return tiles_below(self.directory / "cache_data")

    @property
    def asked(self) -> int:
        return len(self.upstream.requests)

    def contents(self) -> dict[str, bytes]:
        return {tile: (self.directory / "cache_data" / tile).read_bytes() for tile in self.tiles}


def draw(request: Received, color: tuple[int, int, int] = (90, 140, 200)) -> Reply:
    size = (int(request.parameters["width"]), int(request.parameters["height"]))
    return image_reply(encoded(Image.new("RGB", size, color), "PNG"))


def draw_anew(request: Received) -> Reply:
    return draw(request, (200, 90, 140))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw)
        (tmp_path / "mapproxy.yaml").write_text(CONFIGURATION.format(url=upstream.url))
        (tmp_path / "seed.yaml").write_text(TASKS)
        yield Place(tmp_path, upstream)


def test_all_seeds_are_done_and_then_all_cleanups(place: Place) -> None:
    ran = place.seed()

    assert (ran.returncode, len(place.tiles)) == (0, WORLD - 64)
    heads = [line for line in ran.stdout.splitlines() if line.startswith(("=", "Start"))]
    assert heads == [
        "========== Seeding tasks ==========",
        "Start seeding process (3 tasks)",
        "========== Cleanup tasks ==========",
        "Start cleanup process (2 tasks)",
    ]
    assert "Empty coverage given for this task\n    Skipped" in ran.stdout


def test_a_cache_may_have_the_name_of_its_source(place: Place) -> None:
    configuration = place.directory / "mapproxy.yaml"
    configuration.write_text(configuration.read_text().replace("any", "web"))

    ran = place.seed("--seed", "world")

    assert (ran.returncode, len(place.tiles)) == (0, WORLD)


def test_what_is_there_is_not_asked_for_again(place: Place) -> None:
    place.seed("--seed", "world")
    asked = place.asked

    again = place.seed("--seed", "world")

    assert (again.returncode, asked, place.asked) == (0, 1 + 1 + 4 + 16, asked)


def test_what_is_stale_is_made_anew(place: Place) -> None:
    place.seed("--seed", "world")

    place.seed("--seed", "again")

    assert place.asked == 2 * (1 + 1 + 4 + 16)


def test_the_command_line_knows_better_than_the_file_what_is_stale(place: Place) -> None:
    place.seed("--seed", "world")

    place.seed("--seed", "world", "--refresh-before", "0s")

    assert place.asked == 2 * (1 + 1 + 4 + 16)


def test_only_existing_tiles_are_refreshed_where_that_is_wanted(place: Place) -> None:
    place.seed("--seed", "world")
    for tile in (place.directory / "cache_data").glob("**/*.png"):
        if "/3/" in str(tile) and tile.parent.name != "0":
            tile.unlink()
    left = place.tiles
    place.upstream.forget()

    ran = place.seed("--seed", "again", "--skip-uncached")

    assert ran.returncode == 0
    assert set(left) <= set(place.tiles)
    assert place.asked == 1 + 1 + 4 + 4, "levels 0 to 2, and the blocks of the first column of level 3"


def test_a_dry_run_asks_for_nothing_and_removes_nothing(place: Place) -> None:
    place.seed("--seed", "world")
    place.upstream.forget()

    ran = place.seed("--dry-run")

    assert (ran.returncode, place.asked, len(place.tiles)) == (0, 0, WORLD)
    assert "64 tiles removed" in ran.stdout


def test_tasks_are_listed_without_doing_them(place: Place) -> None:
    ran = place.seed("--summary")

    assert (ran.returncode, place.asked) == (0, 0)
    assert "    Seeding cache 'web' with grid 'GLOBAL_WEBMERCATOR' in EPSG:3857" in ran.stdout
    assert "    Limited to coverage in: -180.00000, -85.05113, 180.00000, 85.05113 (EPSG:4326)" in ran.stdout
    assert "    Levels: [0, 1, 2, 3]" in ran.stdout


def test_each_task_may_be_asked_about(place: Place) -> None:
    ran = place.seed("--interactive", text="y\nn\nmaybe\nno\nn\nn\n")

    assert ran.returncode == 0
    assert len(place.tiles) == WORLD
    assert place.asked == 1 + 1 + 4 + 16


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--seed", "nothing"], 1, "available seed tasks: world, again, few"),
        (["--cleanup", "nothing"], 1, "available cleanup tasks: old, nowhere"),
        (["--duration", "soon"], 2, "is not a duration"),
        (["--between", "later"], 2, "is not HH:MM-HH:MM"),
        (["--concurrency", "0"], 2, "x>=1"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_done(
    place: Place, arguments: list[str], code: int, said: str
) -> None:
    ran = place.seed(*arguments)

    assert (ran.returncode, place.asked) == (code, 0)
    assert said in ran.stdout + ran.stderr


def test_a_wrong_file_is_refused_with_the_places_of_all_mistakes(place: Place) -> None:
    (place.directory / "seed.yaml").write_text(
        "seeds:\n  a: {caches: [webb]}\n  b: {caches: [web], levels: deep}\n  c: {caches: [web], coverages: [x]}\n"
    )

    ran = place.seed()

    assert ran.returncode == 2
    assert "seed.yaml:2:16: error: seeds.a.caches[0]: cache 'webb' does not exist" in ran.stderr
    assert "seed.yaml:3:30: error: seeds.b.levels" in ran.stderr
    assert "seed.yaml:4:34: error: seeds.c.coverages[0]: coverage 'x' does not exist" in ran.stderr


@pytest.mark.parametrize("coverages", ["[]", ""], ids=["empty-list", "nothing"])
@pytest.mark.parametrize("kind", ["seeds", "cleanups"])
def test_no_area_is_never_taken_for_the_whole_world(place: Place, kind: str, coverages: str) -> None:
    place.seed("--seed", "world")
    further = "\n    remove_all: true" if kind == "cleanups" else "\n    refresh_before: {seconds: 0}"
    (place.directory / "seed.yaml").write_text(
        f"{kind}:\n  a:\n    caches: [web]\n    levels: [3]\n    coverages: {coverages}{further}\n"
    )
    place.upstream.forget()

    ran = place.seed()

    assert (ran.returncode, place.asked, len(place.tiles)) == (2, 0, WORLD)
    assert f"error: {kind}.a.coverages: " in ran.stderr


def test_tiles_that_fail_are_reported_and_made_by_the_next_run(place: Place) -> None:
    place.upstream.on("/wms", *[draw] * 4, Reply(404), Reply(404), Reply(404), draw)

    ran = place.seed("--seed", "world", "--concurrency", "1", "--progress-file", "progress")

    assert (ran.returncode, len(place.tiles)) == (4, WORLD - 4)
    assert "404" in ran.stdout
    assert (place.directory / "progress.failed").exists()
    retried = place.seed("--seed", "world", "--retry-failed", "--progress-file", "progress")
    assert (retried.returncode, len(place.tiles)) == (0, WORLD)
    assert not list(place.directory.glob("progress*"))


def test_the_run_after_a_complete_one_with_failures_looks_at_everything_again(place: Place) -> None:
    place.upstream.on("/wms", *[draw] * 4, Reply(404), Reply(404), Reply(404), draw)
    place.seed("--seed", "world", "--concurrency", "1", "--continue", "--progress-file", "progress")

    again = place.seed("--seed", "world", "--continue", "--progress-file", "progress")

    assert (again.returncode, len(place.tiles)) == (0, WORLD)


def test_without_failures_there_is_nothing_to_retry(place: Place) -> None:
    ran = place.seed("--seed", "world", "--retry-failed", "--progress-file", "progress")
    (place.directory / "progress").touch()
    unfinished = place.seed("--seed", "world", "--retry-failed", "--progress-file", "progress")

    assert (ran.returncode, unfinished.returncode, place.tiles) == (1, 1, [])
    assert "there is no file 'progress.failed'; name the --progress-file of a run" in ran.stderr
    assert "go on with --continue" in unfinished.stderr


def test_notes_of_failures_end_with_a_run_without_any(place: Place) -> None:
    place.upstream.on("/wms", *[draw] * 4, Reply(404), Reply(404), Reply(404), draw)
    place.seed("--seed", "world", "--concurrency", "1", "--progress-file", "progress")

    cleaned = place.seed("--cleanup", "nowhere", "--progress-file", "progress")
    left = [path.name for path in place.directory.glob("progress*")]
    seeded = place.seed("--seed", "world", "--progress-file", "progress")

    assert (cleaned.returncode, left, seeded.returncode) == (0, ["progress.failed"], 0)
    assert not list(place.directory.glob("progress*"))


def test_retried_tiles_are_made_by_several_processes_and_each_is_noted(place: Place) -> None:
    (place.directory / "seed.yaml").write_text("seeds: {small: {caches: [web], levels: {to: 2}}}")
    failing = {"-20037508.342789244,-20037508.342789244,20037508.342789244,20037508.342789244"}
    place.upstream.on("/wms", lambda request: Reply(404) if request.parameters["bbox"] in failing else draw(request))
    arguments = ("--seed", "small", "--progress-file", "progress", "-c", "2")
    failed = place.seed(*arguments)
    notes, go_on = str(place.directory / "progress.failed"), threading.Event()
    place.upstream.on("/wms", draw, lambda request: draw(request) if go_on.wait(60.0) else Reply(404))
    missing = _failed_in(notes)

    command = place.command(*arguments, "--retry-failed")
    with subprocess.Popen(command, cwd=place.directory, start_new_session=True) as running:
        _wait_for(lambda: _failed_in(notes) < missing or running.poll() is not None)
        workers = len(_children(running.pid))
        os.killpg(running.pid, signal.SIGKILL)
    left = _failed_in(notes)
    go_on.set()
    place.upstream.on("/wms", draw)
    place.upstream.forget()
    again = place.seed(*arguments, "--retry-failed")

    assert (failed.returncode, missing, workers, left) == (4, 2, 2, 1)
    assert (again.returncode, len(place.tiles), place.asked) == (0, 1 + 4 + 16, 1)


def test_a_run_that_only_counts_leaves_the_notes_alone(place: Place) -> None:
    (place.directory / "progress").write_text("of somebody else")

    ran = place.seed("--seed", "world", "--dry-run", "--progress-file", "progress")

    assert ran.returncode == 0
    assert (place.directory / "progress").read_text() == "of somebody else"


def test_a_file_that_is_no_file_of_progress_is_not_replaced(place: Place) -> None:
    (place.directory / "progress").write_text("of somebody else")

    ran = place.seed("--seed", "world", "--progress-file", "progress")

    assert ran.returncode == 3
    assert (place.directory / "progress").read_text() == "of somebody else"


def test_a_source_that_fails_for_a_while_is_waited_for_and_stale_tiles_stay_meanwhile(place: Place) -> None:
    place.seed("--seed", "world")
    before = place.contents()
    place.upstream.forget()
    refused = threading.Semaphore(0)

    def fail(_: Received) -> Reply:
        refused.release()
        return Reply(503)

    place.upstream.on("/wms", *[draw_anew] * 4, fail)

    with subprocess.Popen(place.command("--seed", "again", "--progress-file", "progress"), cwd=place.directory) as run:
        for _ in range(6):
            assert refused.acquire(timeout=60.0)
        meanwhile = place.contents()
        told = tilekeep_command("jobs", "progress", "--json", directory=place.directory)
        place.upstream.on("/wms", draw_anew)
        code = run.wait()

    (task,) = json.loads(told.stdout)["tasks"]
    stale = [path for path, content in meanwhile.items() if content == before[path]]
    assert meanwhile.keys() == before.keys()
    assert 0 < len(stale) < WORLD
    assert (task["finished"], task["failed_count"]) == (False, 0)
    assert code == 0
    assert all(content != before[path] for path, content in place.contents().items())


def test_stale_tiles_stay_while_the_source_fails(place: Place) -> None:
    place.seed("--seed", "world")
    place.upstream.on("/wms", Reply(404))

    ran = place.seed("--seed", "few")

    assert (ran.returncode, len(place.tiles)) == (4, WORLD)


def test_an_interrupted_run_is_gone_on_with(place: Place, rounds: Callable[[int, int], int]) -> None:
    for _ in range(rounds(2, 10)):
        _forget_tiles(place)
        _killed_in_the_middle(place, signal.SIGINT)
        assert (place.directory / "progress").exists()
        asked = place.asked

        ran = place.seed("--seed", "world", "--continue", "--progress-file", "progress")

        assert (ran.returncode, len(place.tiles)) == (0, WORLD)
        assert place.asked <= 22 + 4, asked
        assert not (place.directory / "progress").exists()


def test_a_run_that_is_killed_is_gone_on_with(place: Place, rounds: Callable[[int, int], int]) -> None:
    for _ in range(rounds(2, 20)):
        _forget_tiles(place)
        _killed_in_the_middle(place, signal.SIGKILL)

        ran = place.seed("--seed", "world", "--continue", "--progress-file", "progress")

        assert (ran.returncode, len(place.tiles)) == (0, WORLD)


def test_one_run_at_a_time_has_a_file_of_progress(place: Place) -> None:
    go_on = threading.Event()
    place.upstream.on("/wms", lambda request: draw(request) if go_on.wait(60.0) else Reply(404))
    (place.directory / "progress.failed").touch()
    arguments = ("--seed", "world", "--progress-file", "progress")

    with subprocess.Popen(place.command(*arguments), cwd=place.directory) as first:
        _wait_for(lambda: place.asked > 0)
        others = [place.seed(*arguments, *further) for further in ((), ("--continue",), ("--retry-failed",))]
        go_on.set()
        code = first.wait()

    for other in others:
        assert other.returncode == 3
        assert f"'progress' belongs to a run under way (process {first.pid} on " in other.stderr
        assert "name another --progress-file" in other.stderr
    assert (code, len(place.tiles), place.asked) == (0, WORLD, 22)
    assert not list(place.directory.glob("progress*"))


def test_a_run_is_gone_on_with_as_soon_as_it_has_died_though_its_workers_are_left(place: Place) -> None:
    _forget_tiles(place)
    arguments = ("--seed", "world", "--progress-file", "progress")
    with subprocess.Popen(place.command(*arguments, "-c", "3"), cwd=place.directory) as running:
        _wait_for(lambda: place.asked >= 6)
        running.kill()

    again = place.seed(*arguments, "--continue")

    assert (again.returncode, len(place.tiles)) == (0, WORLD), again.stderr


@pytest.mark.parametrize("concurrency", ["1", "2"])
def test_an_interrupt_ends_the_wait_for_the_hours_of_work(place: Place, concurrency: str) -> None:
    now = dt.datetime.now().astimezone()
    later = f"{now + dt.timedelta(hours=3):%H:%M}-{now + dt.timedelta(hours=4):%H:%M}"
    arguments = ("--seed", "world", "--progress-file", "progress", "--between", later, "-c", concurrency)
    command = place.command(*arguments)
    with subprocess.Popen(command, cwd=place.directory, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert any("Overwriting" in line for line in running.stdout), "it has come to its first task"
        running.send_signal(signal.SIGINT)
        running.stdout.read()

    assert (running.returncode, place.asked, place.tiles) == (2, 0, [])
    assert (place.directory / "progress").exists()
    assert not (place.directory / "progress.lock").exists()


def test_what_stands_for_a_failure_without_being_kept_is_no_failed_tile(place: Place) -> None:
    configuration = place.directory / "mapproxy.yaml"
    on_error = "on_error: {404: {response: transparent, cache: false}}, req"
    configuration.write_text(configuration.read_text().replace("req", on_error))
    place.upstream.on("/wms", Reply(404), draw)

    result = tilekeep.seed(str(configuration), str(place.directory / "seed.yaml"), names=["few"], concurrency=1)

    assert (result.tiles.failed, result.tiles.empty, result.tiles.made) == (0, 1, 4)
    assert len(place.tiles) == 4


def test_workers_end_with_a_parent_that_is_killed(place: Place) -> None:
    _forget_tiles(place)
    with subprocess.Popen(place.command("--seed", "world", "-c", "3"), cwd=place.directory) as running:
        _wait_for(lambda: place.asked >= 3)
        workers = _children(running.pid)
        running.kill()

    assert workers
    _wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def test_a_cleanup_of_what_is_there_leaves_what_the_run_before_the_break_has_made(place: Place) -> None:
    (place.directory / "seed.yaml").write_text(SEED_AND_CLEAN)
    _forget_tiles(place)
    _killed_in_the_middle(place, signal.SIGINT)
    made = len(place.tiles)

    rest = place.seed("--seed", "world", "--cleanup", "rest", "--progress-file", "progress", "--continue")

    assert rest.returncode == 0, rest.stderr
    assert 0 < made < WORLD
    assert len(place.tiles) == WORLD


def test_nothing_is_cleaned_up_while_failed_tiles_are_made(place: Place) -> None:
    (place.directory / "seed.yaml").write_text(SEED_AND_CLEAN)
    place.upstream.on("/wms", *[draw] * 4, Reply(404), Reply(404), Reply(404), draw)
    place.seed("--seed", "world", "--concurrency", "1", "--progress-file", "progress")

    retried = place.seed("--seed", "world", "--cleanup", "rest", "--progress-file", "progress", "--retry-failed")

    assert (retried.returncode, len(place.tiles)) == (0, WORLD)
    assert "Nothing is cleaned up" in retried.stdout


def test_notes_of_another_area_do_not_count(place: Place) -> None:
    area = ["--caches", "web", "--levels", "3", "--progress-file", "progress"]
    program = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "seed", "-f", "mapproxy.yaml", *area]
    _forget_tiles(place)
    with subprocess.Popen([*program, "--bbox=-180,-85,0,85", "-c", "1"], cwd=place.directory) as running:
        _wait_for(lambda: place.asked >= 3)
        running.send_signal(signal.SIGINT)
    place.upstream.on("/wms", draw)

    east = subprocess.run([*program, "--bbox=0,-85,180,85", "--continue"], cwd=place.directory, check=False)

    assert east.returncode == 0
    assert len([tile for tile in place.tiles if int(tile.split("/")[-2]) >= 4]) == 32


def test_any_worker_may_be_killed_at_any_time_without_loss(place: Place, rounds: Callable[[int, int], int]) -> None:
    workers, kills, chance = 4, rounds(5, 20), random.Random()
    total, seen = _single_tiles(place), frozenset[str]()
    moments = sorted(chance.sample(range(total // 20, total * 9 // 10, workers), kills))
    arguments = ("--seed", "deep", "-c", str(workers), "--progress-file", "progress", "--result-file", "result")

    with subprocess.Popen(place.command(*arguments), cwd=place.directory) as running:
        for moment in moments:
            _wait_for(lambda: place.asked >= moment, running)  # noqa: B023 - awaited here
            _wait_for(lambda: set(_children(running.pid)) - seen, running)  # noqa: B023
            victim = chance.choice([*set(_children(running.pid)) - seen])
            seen |= {*_children(running.pid)}
            os.kill(int(victim), signal.SIGKILL)
        code = running.wait()

    result = json.loads((place.directory / "result").read_text())
    assert (code, len(place.tiles)) == (0, total)
    assert result["made"] + result["kept"] == total, "each chunk counts once, however often it was begun"
    again = Counter(request.parameters["bbox"] for request in place.upstream.requests)
    assert sum(again.values()) - len(again) <= kills * workers, "each worker repeats at most what it was just at"
    assert not list(place.directory.glob("progress*"))


def test_a_run_ends_when_its_time_is_over(place: Place) -> None:
    place.upstream.on("/wms", lambda request: _slow(draw(request)))

    ran = place.seed("--seed", "world", "--duration", "1s", "--progress-file", "progress")

    assert ran.returncode == 0
    assert len(place.tiles) < WORLD
    assert (place.directory / "progress").exists()


def test_another_run_over_the_same_cache_is_waited_for(place: Place) -> None:
    go_on = threading.Event()
    place.upstream.on("/wms", lambda request: draw(request) if go_on.wait(60.0) else Reply(404))
    command = place.command("--seed", "world", "--use-cache-lock")
    with subprocess.Popen(command, cwd=place.directory) as first:
        _wait_for(lambda: place.asked > 0, first)
        with subprocess.Popen(command, cwd=place.directory, stdout=subprocess.PIPE, text=True) as second:
            assert second.stdout is not None
            said = next((line for line in second.stdout if "is locked" in line), "")
            asked_meanwhile = place.asked
            go_on.set()
            second.stdout.read()
        codes = (first.wait(), second.wait())

    assert said == "    ...cache 'web' is locked, skipping\n"
    assert asked_meanwhile <= 2, "what the two processes of the first one were at"
    assert (codes, len(place.tiles)) == ((0, 0), WORLD)
    assert place.asked == 1 + 1 + 4 + 16


def _single_tiles(place: Place) -> int:
    """Has the seed ``deep`` make many chunks of tiles, each by a request of its own; how many tiles."""
    configuration = place.directory / "mapproxy.yaml"
    configuration.write_text(configuration.read_text().replace("meta_size: [2, 2]", "meta_size: [1, 1]"))
    (place.directory / "seed.yaml").write_text("seeds: {deep: {caches: [web], levels: {to: 5}}}")
    tile = draw(Received("GET", "/wms?width=256&height=256", {}, b"", 0))
    place.upstream.on("/wms", tile)
    plan = SeedPlan(WEBMERCATOR, Size(1, 1), tuple(range(6)))
    assert sum(1 for _ in plan.chunks()) >= 5 * 4, "each of four workers has several"
    return sum(4**level for level in range(6))


def _failed_in(notes: str) -> int:
    return sum(note.progress.result.failed for note in JobFile(notes, read_only=True).tasks())


def _children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def _slow(reply: Reply) -> Reply:
    return Reply(reply.status, reply.body, reply.headers, delay_seconds=0.15)


def _forget_tiles(place: Place) -> None:
    for tile in (place.directory / "cache_data").glob("**/*.png"):
        tile.unlink()
    place.upstream.forget()
    place.upstream.on("/wms", lambda request: _slow(draw(request)))


def _killed_in_the_middle(place: Place, by: signal.Signals) -> None:
    command = place.command("--seed", "world", "--progress-file", "progress")
    with subprocess.Popen(command, cwd=place.directory, start_new_session=True, stdout=subprocess.DEVNULL) as running:
        _wait_for(lambda: place.asked >= 6 or running.poll() is not None)
        if by is signal.SIGKILL:
            os.killpg(running.pid, by)
        else:
            running.send_signal(by)
        running.wait()
    place.upstream.on("/wms", draw)


def _wait_for(condition: Callable[[], object], running: subprocess.Popen[bytes] | None = None) -> None:
    while not condition():
        assert running is None or running.poll() is None, "it has ended before"
        time.sleep(0.01)


def test_another_command_tells_how_far_a_run_has_got(place: Place) -> None:
    _killed_in_the_middle(place, signal.SIGKILL)

    told = tilekeep_command("jobs", "progress", "--json", directory=place.directory)

    (task,) = json.loads(told.stdout)["tasks"]
    assert (task["task"], task["cache"], task["finished"]) == ("world", "web", False)
    assert 0 <= task["share"] < 1
    assert "world (web, GLOBAL_WEBMERCATOR)" in tilekeep_command("jobs", "progress", directory=place.directory).stdout
    assert "no run is unfinished" in tilekeep_command("jobs", "other", directory=place.directory).stdout


def test_python_callers_do_the_same(place: Place) -> None:
    files = str(place.directory / "mapproxy.yaml"), str(place.directory / "seed.yaml")

    result = tilekeep.seed(*files, names=["world"], concurrency=1)
    tilekeep.cleanup(*files, names=["old"])

    assert (result.tiles.made, len(place.tiles)) == (WORLD, WORLD - 64)
    with pytest.raises(ConfigurationError, match="available: world, again, few"):
        tilekeep.seed(*files, names=["nothing"])


def test_python_callers_have_the_rate_the_hours_and_the_failures_too(place: Place) -> None:
    files = str(place.directory / "mapproxy.yaml"), str(place.directory / "seed.yaml")
    notes = str(place.directory / "progress")
    place.upstream.on("/wms", Reply(404), Reply(404), Reply(404), draw)
    now = dt.datetime.now().astimezone()
    open_now = f"{now - dt.timedelta(hours=1):%H:%M}-{now + dt.timedelta(hours=1):%H:%M}"

    failed = tilekeep.seed(*files, names=["few"], concurrency=1, progress_file=notes, between=open_now)
    made = tilekeep.seed(*files, names=["few"], concurrency=1, progress_file=notes, retry_failed=True, rate=1000.0)

    assert (failed.tiles.failed, failed.tiles.made) == (1, 4)
    assert (made.tiles.failed, made.tiles.made, len(place.tiles)) == (0, 1, 5)
    with pytest.raises(ConfigurationError, match="between: 'later' is not HH:MM-HH:MM"):
        tilekeep.seed(*files, between="later")


def test_a_sample_tells_what_a_run_will_come_to(place: Place) -> None:
    (place.directory / "progress").write_text("of somebody else")
    arguments = ["--seed", "world,few", "--estimate", "--sample", "8", "--progress-file", "progress", "-c", "4"]

    told = place.seed(*arguments)
    again = place.seed(*arguments, "--json")

    assert told.returncode == 0, told.stderr
    assert f"world (web, GLOBAL_WEBMERCATOR): {WORLD} tiles on 4 levels" in told.stdout
    assert "sample: " in told.stdout
    assert "with 4 processes" in told.stdout
    assert told.stdout.splitlines()[-1].startswith("all tasks to make: about ")
    facts = json.loads(again.stdout)
    world, few = facts["tasks"]
    assert (facts["processes"], world["tiles"], few["tiles"]) == (4, WORLD, 5)
    assert world["to_make"] < WORLD, "what the first estimate has made is there"
    assert few["bytes"] > 0
    assert few["sample"]["made"] >= 5
    assert len(place.tiles) < WORLD
    assert (place.directory / "progress").read_text() == "of somebody else"


def test_json_is_for_estimates(place: Place) -> None:
    ran = place.seed("--json")

    assert (ran.returncode, place.asked) == (2, 0)
