"""The ledger in files, and the fake, keep what ledgers promise."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import sqlite3
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.contract.compact_stores import compact_store
from tests.contract.ledger_suite import CELL, HERE, LEVELS, LedgerSuite, book, listing, settle
from tests.contract.processes import forked, kill, signals, wait_for
from tests.contract.tile_store_suite import AT, new, png
from tests.fakes.ledger import FakeLedger
from tests.fakes.tile_store import FakeTileStore
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.storage.ledger.journals import Journals
from tilekeep.adapters.storage.ledger.store_ledger import StoreLedger
from tilekeep.application.accounted_store import AccountedStore
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.errors import StoreError
from tilekeep.domain.ledger import Cell, CellBlock
from tilekeep.domain.tile import TileCoord, TileKey

RESOURCES = ProcessResources()


def store_ledger(directory: Path, patience_seconds: float = 0.0, long_bytes: int = 1 << 20) -> StoreLedger:
    journals = Journals(long_bytes=long_bytes)
    RESOURCES.keep(journals)
    locks = FileTileLock(str(directory), SystemClock(), timeout_seconds=60.0)
    return StoreLedger(str(directory), journals, locks, levels=LEVELS, patience_seconds=patience_seconds)


class TestFakeLedger(LedgerSuite):
    def medium(self, folder: Path) -> FakeLedger:
        return FakeLedger()

    def make_ledger(self, medium: FakeLedger) -> FakeLedger:
        return medium


class TestStoreLedgerWithShortJournals(LedgerSuite):
    """Whose notes are merged after every one of them."""

    def make_ledger(self, medium: Path) -> StoreLedger:
        return store_ledger(medium, long_bytes=1)


class TestStoreLedger(LedgerSuite):
    def make_ledger(self, medium: Path) -> StoreLedger:
        return store_ledger(medium)

    def test_a_ledger_from_before_tiles_were_kept_is_read_and_completed(self, tmp_path: Path) -> None:
        store, ledger = FakeTileStore(), store_ledger(tmp_path)
        store.put(HERE, png(), AT)
        settle(ledger, store)
        with closing(sqlite3.connect(tmp_path / "account.sqlite")) as database:
            database.execute("DROP TABLE cell_tiles")

        assert ledger.tiles(CellBlock(9)) == {}
        assert book(ledger) == listing(store)
        settle(ledger, store, scan=True)
        assert set(ledger.tiles(CellBlock(9))) == {CELL}

    @pytest.mark.parametrize("damaged", [b"nonsense", "text", 7, zlib.compress(b"\xff" * 18)])
    def test_damaged_tiles_of_a_cell_are_told_with_the_remedy(self, tmp_path: Path, damaged: object) -> None:
        store, ledger = FakeTileStore(), store_ledger(tmp_path)
        store.put(HERE, png(), AT)
        settle(ledger, store)
        with closing(sqlite3.connect(tmp_path / "account.sqlite")) as database, database:
            database.execute("UPDATE cell_tiles SET packed = ?", (damaged,))

        with pytest.raises(StoreError, match="remove it"):
            ledger.tiles(CellBlock(9))

    def test_a_change_of_another_process_is_waited_for(self, tmp_path: Path) -> None:
        ledger = store_ledger(tmp_path, patience_seconds=60.0)
        with signals() as (tell, await_), signals() as (go_on, told):

            def work() -> None:
                with store_ledger(tmp_path).changing([CELL]):
                    tell()
                    told()
                    time.sleep(0.05)

            child = forked(work)
            await_()
            go_on()
            with ledger.settling() as changes:
                assert changes == (frozenset({CELL}), True)
            wait_for(child)

    def test_a_process_that_is_killed_leaves_its_notes_and_no_lock(self, tmp_path: Path) -> None:
        with signals() as (tell, await_):

            def work() -> None:
                with store_ledger(tmp_path).changing([CELL]):
                    tell()
                    time.sleep(60)

            child = forked(work)
            await_()
            kill(child)

        with store_ledger(tmp_path).settling() as changes:
            assert changes == (frozenset({CELL}), True)

    def test_a_forked_child_holds_nothing_of_its_parent(self, tmp_path: Path) -> None:
        ledger = store_ledger(tmp_path)
        with signals() as (tell, await_):
            with ledger.changing([CELL]):
                child = forked(await_)
            with ledger.settling() as changes:
                assert changes.settled
            tell()
            wait_for(child)

    def test_a_forked_child_notes_its_own_changes(self, tmp_path: Path) -> None:
        ledger = store_ledger(tmp_path)
        with ledger.changing([CELL]):
            pass

        def work() -> None:
            with ledger.changing([CellBlock(3)]):
                pass

        wait_for(forked(work))

        with ledger.settling() as changes:
            assert changes.areas == {CELL, CellBlock(3)}

    def test_an_area_is_noted_once_while_it_is_not_counted(self, tmp_path: Path) -> None:
        ledger = store_ledger(tmp_path)
        for _ in range(1000):
            with ledger.changing([CELL]):
                pass

        assert (tmp_path / "changes").stat().st_size < 20

    def test_notes_that_nobody_counts_take_a_bounded_room(self, tmp_path: Path) -> None:
        ledger = store_ledger(tmp_path, long_bytes=200_000)
        cells = [Cell(18, 64 * (number % 300), 64 * (number // 300)) for number in range(90_000)]

        for start in range(0, len(cells), 100):
            with ledger.changing(cells[start : start + 100]):
                pass

        assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 1_000_000
        with ledger.settling() as changes:
            assert all(any(_holds(area, cell) for area in _near(changes.areas, cell)) for cell in cells[::997])
        assert list(tmp_path.glob("taken-*")) == []

    def test_a_journal_that_somebody_uses_is_merged_later(self, tmp_path: Path) -> None:
        ledger, other = store_ledger(tmp_path, long_bytes=100), store_ledger(tmp_path)
        with other.changing([CELL]):
            for number in range(30):
                with ledger.changing([Cell(9, 7, number)]):
                    pass
            with ledger.settling() as changes:
                assert changes == ({CELL, *(Cell(9, 7, number) for number in range(30))}, False)
        with ledger.settling() as changes:
            assert changes.areas >= {CELL}

    def test_notes_are_not_merged_while_somebody_counts(self, tmp_path: Path) -> None:
        ledger, other = store_ledger(tmp_path), store_ledger(tmp_path, long_bytes=10)
        with ledger.settling(), other.changing([CELL]):
            pass

        assert sorted(path.name for path in tmp_path.iterdir() if path.stat().st_size) == ["changes"]

    def test_lost_notes_are_remembered_when_notes_are_merged(self, tmp_path: Path) -> None:
        (tmp_path / "taken-1").write_bytes(b"\n*.")
        (tmp_path / "taken-2").write_bytes(b"\n9 1 1.")
        with store_ledger(tmp_path, long_bytes=1).changing([CELL]):
            pass

        assert len(list(tmp_path.glob("taken-*"))) == 1
        with store_ledger(tmp_path).settling() as changes:
            assert changes.areas == {CELL, Cell(9, 1, 1), *(CellBlock(z) for z in range(LEVELS))}

    def test_whoever_is_killed_while_notes_are_merged_loses_none(
        self, tmp_path: Path, rounds: Callable[[int, int], int]
    ) -> None:
        for number in range(rounds(20, 200)):
            folder = tmp_path / str(number)
            folder.mkdir()
            with signals() as (tell, await_):

                def work(folder: Path = folder, tell: Callable[[], None] = tell) -> None:
                    ledger = store_ledger(folder, long_bytes=200)
                    for cell in range(100_000):
                        with ledger.changing([Cell(12, cell % 500, cell // 500)]):
                            (folder / "stored").write_text(str(cell))
                        if cell == 5:
                            tell()

                child = forked(work)
                await_()
                time.sleep(random.uniform(0, 0.1))
                kill(child)

            noted = int((folder / "stored").read_text() or 0)
            with store_ledger(folder).settling() as changes:
                assert changes.settled
                assert changes.areas >= {Cell(12, cell % 500, cell // 500) for cell in range(noted)}

    def test_several_processes_that_merge_at_a_time_lose_no_notes(self, tmp_path: Path) -> None:
        def work(number: int) -> None:
            ledger = store_ledger(tmp_path, long_bytes=300)
            for cell in range(400):
                with ledger.changing([Cell(12, number, cell)]):
                    pass

        wait_for(*[forked(lambda number=number: work(number)) for number in range(4)])

        with store_ledger(tmp_path).settling() as changes:
            assert changes.areas == {Cell(12, number, cell) for number in range(4) for cell in range(400)}

    def test_a_note_cut_off_by_a_full_disk_spoils_no_other(self, tmp_path: Path) -> None:
        ledger = store_ledger(tmp_path)
        with ledger.changing([CELL]):
            pass
        with (tmp_path / "changes").open("ab") as journal:
            journal.write(b"\n9 12")
        with store_ledger(tmp_path).changing([Cell(9, 4, 4)]):
            pass

        with ledger.settling() as changes:
            assert changes.areas == {CELL, Cell(9, 4, 4)}

    @pytest.mark.parametrize(
        "damage",
        [
            pytest.param(b"\n3 0 0." + bytes(50), id="the end"),
            pytest.param(bytes(50) + b"2 5.\n3 0 0.", id="the beginning"),
            pytest.param(b"\n3 0 0.\n1 2.", id="within a line"),
        ],
    )
    def test_a_journal_that_a_loss_of_power_has_damaged_has_everything_counted(
        self, tmp_path: Path, damage: bytes
    ) -> None:
        ledger = store_ledger(tmp_path)
        (tmp_path / "changes").write_bytes(damage)

        ledger.account()
        with ledger.changing([CELL]), ledger.settling() as changes:
            found = changes.areas

        assert found >= {CellBlock(z) for z in range(LEVELS)}

    def test_notes_that_were_lost_are_made_up_for_by_counting_everything(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        folder = tmp_path / "ledger"
        ledger, store = store_ledger(folder), FakeTileStore()
        settle(ledger, store)
        aside = folder.rename(tmp_path / "aside")
        folder.write_text("no directory")

        accounted = AccountedStore(store, ledger)
        accounted.write([new(HERE, png())], AT)
        accounted.write([new(HERE, png("again"))], AT)

        assert store.tiles.keys() == {HERE}
        assert len([record for record in caplog.records if "cannot take notes" in record.message]) == 1
        with pytest.raises(StoreError, match="ledger"):
            settle(ledger, store)

        folder.unlink()
        aside.rename(folder)
        accounted.remove([TileKey(TileCoord(0, 0, 0))])
        settle(ledger, store)

        assert book(ledger) == listing(store) != {}

    def test_a_damaged_book_is_an_error_that_says_what_to_do(self, tmp_path: Path) -> None:
        ledger = store_ledger(tmp_path)
        settle(ledger, FakeTileStore())
        (tmp_path / "account.sqlite").write_bytes(b"no database, whatever its name may say" * 100)

        with pytest.raises(StoreError, match="remove it"):
            ledger.account()

    def test_more_stores_may_change_than_journals_stay_open(self, tmp_path: Path) -> None:
        journals = Journals(most_idle=3)
        locks = FileTileLock(str(tmp_path), SystemClock(), timeout_seconds=60.0)
        ledgers = [StoreLedger(str(tmp_path / str(n)), journals, locks, levels=LEVELS) for n in range(10)]

        for _ in range(2):
            for ledger in ledgers:
                with ledger.changing([CELL]):
                    pass

        assert len(journals._open) <= 4
        assert [ledger.account().unsettled for ledger in ledgers] == [1] * 10

    def test_writers_that_are_killed_at_any_moment_leave_an_account_that_equals_a_listing(
        self, tmp_path: Path, rounds: Callable[[int, int], int]
    ) -> None:
        store, ledger = compact_store(tmp_path / "tiles", 2), store_ledger(tmp_path / "ledger", 5.0)

        for _ in range(rounds(20, 200)):
            children = [self._write_until_killed(tmp_path) for _ in range(2)]
            settle(ledger, store)
            for child in children:
                kill(child)

            settle(ledger, store)
            assert book(ledger) == listing(store)
            assert ledger.account().unsettled == 0

    def _write_until_killed(self, folder: Path) -> int:
        with signals() as (tell, await_):

            def work() -> None:
                accounted = AccountedStore(compact_store(folder / "tiles", 2), store_ledger(folder / "ledger"))
                chance = random.Random()
                tell()
                while True:
                    keys = [TileKey(TileCoord(9, chance.randrange(52, 76), chance.randrange(52, 76))) for _ in range(3)]
                    accounted.write([new(key, png(chance.random())) for key in keys], chance.randrange(2_000_000_000))
                    accounted.remove(keys[:1])

            child = forked(work)
            await_()
            time.sleep(random.uniform(0, 0.02))
            return child


def test_where_files_cannot_be_locked_stores_take_no_notes_and_leave_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As network file systems without a lock service."""
    ledger = store_ledger(tmp_path)

    def without_locks(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with monkeypatch.context() as patch:
        patch.setattr("fcntl.flock", without_locks)
        with ledger.changing([CELL]):
            pass
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            with ledger.changing([CELL]):
                pass
        assert len(os.listdir("/proc/self/fd")) == before

    with ledger.changing([CELL]):
        pass
    assert "*" in (tmp_path / "changes").read_text()


def test_a_lock_that_cannot_be_given_back_ends_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a network file system whose server has been away: what was stored is stored."""
    ledger = store_ledger(tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    flock = fcntl.flock

    def keep_locks(descriptor: int, operation: int) -> None:
        if operation == fcntl.LOCK_UN:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        flock(descriptor, operation)

    with monkeypatch.context() as patch:
        patch.setattr("fcntl.flock", keep_locks)
        with ledger.changing([CELL]):
            pass
    assert len(os.listdir("/proc/self/fd")) == before

    with ledger.settling() as changes:
        assert (changes.areas, changes.settled) == ({CELL}, True)


def _near(areas: frozenset[Cell | CellBlock], cell: Cell) -> list[Cell | CellBlock]:
    return [area for area in areas if area.z == cell.z]


def _holds(area: Cell | CellBlock, cell: Cell) -> bool:
    if isinstance(area, Cell) or area.columns is None or area.rows is None:
        return area == cell
    (west, east), (first, last) = area.columns, area.rows
    return west <= cell.column <= east and first <= cell.row <= last
