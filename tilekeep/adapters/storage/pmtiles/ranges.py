"""Where the bytes of an archive come from."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tilekeep.domain.deadline import Deadline


class Part(NamedTuple):
    """Some bytes of an archive.

    :ivar version: tells the archive they are of from another one of the same name.
    :ivar stored_at: when the archive was made, in POSIX seconds.
    """

    body: bytes
    version: object
    stored_at: float


class ByteRanges(Protocol):
    """An archive as a row of bytes.  Safe to call from any thread, and after a fork."""

    @property
    def place(self) -> str:
        """Where the archive lies, without credentials."""
        ...

    def read(self, offset: int, length: int, deadline: Deadline) -> Part | None:
        """Up to ``length`` bytes from ``offset`` on, fewer only at the end; None if there is no archive.

        :raises StoreError: it cannot be read.
        """
        ...

    def version(self) -> object:
        """The version of the archive as far as can be told without waiting; None if only reading tells."""
        ...
