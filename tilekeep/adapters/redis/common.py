"""A Redis that hosts share and could do without: it is left alone for a moment when it fails."""

from __future__ import annotations

from typing import Any

from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.commands import Command, RedisUnusable
from tilekeep.adapters.redis.outage import Outage
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.ports.clock import Clock


class CommonRedis:
    """Asks one server, unless it failed a moment ago.  Safe to call from any thread and any process."""

    def __init__(self, clients: RedisClients, server: RedisServer, clock: Clock, *, instead: str) -> None:
        """Binds it to a server, and connects nowhere; ``instead`` says for the log what is done while it fails."""
        self._clients = clients
        self._server = server
        self._outage = Outage(clock, server.place, instead)

    @property
    def place(self) -> str:
        """Where it is, for people; without credentials."""
        return self._server.place

    def ask(self, command: Command) -> Any:
        """The reply to one command.

        :raises RedisUnusable: no reply in time, a refusal, or either of them a moment ago; the log has been told.
        """
        if self._outage.lasts:
            raise RedisUnusable("it failed a moment ago")
        try:
            return self._clients.of(self._server).ask(command, NO_DEADLINE)
        except RedisUnusable as error:
            self._outage.begins(error)
            raise

    def gives_up(self, error: RedisUnusable) -> None:
        """Leaves it alone for a moment for a reason that it has not said itself."""
        self._outage.begins(error)
