"""What a format says of its database: its tables, and how times of tiles are written into them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Protocol

from tilekeep.adapters.storage.sqlite.statements import TileTable


class TileSchema(Protocol):
    """A format of databases."""

    @property
    def table(self) -> TileTable:
        """The table of tiles."""
        ...

    @property
    def shares_file(self) -> bool:
        """Whether other tables in a file are no reason to refuse it."""
        ...

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Makes what is missing of the format, inside a transaction; the table of records is not its business.

        :raises StoreError: the database is of another format, or of another grid.
        """
        ...

    def levels_stored(self, connection: sqlite3.Connection, levels: Collection[int]) -> None:
        """Notes, inside the transaction that stores them, that there are tiles of these levels."""
        ...
