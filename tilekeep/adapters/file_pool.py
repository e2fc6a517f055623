"""What was loaded from files and is used by one thread at a time, kept until the file changes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")


class FileVersion(NamedTuple):
    """What changes with a file."""

    modified_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, path: str) -> FileVersion:
        """That of the file as it is.

        :raises OSError: there is no such file.
        """
        status = os.stat(path)
        return cls(status.st_mtime_ns, status.st_size, status.st_ino)


class FilePool(Generic[Key, Item]):
    """Items by what makes them differ.  Safe to call from any thread.

    Args:
        load: makes an item.
        most_idle: items of one kind that wait for the next who asks; each may hold connections and files.
    """

    def __init__(self, load: Callable[[Key], Item], *, most_idle: int) -> None:
        self._load = load
        self._most_idle = most_idle
        self._lock = threading.Lock()
        self._idle: dict[Key, list[tuple[FileVersion, Item]]] = {}
        self._left_behind: list[object] = []

    @contextmanager
    def borrowed(self, key: Key, path: str) -> Iterator[Item]:
        """An item for the one who asks, as ``path`` is now; one that fails is not used again.

        :raises OSError: there is no such file.
        """
        version = FileVersion.of(path)
        found = self._taken(key, version)
        item = self._load(key) if found is None else found
        yield item
        with self._lock:
            idle = self._idle.setdefault(key, [])
            if len(idle) < self._most_idle:
                idle.append((version, item))

    def reset_after_fork(self) -> None:
        """To be called in a forked child: the items and their connections are those of the parent.

        They are not even closed here, as that would tell databases that the parent has gone.
        """
        self._left_behind.append(self._idle)
        self._lock = threading.Lock()
        self._idle = {}

    def _taken(self, key: Key, version: FileVersion) -> Item | None:
        with self._lock:
            idle = self._idle.get(key, [])
            while idle:
                loaded_from, item = idle.pop()
                if loaded_from == version:
                    return item
        return None
