"""A Redis that hosts share and could do without: it is waited for briefly, and left alone while it is out of reach."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from tilekeep.adapters.redis.clients import RedisClients
from tilekeep.adapters.redis.commands import Command, RedisUnusable
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.ports.clock import Clock

_log = logging.getLogger("tilekeep.redis")

#: The longest time-out.  There is something else to do for whoever gets no answer, and commands are short.
LONGEST_TIMEOUT_SECONDS = 1.0

_QUIET_SECONDS = 60.0


class CommonRedis:
    """Asks one server, unless it is out of reach; all parts of a process that ask the same one share what they learn.

    Safe to call from any thread and any process.
    """

    def __init__(self, clients: RedisClients, server: RedisServer, clock: Clock) -> None:
        """Binds it to a server, and connects nowhere."""
        self._clients = clients
        self._server = replace(server, timeout_seconds=min(server.timeout_seconds, LONGEST_TIMEOUT_SECONDS))
        self._clock = clock
        self._quiet_until = -1.0

    @property
    def place(self) -> str:
        """Where it is, for people; without credentials."""
        return self._server.place

    def ask(self, command: Command, deadline: Deadline = NO_DEADLINE) -> Any:
        """The reply to one command.

        :raises RedisUnusable: no reply in time, a refusal, or none was to be had a moment ago; the log has been told,
            unless it was only the time of the request that was up.
        """
        try:
            return self._clients.sparing(self._server).ask(command, deadline)
        except RedisUnusable as error:
            if not error.late:
                self._say(error)
            raise

    def _say(self, error: RedisUnusable) -> None:
        now = self._clock.monotonic()
        if now < self._quiet_until:
            return
        self._quiet_until = now + _QUIET_SECONDS
        _log.warning(
            "%s cannot be used; tiles are locked for each host by itself, which also remembers failures and counts its "
            "requests to sources for itself: %s",
            self._server.place,
            error,
        )
