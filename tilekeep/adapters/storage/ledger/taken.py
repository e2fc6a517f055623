"""Taking journals away to count what is noted in them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from typing import NamedTuple

from tilekeep.adapters.storage.ledger.journals import CURRENT
from tilekeep.adapters.storage.ledger.notes import EVERYTHING, decoded, encoded
from tilekeep.domain.ledger import Cell, CellBlock, coarser

_TAKEN = "taken-"
_MERGING = "merging-"

#: Areas that a merged journal speaks of at most, save levels as a whole.
MOST_AREAS = 20_000

_ATTEMPTS = 10


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


def taken_notes(directory: str, *, only_done: bool = False) -> TakenNotes:
    """What the journals say that have been taken away, in this counting or one that was broken off.

    With ``only_done`` those that somebody uses are not read.

    :raises OSError: the disk or a permission.
    """
    areas: set[Cell | CellBlock] = set()
    everything = False
    found: dict[bool, list[str]] = {True: [], False: []}
    for path in _journals(directory, _TAKEN):
        with open(path, "rb") as file:
            # Only what is read after everybody is done is all that will ever stand there.
            is_done = _is_done(file.fileno())
            found[is_done].append(path)
            if only_done and not is_done:
                continue
            noted, lost = decoded(file.read())
        areas |= noted
        everything |= lost
    return TakenNotes(frozenset(areas), everything, tuple(found[True]), tuple(found[False]))


def merge(directory: str, most_areas: int = MOST_AREAS) -> None:
    """Puts the notes of journals that nobody uses any more into one, in which larger areas stand for many small ones.

    Not while somebody counts.  Whoever is killed leaves notes twice, which makes no difference.

    :raises OSError: the disk or a permission; the journals stay as they are.
    """
    for left_over in _journals(directory, _MERGING):
        discard((left_over,))
    close_current(directory)
    notes = taken_notes(directory, only_done=True)
    if len(notes.done) <= 1:
        return
    text = encoded(coarser(notes.areas, most_areas)) + (EVERYTHING if notes.everything else b"")
    name = secrets.token_hex(8)
    with open(f"{directory}/{_MERGING}{name}", "xb") as file:
        file.write(text)
    os.rename(f"{directory}/{_MERGING}{name}", f"{directory}/{_TAKEN}{name}")
    discard(notes.done)


def noted_areas(directory: str) -> int:
    """In how many areas something may have changed by now.

    :raises OSError: the disk or a permission.
    """
    for _ in range(_ATTEMPTS):
        areas: set[Cell | CellBlock] = set()
        try:
            for path in _journals(directory, _TAKEN, CURRENT):
                with open(path, "rb") as file:
                    areas |= decoded(file.read())[0]
        except FileNotFoundError:
            continue  # Merged or counted just now.
        break
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
