"""Where the processes of a host leave their numbers for each other: a file each, numbered, in one directory.

A process holds the lock of its number while it lives.  Whoever comes after it takes the lowest free number and goes on
from what is written there, so that sums never fall when a process is replaced, and files do not pile up.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tilekeep.adapters.atomic_files import FileModes, new_file, put_in_place
from tilekeep.adapters.directories import make_directories
from tilekeep.adapters.telemetry.tally import Numbers, Series

_MOST_SLOTS = 10_000
_NAME = re.compile(r"metrics-(\d+)\.json")


class Left(NamedTuple):
    """What a process has left; ``is_alive`` says whether it still holds its number."""

    numbers: dict[Series, Numbers]
    is_alive: bool


class Slot:
    """The number of this process in a directory, held until :meth:`close`.

    :raises OSError: the directory cannot be written.
    """

    def __init__(self, directory: str, modes: FileModes) -> None:
        make_directories(directory, modes.directory)
        self._modes = modes
        for number in range(_MOST_SLOTS):
            lock = _locked(_lock_path(directory, number))
            if lock is not None:
                self._lock: int | None = lock
                self._lock_path = _lock_path(directory, number)
                self._path = os.path.join(directory, f"metrics-{number}.json")
                return
        raise OSError(f"{_MOST_SLOTS} processes share {directory!r}")

    def is_held(self) -> bool:
        """Whether the number is still that of this process: not if its lock was removed, as another one may have it."""
        try:
            return self._lock is not None and os.path.samestat(os.fstat(self._lock), os.stat(self._lock_path))
        except OSError:
            return False

    def numbers(self) -> dict[Series, Numbers]:
        """What the process before this one has left."""
        return _read(self._path)

    def save(self, numbers: Mapping[Series, Numbers], at: float) -> None:
        """Leaves numbers in the place of those before; ``at`` is the time.

        :raises OSError: the disk is full, or the like.
        """
        body = json.dumps([[name, labels, values] for (name, labels), values in numbers.items()]).encode()
        put_in_place(self._path, new_file(body, at, self._modes), self._modes)

    def close(self) -> None:
        """Gives the number back; in a forked child, the parent keeps it.  May be called again."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


def all_left(directory: str) -> Iterator[Left]:
    """What the processes of a directory have left, dead ones too."""
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(os.listdir(directory)):
            found = _NAME.fullmatch(name)
            if found:
                numbers = _read(os.path.join(directory, name))
                yield Left(numbers, _is_locked(_lock_path(directory, int(found[1]))))


def _lock_path(directory: str, number: int) -> str:
    return os.path.join(directory, f"metrics-{number}.lck")


def _locked(path: str) -> int | None:
    """A descriptor that holds the lock of a file, or None if somebody else does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o664)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_locked(path: str) -> bool:
    """Whether somebody holds the lock of a file; those who look at the same time do not take each other for that."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return isinstance(error, BlockingIOError)
    finally:
        os.close(descriptor)
    return False


def _read(path: str) -> dict[Series, Numbers]:
    """The numbers of a file; none where there is no such file, or another program's."""
    try:
        with open(path, "rb") as file:
            return {(name, tuple(labels)): tuple(values) for name, labels, values in json.load(file)}
    except (OSError, ValueError, TypeError):
        return {}
