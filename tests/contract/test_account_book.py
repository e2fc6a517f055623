"""The database of a ledger is read at any time: while it is made, and after its writer has died."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.contract.half_made_change import half_made_change
from tilekeep.adapters.storage.ledger.account_book import AccountBook
from tilekeep.domain.errors import StoreError
from tilekeep.domain.ledger import Amount, Cell, CellBlock, Count

CELL = Cell(3, 0, 0)
COUNT = Count(2, 40, 1.0, 2.0, {0: Amount(2, 40)})


def test_readers_see_nothing_or_all_of_a_book_that_is_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "account.sqlite")
    seen = []

    class Watched(sqlite3.Connection):
        def execute(self, *given: object) -> sqlite3.Cursor:
            result = super().execute(*given)  # type: ignore[arg-type]
            with monkeypatch.context() as undisturbed:
                undisturbed.setattr("sqlite3.connect", connect)
                seen.append(
                    (AccountBook(path).levels(), AccountBook(path).tiles(CellBlock(3)), AccountBook(path).uses())
                )
            return result

    connect = sqlite3.connect
    monkeypatch.setattr("sqlite3.connect", lambda *given, **named: connect(*given, factory=Watched, **named))
    AccountBook(path).enter(CellBlock(3), {CELL: COUNT}, {})

    assert seen[0] == (({}, False), {}, {})
    assert seen[-1] == (({3: COUNT}, False), {}, {})
    assert len(seen) > 5


def test_what_a_writer_left_who_was_killed_is_undone_by_the_next_reader(tmp_path: Path) -> None:
    path = str(tmp_path / "account.sqlite")
    AccountBook(path).enter(CellBlock(3), {CELL: COUNT}, {})

    with half_made_change(
        path, "DELETE FROM cells", *(f"INSERT INTO uses VALUES (9, {n}, 0, 0.0)" for n in range(9999))
    ):
        pass

    assert AccountBook(path).levels() == ({3: COUNT}, False)


def test_a_new_book_has_the_permissions_it_is_to_have(tmp_path: Path) -> None:
    path = tmp_path / "account.sqlite"

    AccountBook(str(path), 0o666).enter(CellBlock(3), {CELL: COUNT}, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o666

    path.chmod(0o600)
    AccountBook(str(path), 0o666).enter(CellBlock(3), {CELL: COUNT}, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600, "those of a book that is there stay"


def test_a_place_where_no_book_can_be_is_named(tmp_path: Path) -> None:
    for permissions in (None, 0o666):
        with pytest.raises(StoreError, match=r"cannot write the ledger .*nowhere/account\.sqlite"):
            AccountBook(str(tmp_path / "nowhere/account.sqlite"), permissions).enter(CellBlock(3), {CELL: COUNT}, {})


def spoil_the_schema(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE", b"CREATE\xffTABLE"))


def lose_days(path: Path) -> None:
    for table in ("days", "level_days"):
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("damage", [spoil_the_schema, lose_days])
def test_a_book_of_which_parts_are_damaged_is_an_error_with_a_remedy(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "account.sqlite"
    book = AccountBook(str(path))
    book.enter(CellBlock(3), {CELL: COUNT}, {})
    damage(path)

    for read in (book.levels, lambda: book.cells(3)):
        with pytest.raises(StoreError, match=r"is damaged; .*remove it"):
            read()
