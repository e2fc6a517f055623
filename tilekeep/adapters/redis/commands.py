"""What can be asked of Redis, whether it is one server or a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from tilekeep.domain.deadline import Deadline

#: Name and arguments of a command.
Command = tuple[bytes, ...]


class RefusedCommand(NamedTuple):
    """Stands in the place of a reply: the server refused this one command."""

    reason: str


class RedisUnusable(Exception):
    """Redis cannot be used, or refuses something; the text is the reason and a remedy, without credentials.

    :ivar out: whether the server is out of reach, rather than refusing, or the time of the request up.
    :ivar late: whether the time of the request was up before the time-out of the server, about which that says nothing.
    """

    def __init__(self, reason: str, *, out: bool = False, late: bool = False) -> None:
        super().__init__(reason)
        self.out = out
        self.late = late


class AsksRedis(Protocol):
    """Sends single commands."""

    def ask(self, command: Command, deadline: Deadline) -> Any:
        """See :meth:`RedisCommands.ask`."""
        ...


class RedisCommands(Protocol):
    """Safe to call from any thread and any process, also after a fork.

    A connection that was closed while nobody used it is replaced, and its commands are sent again: all commands have
    to bear being carried out twice.
    """

    def ask(self, command: Command, deadline: Deadline) -> Any:
        """The reply to one command.

        :raises RedisUnusable: no reply in time, or a refusal.
        """
        ...

    def ask_all(self, commands: Sequence[Command], deadline: Deadline, *, together: bool = False) -> list[Any]:
        """The replies to ``commands``, sent in one go; those to refused ones are :class:`RefusedCommand`.

        ``together`` lets a single server carry out all of them or none, with nobody else's in between; in a cluster,
        whose nodes know nothing of each other, each command stands for itself.

        :raises RedisUnusable: no reply in time; with ``together`` also a refusal.
        """
        ...

    def names(self, pattern: bytes, deadline: Deadline) -> Iterator[list[bytes]]:
        """The names of all keys that match the glob ``pattern``, a page at a time; some may come twice.

        :raises RedisUnusable: no reply in time, or a refusal.
        """
        ...


def packed(commands: Sequence[Command]) -> bytes:
    """Commands as they go over the wire (the protocol RESP: arrays of strings with their lengths)."""
    parts: list[bytes] = []
    for command in commands:
        parts.append(b"*%d\r\n" % len(command))
        parts.extend([b"$%d\r\n%b\r\n" % (len(argument), argument) for argument in command])
    return b"".join(parts)
