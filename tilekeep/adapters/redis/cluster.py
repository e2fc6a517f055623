"""Commands to a cluster, through the client of the library, which knows what lies on which node."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.retry import Retry

from tilekeep.adapters.redis.commands import Command, RedisUnusable, RefusedCommand
from tilekeep.adapters.redis.reasons import LIBRARY_ERRORS, is_out_of_reach, reason
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.domain.deadline import Deadline

_KEYS_AT_ONCE = 1000


class Cluster:
    """Implements :class:`tilekeep.adapters.redis.commands.RedisCommands`.

    The client holds locks and connections of its process, so a forked child makes one of its own.  What fails is
    tried once more, as nodes change, so that the time-out of the server bounds all waiting twice; deadlines do not, as
    the client has no room for them.
    """

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._client: tuple[int, Any] | None = None
        self._left_behind: list[Any] = []

    def ask(self, command: Command, deadline: Deadline) -> Any:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`."""
        try:
            return self._connected().execute_command(command[0].decode(), *command[1:])
        except LIBRARY_ERRORS as error:
            raise _unusable(error) from error

    def ask_all(self, commands: Sequence[Command], deadline: Deadline, *, together: bool = False) -> list[Any]:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`: one request for each node concerned."""
        if not commands:
            return []
        try:
            pipeline = self._connected().pipeline()
            for command in commands:
                pipeline.execute_command(command[0].decode(), *command[1:])
            replies = pipeline.execute(raise_on_error=False)
        except LIBRARY_ERRORS as error:
            raise _unusable(error) from error
        return [self._reply(reply, together=together) for reply in replies]

    def names(self, pattern: bytes, deadline: Deadline) -> Iterator[list[bytes]]:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`: those of one master after the other."""
        try:
            client = self._connected()
            for node in client.get_primaries():
                cursor = 0
                while True:
                    cursors, page = client.scan(cursor, match=pattern, count=_KEYS_AT_ONCE, target_nodes=node)
                    yield page
                    cursor = cursors[node.name]
                    if cursor == 0:
                        break
        except LIBRARY_ERRORS as error:
            raise _unusable(error) from error

    def _reply(self, reply: Any, *, together: bool) -> Any:
        if not isinstance(reply, Exception):
            return reply
        if together or not isinstance(reply, redis.ResponseError):
            raise RedisUnusable(reason(reply)) from reply
        return RefusedCommand(reason(reply))

    def _connected(self) -> Any:
        """The client of this process."""
        made = self._client
        if made is not None and made[0] == os.getpid():
            return made[1]
        if made is not None:
            # Tidying it up would take locks that a thread of the parent may have held.
            self._left_behind.append(made)
        client = self._new()
        self._client = (os.getpid(), client)
        weakref.finalize(self, _disconnect, *self._client).atexit = False
        return client

    def _new(self) -> RedisCluster:
        server, tls = self._server, self._server.tls
        options: dict[str, Any] = {}
        if tls is not None:
            options = {"ssl_ca_certs": tls.ca_certs, "ssl_certfile": tls.certfile, "ssl_keyfile": tls.keyfile}
        return RedisCluster(
            startup_nodes=[ClusterNode(*node) for node in server.nodes],  # type: ignore[no-untyped-call]
            username=server.username,
            password=server.password,
            socket_timeout=server.timeout_seconds,
            socket_connect_timeout=server.timeout_seconds,
            ssl=tls is not None,
            # The library would wait between tries, many times as long as the time-out.
            retry=Retry(NoBackoff(), 1),
            protocol=2,
            **options,
        )


def _disconnect(process: int, client: RedisCluster) -> None:
    """Closes the connections of a client of this process."""
    if process == os.getpid():
        client.disconnect_connection_pools()  # type: ignore[no-untyped-call]


def _unusable(error: Exception) -> RedisUnusable:
    return RedisUnusable(reason(error), out=is_out_of_reach(error, full=True))
