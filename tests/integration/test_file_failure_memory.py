"""Failure notes on the disk: shared, small, swept, and never in the way."""

from __future__ import annotations

import logging
import os
import resource
from pathlib import Path

import pytest

from tests.contract.processes import forked, wait_for
from tests.fakes.clock import FakeClock
from tilekeep.adapters.locks.file_failure_memory import FileFailureMemory
from tilekeep.ports.failure_memory import RememberedFailure

SCOPE = "http://user:hunter2@maps.example/wms 4/9/6"


#: Seconds that a failure can be remembered at most.
LONGEST = 60.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "failures"


@pytest.fixture
def memory(folder: Path, clock: FakeClock) -> FileFailureMemory:
    return FileFailureMemory(str(folder), clock, longest_seconds=LONGEST)


@pytest.fixture
def failure(clock: FakeClock) -> RememberedFailure:
    return RememberedFailure("No response from source.", clock.now() + 10.0)


def note(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_what_one_process_remembers_the_others_recall(
    memory: FileFailureMemory, folder: Path, clock: FakeClock, failure: RememberedFailure
) -> None:
    wait_for(forked(lambda: memory.remember(SCOPE, failure)))

    assert FileFailureMemory(str(folder), clock, longest_seconds=LONGEST).recall(SCOPE) == failure


def test_recalling_makes_no_files(memory: FileFailureMemory, folder: Path) -> None:
    assert memory.recall(SCOPE) is None

    assert not folder.exists()


def test_a_note_tells_nothing_of_its_scope(memory: FileFailureMemory, folder: Path, failure: RememberedFailure) -> None:
    memory.remember(SCOPE, failure)

    assert "hunter2" not in note(folder).name + note(folder).read_text()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"until": 1e12}', b'{"client_message": "x", "until": "soon"}', b"\xff\xfe", b"null"],
    ids=repr,
)
def test_a_damaged_note_is_logged_and_ignored(
    memory: FileFailureMemory,
    folder: Path,
    failure: RememberedFailure,
    caplog: pytest.LogCaptureFixture,
    content: bytes,
) -> None:
    memory.remember(SCOPE, failure)
    note(folder).write_bytes(content)

    with caplog.at_level(logging.WARNING):
        assert memory.recall(SCOPE) is None

    assert str(note(folder)) in caplog.text
    memory.remember(SCOPE, failure)
    assert memory.recall(SCOPE) == failure


def test_a_note_that_is_a_link_is_not_followed(
    memory: FileFailureMemory, folder: Path, tmp_path: Path, failure: RememberedFailure
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text('{"client_message": "x", "until": 1e12}')
    memory.remember(SCOPE, failure)
    path = note(folder)
    path.unlink()
    path.symlink_to(outside)

    assert memory.recall(SCOPE) is None
    memory.remember(SCOPE, failure)

    assert memory.recall(SCOPE) == failure
    assert "until" in outside.read_text()
    assert not path.is_symlink()


def test_an_unusable_directory_is_an_empty_memory_that_logs(
    tmp_path: Path, clock: FakeClock, failure: RememberedFailure, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    memory = FileFailureMemory(str(tmp_path / "file"), clock, longest_seconds=LONGEST)

    with caplog.at_level(logging.WARNING):
        memory.remember(SCOPE, failure)
        assert memory.recall(SCOPE) is None

    assert [record.getMessage().split(" failure note")[0] for record in caplog.records] == [
        "cannot write",
        "cannot read",
    ]
    assert "hunter2" not in caplog.text


def test_a_full_disk_loses_the_new_note_and_leaves_nothing_else(
    memory: FileFailureMemory, folder: Path, clock: FakeClock, failure: RememberedFailure
) -> None:
    memory.remember(SCOPE, failure)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        memory.remember(SCOPE, RememberedFailure("x" * 5000, clock.now() + 99.0))

    wait_for(forked(work))

    assert memory.recall(SCOPE) == failure
    assert [path.suffix for path in folder.iterdir()] == [".failure"]


def test_an_instant_that_no_file_can_have_is_not_remembered(
    memory: FileFailureMemory, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        memory.remember(SCOPE, RememberedFailure("for ever", float("inf")))

    assert memory.recall(SCOPE) is None
    assert list(folder.iterdir()) == []
    assert "cannot write failure note" in caplog.text


def test_notes_whose_time_is_over_are_swept(folder: Path, clock: FakeClock) -> None:
    memory = FileFailureMemory(str(folder), clock, longest_seconds=LONGEST)
    for number in range(10):
        memory.remember(f"short {number}", RememberedFailure("x", clock.now() + 1.0))
    memory.remember("long", RememberedFailure("x", clock.now() + LONGEST))
    (folder / "readme.txt").touch()
    os.utime(folder / "readme.txt", (0, 0))
    clock.advance(2.0)

    FileFailureMemory(str(folder), clock, longest_seconds=LONGEST).remember(
        "new", RememberedFailure("x", clock.now() + 1.0)
    )

    assert len(list(folder.glob("*.failure"))) == 2
    assert (folder / "readme.txt").exists()
    assert memory.recall("long") is not None
    assert memory.recall("new") is not None


def test_a_note_from_before_the_clock_was_set_back_counts_no_more(
    memory: FileFailureMemory, folder: Path, clock: FakeClock
) -> None:
    memory.remember(SCOPE, RememberedFailure("failed", clock.now() + LONGEST))
    just_written = memory.recall(SCOPE)
    set_back = FakeClock(now=clock.now() - 3600.0)

    later = FileFailureMemory(str(folder), set_back, longest_seconds=LONGEST)

    assert just_written is not None
    assert later.recall(SCOPE) is None
    later.remember(SCOPE, RememberedFailure("failed again", set_back.now() + LONGEST))
    assert later.recall(SCOPE) is not None


def test_unfinished_notes_are_swept_when_they_are_old(folder: Path, failure: RememberedFailure) -> None:
    folder.mkdir()
    unfinished = folder / "0123.failure.tmp-abcd"
    unfinished.touch()
    changed = unfinished.stat().st_ctime

    FileFailureMemory(str(folder), FakeClock(now=changed + 59.0), longest_seconds=LONGEST).remember("new", failure)
    assert unfinished.exists()

    FileFailureMemory(str(folder), FakeClock(now=changed + 61.0), longest_seconds=LONGEST).remember("new", failure)
    assert not unfinished.exists()
