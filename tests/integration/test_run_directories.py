"""Runs in directories: who runs, who has stopped, and what is known of those that are over."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.seeding import run_directory
from tilekeep.adapters.seeding.run_directory import RunDirectory
from tilekeep.domain.errors import JobStoreError, TooManyRuns, UnknownRun
from tilekeep.ports.seed_runs import RunRequest, RunState, SeedRunNote

#: Says its arguments, and ends when it is told to or when a file is there.
PROGRAM = """
import json, os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: finish(2, 1))
result = sys.argv[sys.argv.index("--result-file") + 1]
def finish(code, stopped=0, **facts):
    with open(result, "w") as file:
        json.dump({"exit_code": code, "stopped": stopped, "made": 7}, file)
    sys.exit(code)
print("ready:", *sys.argv[1:], flush=True)
until = os.environ["RUN_UNTIL"]
while not os.path.exists(until):
    time.sleep(0.01)
code = int(open(until).read())
finish(code) if code >= 0 else os._exit(1)
"""


class Runs:
    """Runs of that program, told by a file to end."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.end = directory / "end"
        self.directory = directory / "runs"
        monkeypatch.setenv("RUN_UNTIL", str(self.end))
        self.runs = self.anew()

    def anew(self) -> RunDirectory:
        return RunDirectory(str(self.directory), _command, SystemClock())

    def await_state(self, run: str, state: RunState) -> SeedRunNote:
        for _ in range(1000):
            note = next(note for note in self.runs.notes() if note.id == run)
            if note.state is state:
                return note
            time.sleep(0.02)
        raise AssertionError(f"the run is {note.state}")

    def await_words(self, run: str, times: int = 1) -> tuple[str, ...]:
        for _ in range(1000):
            note = next(note for note in self.runs.notes() if note.id == run)
            said = tuple(line for line in note.last_lines if line.startswith("ready:"))
            if len(said) >= times:
                return said
            time.sleep(0.02)
        raise AssertionError("it never said anything")


def _command(request: RunRequest) -> Sequence[str]:
    return [sys.executable, "-c", PROGRAM, *request.seeds]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("code", "state"),
    [(0, RunState.FINISHED), (4, RunState.INCOMPLETE), (3, RunState.FAILED), (-1, RunState.FAILED)],
    ids=["complete", "with failures", "broken off", "without a word"],
)
def test_how_a_run_ended_is_remembered(runs: Runs, code: int, state: RunState) -> None:
    started = runs.runs.start(RunRequest(("all",)))
    runs.await_words(started.id)

    runs.end.write_text(str(code))

    over = runs.await_state(started.id, state)
    assert started.state is RunState.RUNNING
    assert (over.request.seeds, over.result.get("made")) == (("all",), None if code < 0 else 7)
    assert over.ended_at is not None
    assert over.ended_at >= started.started_at - 1


def test_a_run_that_is_stopped_can_be_gone_on_with(runs: Runs) -> None:
    run = runs.runs.start(RunRequest(("all",))).id
    runs.await_words(run)

    runs.runs.stop(run)

    Path(runs.await_state(run, RunState.STOPPED).progress_file).touch()
    runs.runs.go_on(run)
    assert "--continue" in runs.await_words(run, 2)[-1]
    runs.end.write_text("0")
    runs.await_state(run, RunState.FINISHED)


def test_a_run_with_failures_is_gone_on_with_by_those_alone(runs: Runs) -> None:
    runs.end.write_text("4")
    run = runs.runs.start(RunRequest(("all",))).id
    runs.await_state(run, RunState.INCOMPLETE)

    runs.runs.go_on(run)

    assert "--retry-failed" in runs.await_words(run, 2)[-1]
    runs.await_state(run, RunState.INCOMPLETE)


def test_another_process_sees_what_runs_and_can_stop_it(runs: Runs) -> None:
    run = runs.runs.start(RunRequest(("all",))).id
    runs.await_words(run)

    (seen,) = runs.anew().notes()
    runs.anew().stop(run)

    assert seen.state is RunState.RUNNING
    runs.await_state(run, RunState.STOPPED)


def test_one_that_is_stopped_before_it_can_say_anything_has_not_failed(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a program that is still being loaded."""
    monkeypatch.setattr(f"{__name__}.PROGRAM", PROGRAM.replace("signal.signal(", "(lambda *_: None)("))
    run = runs.runs.start(RunRequest(("all",))).id
    runs.await_words(run)

    runs.runs.stop(run)
    runs.await_state(run, RunState.STOPPED)
    runs.runs.go_on(run)
    runs.await_words(run, times=2)
    os.kill(runs.runs._facts(run)["process"], signal.SIGKILL)

    runs.await_state(run, RunState.FAILED)


def test_one_that_may_not_be_stopped_is_said(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of a server that ran as another user."""
    run = runs.runs.start(RunRequest(("all",))).id
    runs.await_words(run)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    with monkeypatch.context() as not_permitted:
        not_permitted.setattr("signal.pidfd_send_signal", refuse)
        with pytest.raises(JobStoreError, match=r"cannot stop a run in .*not permitted"):
            runs.runs.stop(run)

    runs.runs.stop(run)
    runs.await_state(run, RunState.STOPPED)


def test_one_that_is_killed_is_not_taken_for_running(runs: Runs) -> None:
    run = runs.runs.start(RunRequest(("all",))).id
    runs.await_words(run)

    os.kill(runs.runs._facts(run)["process"], signal.SIGKILL)

    runs.await_state(run, RunState.FAILED)


def test_a_number_of_a_process_that_is_over_is_not_trusted(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.end.write_text("0")
    run = runs.runs.start(RunRequest(("all",))).id
    runs.await_state(run, RunState.FINISHED)
    killed: list[int] = []
    monkeypatch.setattr(run_directory, "end_process", lambda process, _: killed.append(process))

    runs.runs.stop(run)

    assert killed == []


def test_a_run_is_not_started_twice_and_not_too_many_at_a_time(runs: Runs) -> None:
    started = [runs.runs.start(RunRequest((str(number),))).id for number in range(4)]

    with pytest.raises(TooManyRuns):
        runs.runs.go_on(started[0])
    with pytest.raises(TooManyRuns):
        runs.runs.start(RunRequest(("more",)))

    runs.end.write_text("0")
    for run in started:
        runs.await_state(run, RunState.FINISHED)


def test_a_process_that_has_got_the_number_of_another_is_left_alone(runs: Runs) -> None:
    run = runs.runs.start(RunRequest(("all",))).id
    runs.await_words(run)
    innocent = subprocess.Popen([sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(600)"])
    note = runs.directory / run / "run.json"
    facts = json.loads(note.read_text())
    note.write_text(json.dumps({**facts, "process": innocent.pid}))
    try:
        runs.runs.stop(run)

        with pytest.raises(subprocess.TimeoutExpired):
            innocent.wait(0.3)
    finally:
        innocent.kill()
        innocent.wait()
        note.write_text(json.dumps(facts))
    runs.runs.stop(run)
    runs.await_state(run, RunState.STOPPED)


def test_many_who_start_at_once_start_no_more_than_is_permitted(runs: Runs) -> None:
    others = [runs.anew() for _ in range(12)]

    def start(number: int) -> str | None:
        try:
            return others[number].start(RunRequest((str(number),))).id
        except TooManyRuns:
            return None

    with ThreadPoolExecutor(12) as pool:
        started = [run for run in pool.map(start, range(12)) if run is not None]

    assert len(started) == 4
    assert sorted(note.id for note in runs.runs.notes()) == sorted(started)
    runs.end.write_text("0")
    for run in started:
        runs.await_state(run, RunState.FINISHED)
    while any(other._children for other in others):  # they let go of theirs when they look
        list(map(RunDirectory.notes, others))


def _no_program(request: RunRequest) -> Sequence[str]:
    return ["/nowhere/python"]


def test_a_run_that_cannot_be_started_leaves_nothing(runs: Runs) -> None:
    broken = RunDirectory(str(runs.directory), _no_program, SystemClock())

    with pytest.raises(JobStoreError, match="start a run"):
        broken.start(RunRequest(("all",)))

    assert [entry.name for entry in runs.directory.iterdir() if entry.is_dir()] == []


def test_a_run_that_cannot_be_gone_on_with_stays_what_it_was(runs: Runs) -> None:
    runs.end.write_text("4")
    run = runs.runs.start(RunRequest(("all",))).id
    before = runs.await_state(run, RunState.INCOMPLETE)

    with pytest.raises(JobStoreError, match="start a run"):
        RunDirectory(str(runs.directory), _no_program, SystemClock()).go_on(run)

    (after,) = runs.runs.notes()
    assert (after.state, after.result, after.started_at) == (before.state, before.result, before.started_at)


def test_the_oldest_are_forgotten(runs: Runs) -> None:
    for number in range(60):
        run = runs.directory / f"20200101T0000{number:02d}-abcdef"
        run.mkdir(parents=True)
        (run / "run.json").write_text('{"seeds": [], "cleanups": [], "workers": 1, "started_at": 1, "process": 1}')
    runs.end.write_text("0")

    latest = runs.runs.start(RunRequest(("all",))).id

    runs.await_state(latest, RunState.FINISHED)
    left = [note.id for note in runs.runs.notes()]
    assert (len(left), left[:2]) == (50, [latest, "20200101T000059-abcdef"])


def test_what_is_no_run_is_passed_over(runs: Runs) -> None:
    for name in ("20200101T000000-abcdef", "other", "20200101T000001-abcdef"):
        (runs.directory / name).mkdir(parents=True)
    (runs.directory / "20200101T000000-abcdef" / "run.json").write_text("{")

    assert runs.runs.notes() == []


@pytest.mark.parametrize("name", ["..", "", "x", "20200101T000000-abcdef", "20200101T000000-abcdef/../other"])
def test_unknown_names_are_refused(runs: Runs, name: str) -> None:
    act: Callable[[str], object]
    for act in (runs.runs.stop, runs.runs.go_on):
        with pytest.raises(UnknownRun):
            act(name)


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    runs = RunDirectory(str(tmp_path / "file" / "runs"), _command, SystemClock())

    with pytest.raises(JobStoreError, match="file"):
        runs.start(RunRequest(("all",)))
