"""How much room a store has left."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Room(NamedTuple):
    """Bytes, and files or directories."""

    size: int
    inodes: int


class FreeRoom(Protocol):
    """Looks at the disk of one store."""

    def free(self) -> Room | None:
        """What this process may still use; None if that is not known.  Costs a system call and raises nothing."""
        ...
