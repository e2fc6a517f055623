"""Open databases that nobody uses at the moment, kept for the next who does."""

from __future__ import annotations

import itertools
import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing.util import Finalize

from tilekeep.adapters.storage.directories import store_error
from tilekeep.adapters.storage.sqlite.database import Database, identity_of, is_at_rest

#: Each may have three files open, and many systems let a process have 1024.
MOST_IDLE = 64

_WRITERS = 64

#: Opens a path of which the system has just told the status.
Opener = Callable[[str, os.stat_result], Database]

_Idle = OrderedDict[tuple[int, str], list[Database]]


class Connections:
    """Shared by all stores of a process and safe to use from all its threads.

    A database is used by one thread at a time; as many are opened as are used at once, and at most
    ``most_idle`` stay open for later.  One whose file was replaced or removed is opened anew.
    """

    def __init__(self, most_idle: int = MOST_IDLE) -> None:
        self._most_idle = most_idle
        self._owners = itertools.count()
        self._idle: _Idle = OrderedDict()
        self._count = 0
        self._guard = threading.Lock()
        self._writers = _locks()
        self._ends_with_process = False
        weakref.finalize(self, _close_all, self._idle)

    def owner(self) -> int:
        """A number that tells the databases of one store from those of others, which may see other tables in a file."""
        return next(self._owners)

    def take(self, owner: int, path: str, open_: Opener) -> Database | None:
        """The database at ``path``, to be given back or closed; None if there is no such file.

        :raises StoreError: the system refuses to say, or ``open_`` fails.
        :raises sqlite3.Error: the database fails.
        """
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise store_error("open", path, error) from error
        database = None
        idle = self._idle.get((owner, path))
        if idle:
            with self._guard:
                if idle:
                    database = idle.pop()
                    self._count -= 1
        if database is not None:
            if (
                database.identity == identity_of(status, unchanging=database.unchanging)
                and (database.has_records or database.is_as_seen())
                and (not database.unchanging or is_at_rest(path))
            ):
                return database
            database.close()
        return open_(path, status)

    def give_back(self, owner: int, database: Database) -> None:
        """Keeps ``database``, which has no transaction under way, for the next who takes it."""
        key = (owner, database.path)
        spare = None
        with self._guard:
            idle = self._idle.get(key)
            if idle is None:
                idle = self._idle[key] = []
                self._end_with_process()
            idle.append(database)
            self._count += 1
            self._idle.move_to_end(key)
            if self._count > self._most_idle or len(self._idle) > 2 * self._most_idle:
                spare = self._spare()
        if spare is not None:
            spare.close()

    def writer(self, path: str) -> threading.Lock:
        """What threads of this process that write to ``path`` queue at, rather than look again and again."""
        return self._writers[hash(path) % _WRITERS]

    def close(self) -> None:
        """Closes what nobody uses; later uses open it again."""
        with self._guard:
            idle, self._idle, self._count = self._idle, OrderedDict(), 0
        _close_all(idle)
        weakref.finalize(self, _close_all, self._idle)

    def reset_after_fork(self) -> None:
        """To be called in a forked child: closes what the parent has open.

        SQLite counts the locks of a process in memory.  Left open, the inherited connections would make it believe
        that the child holds the locks of its parent, and the child's own connections would then go without any.
        Only idle ones are closed; one that another thread was using belongs to that thread, which is not there.
        """
        inherited, self._idle = self._idle, OrderedDict()
        self._guard, self._writers, self._count = threading.Lock(), _locks(), 0
        self._ends_with_process = False
        _close_all(inherited)
        weakref.finalize(self, _close_all, self._idle)

    def _end_with_process(self) -> None:
        """Has all that is idle closed at the end of a process that multiprocessing has started, too.

        Such processes run no other functions at their end.  Who closes a database last puts its log into it, so that
        the file has all that is in it once servers and seeding have ended.
        """
        if not self._ends_with_process:
            self._ends_with_process = True
            Finalize(self, _close_living, (weakref.ref(self),), exitpriority=0)

    def _spare(self) -> Database | None:
        """Takes out the database that was used least recently, if there are too many, and places without any."""
        while True:
            key, idle = next(iter(self._idle.items()))
            if self._count > self._most_idle and idle:
                self._count -= 1
                return idle.pop(0)
            if idle:
                return None
            del self._idle[key]


def _locks() -> tuple[threading.Lock, ...]:
    return tuple(threading.Lock() for _ in range(_WRITERS))


def _close_living(connections: weakref.ref[Connections]) -> None:
    living = connections()
    if living is not None:
        living.close()


def _close_all(idle: _Idle) -> None:
    for databases in idle.values():
        while databases:
            databases.pop().close()
    idle.clear()
