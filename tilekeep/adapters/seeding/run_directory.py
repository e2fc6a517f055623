"""Runs of seeding as directories: what was wanted, what is done, what was said, and whether it still runs."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tilekeep.adapters.atomic_files import FileModes, new_file, put_in_place
from tilekeep.adapters.seeding.process_numbers import began, end_process
from tilekeep.domain.errors import JobStoreError, TooManyRuns, UnknownRun
from tilekeep.ports.clock import Clock
from tilekeep.ports.seed_runs import RunRequest, RunState, SeedRunNote

_NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}")

_NOTE, _PROGRESS, _RESULT, _LOG, _LOCK = "run.json", "progress", "result.json", "log", "lock"
_RESULT_BEFORE = "result-before.json"
_ASKED_TO_STOP = "asked-to-stop"

#: The lock of all runs together, which whoever starts one holds.
_STARTING = "starting.lock"

#: Runs at a time; each has several processes.
_MOST_RUNNING = 4

#: Runs that are remembered.
_MOST_REMEMBERED = 50

_LAST_LINES = 20
_LAST_BYTES = 8192

#: How often and how long apart the lock of a run is tried for.
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.02

_EXIT_COMPLETE = 0
_EXIT_SOME_FAILED = 4


class RunDirectory:
    """Implements :class:`tilekeep.ports.seed_runs.SeedRuns`.

    A run holds a ``flock`` on a file of its directory, together with its workers, so that it is known to run
    for as long as any of them lives, whoever started it, and a number of a process is only trusted meanwhile.
    """

    def __init__(self, directory: str, command: Callable[[RunRequest], Sequence[str]], clock: Clock) -> None:
        """Binds the runs to ``directory``, made on first use; ``command`` is the program of a run and its arguments."""
        self._directory = directory
        self._command = command
        self._clock = clock
        self._children: list[subprocess.Popen[bytes]] = []

    def notes(self) -> Sequence[SeedRunNote]:
        """See :class:`~tilekeep.ports.seed_runs.SeedRuns`."""
        self._reap()
        return [note for name in self._names() if (note := self._note(name)) is not None]

    def start(self, request: RunRequest) -> SeedRunNote:
        """See :class:`~tilekeep.ports.seed_runs.SeedRuns`."""
        with self._one_starts():
            self._forget_old_ones()
            begun = time.strftime("%Y%m%dT%H%M%S", time.gmtime(self._clock.now()))
            return self._launch(f"{begun}-{secrets.token_hex(3)}", request)

    def stop(self, run: str) -> SeedRunNote:
        """See :class:`~tilekeep.ports.seed_runs.SeedRuns`."""
        note = self._known(run)
        if note.state is RunState.RUNNING:
            facts = self._facts(run)
            with self._translated("note in"):
                Path(self._path(run, _ASKED_TO_STOP)).touch()
            with self._translated("stop a run in"):
                end_process(facts["process"], facts.get("process_began"))
        return note

    def go_on(self, run: str) -> SeedRunNote:
        """See :class:`~tilekeep.ports.seed_runs.SeedRuns`."""
        self._known(run)
        with self._one_starts():
            note = self._known(run)
            if note.state is RunState.RUNNING:
                raise TooManyRuns(f"the run {run} has not ended; stop it first")
            only_failed = note.state is RunState.INCOMPLETE and not os.path.exists(note.progress_file)
            return self._launch(run, note.request, "--retry-failed" if only_failed else "--continue")

    @contextlib.contextmanager
    def _one_starts(self) -> Iterator[None]:
        """Nobody else, in whatever process, starts a run meanwhile, so that what has been counted stays true."""
        with self._translated("start a run in"):
            os.makedirs(self._directory, exist_ok=True)
            descriptor = os.open(self._path(_STARTING), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _launch(self, name: str, request: RunRequest, *further: str) -> SeedRunNote:
        running = [note for note in self.notes() if note.state is RunState.RUNNING]
        if len(running) >= _MOST_RUNNING:
            raise TooManyRuns(f"{len(running)} runs are under way; stop one, or wait for one to end")
        with (
            self._translated("start a run in"),
            self._new_or_as_before(name),
            self._held(name) as lock,
            self._without_result(name),
        ):
            facts = {"seeds": request.seeds, "cleanups": request.cleanups, "workers": request.workers}
            started_at = self._clock.now()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path(name, _ASKED_TO_STOP))
            process = self._process(name, request, further, lock)
            number = {"process": process.pid, "process_began": began(process.pid)}
            try:
                self._write(name, {**facts, "started_at": started_at, **number})
            except OSError:
                process.terminate()  # nobody could ever stop it
                process.wait()
                raise
        note = self._note(name)
        assert note is not None, "it has just been written"
        return note

    @contextlib.contextmanager
    def _new_or_as_before(self, name: str) -> Iterator[None]:
        """The directory of a run; one that is new is gone again if the run cannot be started."""
        is_new = not os.path.isdir(self._path(name))
        os.makedirs(self._path(name), exist_ok=True)
        try:
            yield
        except BaseException:
            if is_new:
                shutil.rmtree(self._path(name), ignore_errors=True)
            raise

    @contextlib.contextmanager
    def _without_result(self, name: str) -> Iterator[None]:
        """What came of a run before is put aside, and back if it cannot be gone on with."""
        result, aside = self._path(name, _RESULT), self._path(name, _RESULT_BEFORE)
        with contextlib.suppress(FileNotFoundError):
            os.replace(result, aside)
        try:
            yield
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.replace(aside, result)
            raise
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside)

    def _process(self, name: str, request: RunRequest, further: Sequence[str], lock: int) -> subprocess.Popen[bytes]:
        """The process of a run, which outlives this one and reads nothing from it."""
        files = ["--progress-file", self._path(name, _PROGRESS), "--result-file", self._path(name, _RESULT)]
        with open(self._path(name, _LOG), "ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own program; names of tasks are checked by who asks
                [*self._command(request), *files, *further],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
                start_new_session=True,
            )
        self._children.append(process)
        return process

    @contextlib.contextmanager
    def _held(self, name: str) -> Iterator[int]:
        """The lock of a run, which its process inherits.

        :raises TooManyRuns: it runs already.
        """
        descriptor = os.open(self._path(name, _LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o664)
        try:
            if not _locked(descriptor):
                raise TooManyRuns(f"the run {name} has not ended; stop it first")
            yield descriptor
        finally:
            os.close(descriptor)

    def _is_running(self, name: str) -> bool:
        try:
            descriptor = os.open(self._path(name, _LOCK), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)

    def _known(self, name: str) -> SeedRunNote:
        note = self._note(name) if _NAME.fullmatch(name) else None
        if note is None:
            raise UnknownRun(f"there is no run {name!r}")
        return note

    def _note(self, name: str) -> SeedRunNote | None:
        """What is known of a run; None for a directory that is none, or that somebody removes just now."""
        with self._translated("read"):
            is_running = self._is_running(name)
            try:
                facts = self._facts(name)
                request = RunRequest(tuple(facts["seeds"]), tuple(facts["cleanups"]), int(facts["workers"]))
                started_at = float(facts["started_at"])
            except (FileNotFoundError, ValueError, KeyError, TypeError):
                return None
            result = {} if is_running else self._result(name)
            return SeedRunNote(
                name,
                request,
                RunState.RUNNING if is_running else self._ended_state(name, result),
                started_at,
                None if is_running else self._ended_at(name, started_at),
                self._path(name, _PROGRESS),
                result,
                self._last_lines(name),
            )

    def _ended_state(self, name: str, result: Mapping[str, int]) -> RunState:
        """How a run ended; one that was to stop before it could say anything has stopped."""
        state = _state(result)
        was_asked = not result and os.path.exists(self._path(name, _ASKED_TO_STOP))
        return RunState.STOPPED if was_asked else state

    def _facts(self, name: str) -> dict[str, Any]:
        with open(self._path(name, _NOTE), "rb") as file:
            facts: dict[str, Any] = json.load(file)
        return facts

    def _result(self, name: str) -> Mapping[str, int]:
        try:
            with open(self._path(name, _RESULT), "rb") as file:
                return {str(key): int(value) for key, value in json.load(file).items()}
        except (FileNotFoundError, ValueError, AttributeError, TypeError):
            return {}

    def _ended_at(self, name: str, started_at: float) -> float:
        """When it has said or noted something last."""
        times = [started_at]
        for file in (_RESULT, _LOG, _PROGRESS):
            with contextlib.suppress(FileNotFoundError):
                times.append(os.stat(self._path(name, file)).st_mtime)
        return max(times)

    def _last_lines(self, name: str) -> tuple[str, ...]:
        try:
            with open(self._path(name, _LOG), "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - _LAST_BYTES))
                return tuple(file.read().decode("utf-8", "replace").splitlines()[-_LAST_LINES:])
        except FileNotFoundError:
            return ()

    def _names(self) -> list[str]:
        """The latest first."""
        with self._translated("read"):
            try:
                return sorted(filter(_NAME.fullmatch, os.listdir(self._directory)), reverse=True)
            except FileNotFoundError:
                return []

    def _forget_old_ones(self) -> None:
        over = [note for note in self.notes() if note.state is not RunState.RUNNING]
        for note in over[_MOST_REMEMBERED - 1 :]:
            shutil.rmtree(self._path(note.id), ignore_errors=True)

    def _write(self, name: str, facts: Mapping[str, Any]) -> None:
        body = json.dumps(facts).encode()
        put_in_place(self._path(name, _NOTE), new_file(body, self._clock.now(), FileModes()), FileModes())

    def _reap(self) -> None:
        """Lets go of processes that have ended."""
        self._children = [child for child in self._children if child.poll() is None]

    def _path(self, name: str, *file: str) -> str:
        return os.path.join(self._directory, name, *file)

    @contextlib.contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise JobStoreError(f"cannot {doing} {self._directory!r}: {error.strerror or error}") from error


def _locked(descriptor: int) -> bool:
    """Whether the lock could be had; whoever only looks holds it for less time than is waited here."""
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_PAUSE_SECONDS)
    return False


def _state(result: Mapping[str, int]) -> RunState:
    """How a run ended: what it says itself, or that it died without a word."""
    if "exit_code" not in result:
        return RunState.FAILED
    if result.get("stopped"):
        return RunState.STOPPED
    states = {_EXIT_COMPLETE: RunState.FINISHED, _EXIT_SOME_FAILED: RunState.INCOMPLETE}
    return states.get(result["exit_code"], RunState.FAILED)
