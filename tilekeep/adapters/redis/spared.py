"""Commands to a Redis that is left alone while it is out of reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from tilekeep.adapters.outage import Outage
from tilekeep.adapters.redis.commands import Command, RedisCommands, RedisUnusable
from tilekeep.domain.deadline import Deadline

Reply = TypeVar("Reply")


class SparedCommands:
    """Implements :class:`tilekeep.adapters.redis.commands.RedisCommands` by others.

    Args:
        commands: talk to the server.
        outage: of that server, shared by all who spare it.
    """

    def __init__(self, commands: RedisCommands, outage: Outage) -> None:
        self._commands = commands
        self._outage = outage

    def ask(self, command: Command, deadline: Deadline) -> Any:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`."""
        return self._asked(lambda: self._commands.ask(command, deadline))

    def ask_all(self, commands: Sequence[Command], deadline: Deadline, *, together: bool = False) -> list[Any]:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`."""
        return self._asked(lambda: self._commands.ask_all(commands, deadline, together=together))

    def names(self, pattern: bytes, deadline: Deadline) -> Iterator[list[bytes]]:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`."""
        pages = self._commands.names(pattern, deadline)
        while (page := self._asked(lambda: next(pages, None))) is not None:
            yield page

    def _asked(self, ask: Callable[[], Reply]) -> Reply:
        refusal = self._outage.refusal()
        if refusal is not None:
            raise RedisUnusable(refusal)
        try:
            reply = ask()
        except RedisUnusable as error:
            if error.out:
                self._outage.begins(str(error))
            raise
        self._outage.ends()
        return reply
