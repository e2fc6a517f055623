"""What a store of tiles asks of a service of objects, and the values in which the service answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from tilekeep.domain.deadline import NO_DEADLINE, Deadline

#: What is kept with an object besides its bytes: short lower-case names, values of printable ASCII.
Metadata = Mapping[str, str]


class ObjectHead(NamedTuple):
    """An object without its bytes; ``modified_at`` in POSIX seconds, as the clock of the service has it."""

    size: int
    modified_at: float
    metadata: Metadata


class StoredObject(NamedTuple):
    """An object with its bytes."""

    body: bytes
    head: ObjectHead


class ListedObject(NamedTuple):
    """An object as a listing has it; ``metadata`` is None where listings do not tell it."""

    key: str
    size: int
    modified_at: float
    metadata: Metadata | None


class Listing(NamedTuple):
    """One page of a listing: objects, and the common beginnings, up to a slash, of others."""

    objects: Sequence[ListedObject]
    folders: Sequence[str]


class ObjectService(Protocol):
    """One bucket or container.

    Safe to call from any thread, also after a fork.  A missing object is None, never an error.  Every method
    raises :class:`~tilekeep.domain.errors.StoreError`, naming bucket and key, when the service cannot answer,
    refuses, or does not answer before the deadline.
    """

    @property
    def most_removed(self) -> int:
        """How many objects one request may remove."""
        ...

    def get(self, key: str, deadline: Deadline = NO_DEADLINE) -> StoredObject | None:
        """The object called ``key``."""
        ...

    def head(self, key: str, deadline: Deadline = NO_DEADLINE) -> ObjectHead | None:
        """The object called ``key`` without its bytes."""
        ...

    def put(self, key: str, body: bytes, metadata: Metadata, deadline: Deadline = NO_DEADLINE) -> None:
        """Stores an object whole; readers see the old or the new one."""
        ...

    def rewrite(
        self, key: str, change: Callable[[ObjectHead], Metadata], deadline: Deadline = NO_DEADLINE
    ) -> ObjectHead | None:
        """Gives an object what ``change`` makes of its metadata; its bytes stay and are not moved.

        An object that is replaced at the same moment is left as it is, and its head is given.
        """
        ...

    def remove(self, keys: Sequence[str], deadline: Deadline = NO_DEADLINE) -> None:
        """Removes at most :attr:`most_removed` objects; those that are not there are no error."""
        ...

    def pages(self, prefix: str, *, flat: bool, deadline: Deadline = NO_DEADLINE) -> Iterator[Listing]:
        """The objects whose keys begin with ``prefix``, page by page; lazy.

        Unless ``flat``, those with a slash after the prefix are told as folders, which end in that slash.
        """
        ...

    def locate(self, key: str) -> str:
        """The address of an object, for people."""
        ...
