"""Notes on seeding keep what is done, also when the process that writes them dies."""

from __future__ import annotations

import contextlib
import os
import resource
import sqlite3
from pathlib import Path

import pytest

from tests.contract.half_made_change import half_made_change
from tests.contract.processes import forked, kill, wait_for
from tilekeep.adapters.seeding.job_file import JobFile
from tilekeep.domain.errors import ForeignNotes, JobStoreError
from tilekeep.domain.seed_plan import Position, SeedChunk
from tilekeep.domain.seeding import (
    MOST_REMEMBERED,
    NOT_STARTED,
    ChunkResult,
    FailedUnit,
    SeedWorker,
    Tally,
    TaskName,
    TaskProgress,
)
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.job_store import WorkerNote

NAME = TaskName("seed", "all", "osm", "GLOBAL_WEBMERCATOR", (0, 1, 2), (("time", "2024"),))
OTHER = NAME._replace(name="some", dimensions=())
FAILED = FailedUnit(TileCoord(2, 1, 3), "500")
HALF = TaskProgress(upto=Position(1, 1 << 70), beyond=frozenset({Position(2, 3), Position(2, 5)}))


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "progress")


def test_a_task_that_nobody_has_begun_is_at_its_start(path: str) -> None:
    assert JobFile(path).progress_of(NAME) == NOT_STARTED


def test_what_is_noted_is_found_again(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    notes.advance(NAME, HALF, 4, ChunkResult(made=3, kept=2, failed=(FAILED,)), 1001.0)
    notes.advance(NAME, HALF, 5, ChunkResult(made=4, renewed=1, empty=6), 1002.0)
    notes.close()

    again = JobFile(path)

    assert again.progress_of(NAME) == HALF._replace(result=Tally(7, 1, 2, 6, 1, (FAILED,)))
    assert [*again.failed_units(NAME)] == [FAILED]
    assert again.progress_of(OTHER) == NOT_STARTED
    (note,) = again.tasks()
    assert (note.name, note.passed, note.cells, note.started_at, note.changed_at) == (NAME, 5, 10, 1000.0, 1002.0)


def test_failed_units_that_have_been_made_are_taken_off_the_list(path: str) -> None:
    notes = JobFile(path)
    other = FailedUnit(TileCoord(2, 0, 0), "404")
    notes.begin(NAME, 10, 1000.0, "as planned")
    notes.advance(NAME, HALF, 4, ChunkResult(failed=(FAILED, other)), 1001.0)

    notes.settle_failed(NAME, [FAILED.unit], ChunkResult(made=4), 1002.0)

    assert [*notes.failed_units(NAME)] == [other]
    assert notes.progress_of(NAME) == HALF._replace(result=Tally(made=4, failed=1, some_failed=(other,)))


def test_failed_units_that_fail_again_stay_on_the_list_with_the_new_reason(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    notes.advance(NAME, HALF, 4, ChunkResult(failed=(FAILED,)), 1001.0)
    again = FAILED._replace(reason="503")

    notes.settle_failed(NAME, [FAILED.unit], ChunkResult(failed=(again,)), 1002.0)

    assert [*notes.failed_units(NAME)] == [again]


def test_many_failed_units_are_counted_and_read_some_at_a_time(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    units = [TileCoord(z, x, y) for z in (9, 10, 11) for x in range(20) for y in range(20)]
    notes.advance(NAME, HALF, 4, ChunkResult(failed=tuple(FailedUnit(unit, "500") for unit in units)), 1001.0)

    given = []
    for failed in notes.failed_units(NAME):
        given.append(failed.unit)
        notes.settle_failed(NAME, [failed.unit], ChunkResult(failed=(failed,)), 1002.0)

    assert given == units
    result = notes.progress_of(NAME).result
    assert (result.failed, len(result.some_failed)) == (1200, MOST_REMEMBERED)


def test_a_new_run_drops_what_is_there(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    notes.close()

    assert JobFile(path, new=True).tasks() == []


def test_notes_can_be_read_while_they_are_written(path: str) -> None:
    writer, reader = JobFile(path), JobFile(path)
    writer.begin(NAME, 10, 1000.0, "as planned")
    writer.advance(NAME, HALF, 4, ChunkResult(made=3), 1001.0)

    assert reader.progress_of(NAME).result == Tally(made=3)


@pytest.mark.parametrize("content", [b"\x80\x04}q\x00.", b"not a database, but long enough to be taken for one" * 30])
def test_a_file_of_another_program_is_refused(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)

    with pytest.raises(ForeignNotes, match="progress"):
        JobFile(path)


def test_what_was_noted_before_the_process_was_killed_is_there(path: str) -> None:
    for _ in range(5):
        notes = JobFile(path, new=True)
        notes.begin(NAME, 10, 1000.0, "as planned")
        notes.close()

        def work() -> None:
            own = JobFile(path)
            number = 0
            while True:
                number += 1
                own.advance(NAME, TaskProgress(upto=Position(0, number)), number, ChunkResult(made=1), 1001.0)

        writer = forked(work)
        reader = JobFile(path)
        while reader.progress_of(NAME).result.made < 5:
            pass
        kill(writer)

        progress = JobFile(path).progress_of(NAME)
        assert progress.upto is not None
        assert progress.upto.number == progress.result.made, "each chunk is noted as a whole or not at all"


def test_workers_are_noted_until_others_are(path: str) -> None:
    one = SeedWorker("a-1", 4, "works", (SeedChunk(3, 1, 2, inside=True), SeedChunk(3, 1, 3, inside=False)), 17)
    other = SeedWorker("b-2", 1, "lost", (), 0)
    notes = JobFile(path)

    notes.note_workers([other], 1000.0)
    notes.note_workers([other, one], 1001.0)

    assert JobFile(path).workers() == [WorkerNote(one, 1001.0), WorkerNote(other, 1001.0)]
    notes.note_workers([], 1002.0)
    assert JobFile(path).workers() == []


def test_a_file_from_before_there_were_workers_is_gone_on_with(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    notes.close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE worker")

    again = JobFile(path)

    assert ([note.name for note in again.tasks()], again.workers()) == ([NAME], [])


def test_whoever_only_reads_changes_nothing(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    notes.close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE worker")
    before = Path(path).read_bytes()

    reader = JobFile(path, read_only=True)

    assert ([note.name for note in reader.tasks()], reader.workers()) == ([NAME], [])
    with pytest.raises(JobStoreError, match="readonly"):
        reader.forget(NAME)
    assert Path(path).read_bytes() == before


def test_whoever_only_reads_makes_no_file(path: str) -> None:
    with pytest.raises(JobStoreError):
        JobFile(path, read_only=True)

    assert not Path(path).exists()


def test_what_a_writer_left_half_written_can_be_read_by_those_who_only_read(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    notes.close()

    more = f"INSERT INTO more VALUES ('{'x' * 4000}')"
    with half_made_change(path, "UPDATE task SET passed = 7", "CREATE TABLE more (text)", *[more] * 100):
        pass

    (note,) = JobFile(path, read_only=True).tasks()

    assert note.passed == 0


def test_notes_know_as_what_a_task_was_begun_until_they_forget_it(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "one area")
    notes.advance(NAME, HALF, 5, ChunkResult(made=3, failed=(FAILED,)), 1001.0)
    notes.begin(NAME, 10, 1002.0, "another area")

    known = notes.fingerprint_of(NAME), notes.fingerprint_of(OTHER)
    notes.forget(NAME)

    assert known == ("one area", None)
    assert (notes.fingerprint_of(NAME), notes.progress_of(NAME), notes.tasks()) == (None, NOT_STARTED, [])


def test_a_file_that_somebody_has_just_begun_tells_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "progress").touch()

    notes = JobFile(str(tmp_path / "progress"), read_only=True)

    assert (notes.tasks(), notes.workers()) == ([], [])
    notes.close()


def test_a_full_disk_is_named_and_leaves_what_was_noted_before(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    units = [FailedUnit(TileCoord(9, x, 0), "500" * 200) for x in range(5000)]

    def work() -> None:
        own = JobFile(path)
        size = os.stat(path).st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        with pytest.raises(JobStoreError, match=r"disk I/O error|disk is full"):
            own.advance(NAME, HALF, 4, ChunkResult(made=3, failed=tuple(units)), 1001.0)

    wait_for(forked(work))

    assert notes.progress_of(NAME) == NOT_STARTED


def test_a_reason_that_names_a_file_with_bytes_that_are_no_characters_is_noted(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")

    notes.advance(NAME, HALF, 4, ChunkResult(failed=(FAILED._replace(reason="no caf\udce9.tif"),)), 1001.0)

    assert [failed.reason for failed in notes.failed_units(NAME)] == [r"no caf\udce9.tif"]


def test_text_that_cannot_be_read_is_an_error_of_the_file(path: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE task SET fingerprint = CAST(x'e9' AS TEXT)")

    with pytest.raises(JobStoreError, match="UTF-8"):
        notes.fingerprint_of(NAME)


def test_a_file_that_is_refused_is_closed(path: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE something (else_ TEXT)")

    with pytest.raises(ForeignNotes) as caught:
        JobFile(path)

    assert caught.value.__traceback__ is not None, "what is still referred to is not closed by chance"
    opened = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
    assert path not in [os.readlink(each) for each in opened if os.path.lexists(each)]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE task SET upto = '[1'", id="cut off"),
        pytest.param("UPDATE task SET upto = '7'", id="another value"),
        pytest.param("UPDATE task SET name = x'ff'", id="no text"),
        pytest.param("UPDATE worker SET under_way = '{}1'", id="a worker"),
    ],
)
def test_notes_that_are_damaged_are_an_error_with_a_remedy(path: str, damage: str) -> None:
    notes = JobFile(path)
    notes.begin(NAME, 10, 1000.0, "as planned")
    notes.advance(NAME, HALF, 4, ChunkResult(made=3), 1001.0)
    notes.note_workers([SeedWorker("a-1", 4, "works", (), 17)], 1001.0)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(damage)

    def read() -> object:
        return notes.tasks(), notes.workers()

    with pytest.raises(JobStoreError, match="is damaged; remove it"):
        read()


def test_a_file_whose_tables_have_damaged_names_is_an_error_with_a_remedy(path: str) -> None:
    JobFile(path).close()
    Path(path).write_bytes(Path(path).read_bytes().replace(b"CREATE TABLE", b"CREATE\xffTABLE"))

    with pytest.raises(JobStoreError, match="is damaged; remove it"):
        JobFile(path, read_only=True)
