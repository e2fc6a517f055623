"""A process that changes a database and is killed before it is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.processes import forked, kill, signals


@contextmanager
def half_made_change(database: str | Path, *statements: str) -> Iterator[None]:
    """Inside, a process has made the change and holds the lock; afterwards it is dead, and its journal is left.

    Pages of the change are in the file before it is committed, as they are when a change is large: the statements have
    to change some.
    """
    with signals() as (tell, await_), signals() as (_, never_told):

        def work() -> None:
            connection = sqlite3.connect(database, isolation_level=None)
            connection.execute("PRAGMA cache_spill = 1")
            connection.execute("PRAGMA cache_size = 1")
            connection.execute("BEGIN IMMEDIATE")
            for statement in statements:
                connection.execute(statement)
            tell()
            never_told()

        child = forked(work)
        await_()
        try:
            yield
        finally:
            kill(child)
    assert Path(f"{database}-journal").stat().st_size > 0, "it died in the middle"
