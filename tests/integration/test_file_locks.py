"""Lock and slot files on the disk: names, contents, left-overs, permissions, forks, and other users' files."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import stat
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.contract.processes import become_nobody, forked, kill, signals, wait_for
from tests.fakes.clock import FakeClock
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_gate import file_gate
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.locks.load_gate import LoadGate
from tilekeep.adapters.locks.lock_file import LockedFile, try_lock_file
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, LockUnavailable, SourceBusy
from tilekeep.domain.map_query import Upstream

NAME = "0123-9-6-4.lck"
PASSED = Deadline(0.0)
ONE_AT_A_TIME = Upstream("maps.example", concurrent_requests=1)
SLOT = "f075a48a5f74af4b16fb9441ac2eb2c7.lck0"
STATE = "f075a48a5f74af4b16fb9441ac2eb2c7.load"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "locks"


@pytest.fixture
def lock(folder: Path) -> FileTileLock:
    return FileTileLock(str(folder), SystemClock(), timeout_seconds=60.0)


@pytest.fixture
def gate(folder: Path) -> LoadGate[LockedFile]:
    return file_gate(str(folder), SystemClock())


def test_a_held_lock_is_a_file_with_the_process_id_and_a_free_one_is_none(lock: FileTileLock, folder: Path) -> None:
    with lock.hold(NAME, NO_DEADLINE):
        assert (folder / NAME).read_text() == f" {os.getpid()}\n"
    assert list(folder.iterdir()) == []

    with lock.try_hold(NAME):
        assert (folder / NAME).read_text() == f" {os.getpid()}\n"
    assert list(folder.iterdir()) == []


def test_where_lock_files_are_kept_they_stay_free_and_are_signed_anew(folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).write_text(" 4194304123\n")
    lock = FileTileLock(str(folder), SystemClock(), timeout_seconds=0.0, keeps_files=True)

    for _ in range(2):
        with lock.hold(NAME, PASSED):
            assert (folder / NAME).read_text() == f" {os.getpid()}\n"
            with lock.try_hold(NAME) as held_twice:
                assert not held_twice

    assert [path.name for path in folder.iterdir()] == [NAME]


def test_the_id_in_a_left_over_file_is_replaced_as_a_whole(lock: FileTileLock, folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).write_text(" 1234567890\n")

    with lock.hold(NAME, NO_DEADLINE):
        assert (folder / NAME).read_text() == f" {os.getpid()}\n"


def test_permissions_apply_to_new_directories_and_files(folder: Path) -> None:
    options = {"directory_permissions": 0o770, "file_permissions": 0o606}
    lock = FileTileLock(str(folder / "tiles"), SystemClock(), timeout_seconds=60.0, **options)
    gate = file_gate(str(folder / "slots"), SystemClock(), **options)

    with lock.hold(NAME, NO_DEADLINE), gate.admit(ONE_AT_A_TIME, Purpose.SERVE, NO_DEADLINE):
        made = [path for path in folder.rglob("*") if path.is_file()]
        assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o606, 0o606, 0o606]
    for directory in (folder, folder / "tiles", folder / "slots"):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o770


def test_a_file_system_without_permissions_leaves_no_file_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("os.fchmod", refuse)
    before = os.listdir("/proc/self/fd")

    with pytest.raises(PermissionError):
        try_lock_file(str(folder / "a.lck"), None, 0o666)

    assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize("name", ["", ".", "..", "../x.lck", "a/b.lck", "a\0.lck"])
def test_a_lock_is_never_a_file_elsewhere(lock: FileTileLock, name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a lock file"), lock.hold(name, NO_DEADLINE):
        pytest.fail("held a lock outside of its directory")


def test_a_lock_file_that_is_a_link_is_not_followed(lock: FileTileLock, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept")
    folder.mkdir()
    (folder / NAME).symlink_to(outside)

    with pytest.raises(LockUnavailable, match="symbolic links"), lock.hold(NAME, NO_DEADLINE):
        pytest.fail("held a link")
    assert outside.read_text() == "kept"


@pytest.mark.parametrize("wanted", ["lock", "slot"])
def test_an_unusable_directory_is_an_error_at_once_that_names_path_reason_and_remedy(
    tmp_path: Path, wanted: str
) -> None:
    (tmp_path / "file").touch()
    lock = FileTileLock(str(tmp_path / "file"), SystemClock(), timeout_seconds=60.0)
    gate = file_gate(str(tmp_path / "file"), SystemClock())

    context: AbstractContextManager[object] = (
        lock.hold(NAME, NO_DEADLINE) if wanted == "lock" else gate.admit(ONE_AT_A_TIME, Purpose.SERVE, NO_DEADLINE)
    )

    with pytest.raises((LockUnavailable, SourceBusy)) as caught, context:
        pytest.fail("held a lock in a file")

    assert f"{tmp_path}/file/" in str(caught.value)
    assert "Not a directory" in str(caught.value)
    assert "check owner and permissions of" in str(caught.value)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="there is no /proc")
def test_a_directory_that_comes_never_into_being_is_told_instead_of_tried_for_ever() -> None:
    lock = FileTileLock("/proc/tilekeep-locks", SystemClock(), timeout_seconds=60.0)

    with pytest.raises(LockUnavailable, match="/proc/tilekeep-locks"), lock.hold(NAME, NO_DEADLINE):
        pass


def test_trying_in_an_unusable_directory_is_logged_and_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    lock = FileTileLock(str(tmp_path / "file"), SystemClock(), timeout_seconds=60.0)

    with caplog.at_level(logging.WARNING), lock.try_hold(NAME) as held:
        assert held is False
    assert "Not a directory" in caplog.text


def test_lock_files_of_other_users_can_be_locked(open_folder: Path) -> None:
    (open_folder / NAME).touch(mode=0o644)
    (open_folder / NAME).chmod(0o644)
    lock = FileTileLock(str(open_folder), SystemClock(), timeout_seconds=60.0)

    def work() -> None:
        become_nobody()
        with lock.hold(NAME, NO_DEADLINE), lock.try_hold(NAME) as held:
            assert not held

    wait_for(forked(work))


def test_without_a_limit_no_file_is_touched(gate: LoadGate[LockedFile], folder: Path) -> None:
    with gate.admit(Upstream("maps.example"), Purpose.SERVE, PASSED):
        assert not folder.exists()


def test_slot_files_are_named_after_the_server_and_stay(gate: LoadGate[LockedFile], folder: Path) -> None:
    with gate.admit(ONE_AT_A_TIME, Purpose.SERVE, NO_DEADLINE):
        assert (folder / SLOT).read_text() == f" {os.getpid()}\n"

    assert sorted(path.name for path in folder.iterdir()) == [SLOT, STATE]


def test_files_left_over_by_others_are_removed_now_and_then(folder: Path) -> None:
    clock = FakeClock()
    lock = FileTileLock(str(folder), clock, timeout_seconds=60.0)
    folder.mkdir()
    for name, age in (("old.lck", 71.0), ("young.lck", 69.0), ("old.lck0", 71.0), ("old.txt", 71.0)):
        (folder / name).touch()
        os.utime(folder / name, (clock.now() - age,) * 2)

    for _ in range(50):
        with lock.try_hold(NAME):
            pass
    assert {path.name for path in folder.iterdir()} == {"young.lck", "old.lck0", "old.txt"}

    clock.advance(2.0)
    with lock.hold(NAME, NO_DEADLINE):
        pass
    assert {path.name for path in folder.iterdir()} == {"old.lck0", "old.txt"}


def test_an_old_lock_that_is_still_held_is_not_removed(folder: Path) -> None:
    holder = FileTileLock(str(folder), SystemClock(), timeout_seconds=60.0)
    other = FileTileLock(str(folder), SystemClock(), timeout_seconds=60.0)

    with holder.hold(NAME, NO_DEADLINE):
        os.utime(folder / NAME, (1000.0, 1000.0))
        with other.try_hold("first-call-sweeps.lck"):
            pass
        with other.try_hold(NAME) as held:
            assert not held


@pytest.mark.parametrize("another_made", [False, True], ids=["gone", "made-again-by-another"])
def test_a_lock_on_a_removed_file_is_not_taken_for_the_lock(
    lock: FileTileLock, folder: Path, monkeypatch: pytest.MonkeyPatch, another_made: bool
) -> None:
    """A releaser removes the file between another one's open and flock."""
    folder.mkdir()
    (folder / NAME).touch()
    flock, removed = fcntl.flock, []

    def remove_first(descriptor: int, operation: int) -> None:
        if not removed:
            removed.append(NAME)
            (folder / NAME).unlink()
            if another_made:
                (folder / "another").touch()
                (folder / "another").rename(folder / NAME)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", remove_first)

    with lock.hold(NAME, NO_DEADLINE):
        assert (folder / NAME).exists()
        with FileTileLock(str(folder), SystemClock(), timeout_seconds=60.0).try_hold(NAME) as held:
            assert not held


def test_a_forked_child_neither_holds_nor_releases_what_its_parent_holds(lock: FileTileLock, folder: Path) -> None:
    def work() -> None:
        lock.reset_after_fork()
        with lock.try_hold(NAME) as held:
            assert not held
        with pytest.raises(LockTimeout), lock.hold(NAME, PASSED):
            pytest.fail("held the lock of the parent")

    with lock.hold(NAME, NO_DEADLINE):
        wait_for(forked(work))

        assert (folder / NAME).exists()
        with FileTileLock(str(folder), SystemClock(), timeout_seconds=60.0).try_hold(NAME) as held:
            assert not held


def test_a_child_that_leaves_the_context_of_its_parent_does_not_release_the_lock(
    lock: FileTileLock, gate: LoadGate[LockedFile], folder: Path
) -> None:
    def leave() -> None:
        with lock.hold(NAME, NO_DEADLINE), gate.admit(ONE_AT_A_TIME, Purpose.SERVE, NO_DEADLINE):
            child = os.fork()
            if not child:
                lock.reset_after_fork()
                gate.reset_after_fork()
                return
            assert os.waitpid(child, 0)[1] == 0
            assert (folder / NAME).exists()
            with lock.try_hold(NAME) as held:
                assert not held
            with pytest.raises(SourceBusy), gate.admit(ONE_AT_A_TIME, Purpose.SERVE, PASSED):
                pytest.fail("a slot was given twice")

    wait_for(forked(leave))


@pytest.mark.parametrize("wanted", ["lock", "slot"])
def test_a_child_does_not_keep_the_lock_of_a_parent_that_died(
    lock: FileTileLock, gate: LoadGate[LockedFile], wanted: str
) -> None:
    with signals() as (tell, await_), signals() as (end, await_end):

        def parent() -> None:
            with lock.hold(NAME, NO_DEADLINE), gate.admit(ONE_AT_A_TIME, Purpose.SERVE, NO_DEADLINE):

                def child() -> None:
                    lock.reset_after_fork()
                    gate.reset_after_fork()
                    tell()
                    await_end()

                forked(child)
                await_end()

        holder = forked(parent)
        await_()
        kill(holder)

        if wanted == "lock":
            with lock.hold(NAME, PASSED):
                end()
        else:
            with gate.admit(ONE_AT_A_TIME, Purpose.SERVE, PASSED):
                end()


@pytest.mark.parametrize("wanted", ["lock", "slot"])
def test_queues_of_threads_that_were_left_in_the_parent_do_not_block_a_child(
    lock: FileTileLock, gate: LoadGate[LockedFile], wanted: str
) -> None:
    """The parent's own queue says the name is taken; the child must ask the files instead."""

    def work() -> None:
        lock.reset_after_fork()
        gate.reset_after_fork()
        tell()
        if wanted == "lock":
            with lock.hold(NAME, NO_DEADLINE):
                return
        with gate.admit(ONE_AT_A_TIME, Purpose.SERVE, NO_DEADLINE):
            return

    with signals() as (tell, await_):
        with lock.hold(NAME, NO_DEADLINE), gate.admit(ONE_AT_A_TIME, Purpose.SERVE, NO_DEADLINE):
            child = forked(work)
            await_()
        wait_for(child)


def test_a_child_that_knows_of_nothing_does_not_keep_a_slot_that_is_given_back(gate: LoadGate[LockedFile]) -> None:
    """Between fork and exec, or before it is told of the fork, a child has the descriptors of its parent."""
    with signals() as (end, await_end):
        with gate.admit(ONE_AT_A_TIME, Purpose.SERVE, NO_DEADLINE):
            child = forked(await_end)

        with gate.admit(ONE_AT_A_TIME, Purpose.SERVE, PASSED):
            end()
        wait_for(child)
