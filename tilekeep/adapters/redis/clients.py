"""Who talks to which Redis: one way for each server, shared by all that use it."""

from __future__ import annotations

from tilekeep.adapters.outage import Outage
from tilekeep.adapters.redis.commands import RedisCommands, RedisUnusable
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.adapters.redis.spared import SparedCommands
from tilekeep.adapters.redis.waiting import Waiting
from tilekeep.ports.clock import Clock


class RedisClients:
    """Makes the commands of a server once.  Safe to call from any thread and any process, also after a fork.

    The library is loaded on first use; nothing is connected before a command is sent.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[RedisServer, RedisCommands] = {}
        self._spared: dict[RedisServer, RedisCommands] = {}

    def of(self, server: RedisServer) -> RedisCommands:
        """The commands of ``server``.

        :raises RedisUnusable: the library is not installed.
        """
        found = self._made.get(server)
        return self._made.setdefault(server, self._commands(server)) if found is None else found

    def sparing(self, server: RedisServer) -> RedisCommands:
        """The same, for those who have something else to do while ``server`` is out of reach: it is left alone then.

        :raises RedisUnusable: the library is not installed.
        """
        found = self._spared.get(server)
        if found is None:
            made = SparedCommands(self.of(server), Outage(self._clock))
            found = self._spared.setdefault(server, made)
        return found

    def _commands(self, server: RedisServer) -> RedisCommands:
        try:
            from tilekeep.adapters.redis.cluster import Cluster
            from tilekeep.adapters.redis.single import SingleServer
        except ImportError as error:
            raise RedisUnusable("the library 'redis' is not installed; pip install 'tilekeep[redis]'") from error
        return Cluster(server) if server.nodes else SingleServer(server, Waiting(self._clock, server.timeout_seconds))
