"""Taking journals away to count what is noted in them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from typing import NamedTuple

from tilekeep.adapters.storage.ledger.journals import CURRENT
from tilekeep.adapters.storage.ledger.notes import decoded
from tilekeep.domain.ledger import Cell, CellBlock

_TAKEN = "taken-"


class TakenNotes(NamedTuple):
    """What journals that take no more notes say.

    :ivar done: the paths of those that nobody uses any more.
    :ivar everything: whether notes were lost.
    """

    areas: frozenset[Cell | CellBlock]
    everything: bool
    done: tuple[str, ...]
    busy: tuple[str, ...]


def close_current(directory: str) -> None:
    """From now on another journal takes notes.

    :raises OSError: the disk or a permission.
    """
    with contextlib.suppress(FileNotFoundError):
        os.rename(f"{directory}/{CURRENT}", f"{directory}/{_TAKEN}{secrets.token_hex(8)}")


def taken_notes(directory: str) -> TakenNotes:
    """What the journals say that have been taken away, in this counting or one that was broken off.

    :raises OSError: the disk or a permission.
    """
    areas: set[Cell | CellBlock] = set()
    everything = False
    found: dict[bool, list[str]] = {True: [], False: []}
    for path in _journals(directory, _TAKEN):
        with open(path, "rb") as file:
            # Only what is read after everybody is done is all that will ever stand there.
            found[_is_done(file.fileno())].append(path)
            noted, lost = decoded(file.read())
        areas |= noted
        everything |= lost
    return TakenNotes(frozenset(areas), everything, tuple(found[True]), tuple(found[False]))


def noted_areas(directory: str) -> int:
    """In how many areas something may have changed by now.

    :raises OSError: the disk or a permission.
    """
    areas: set[Cell | CellBlock] = set()
    for path in _journals(directory, _TAKEN, CURRENT):
        with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
            areas |= decoded(file.read())[0]
    return len(areas)


def discard(paths: tuple[str, ...]) -> None:
    """Removes journals that have been counted."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _journals(directory: str, *beginnings: str) -> list[str]:
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    return [f"{directory}/{name}" for name in names if name.startswith(beginnings)]


def _is_done(descriptor: int) -> bool:
    """Whether all who have noted something there have made their changes."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
