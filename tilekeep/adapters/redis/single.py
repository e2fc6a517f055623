"""Commands to one server, or to the master that sentinels know, over connections of the library."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import Connection, ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

from tilekeep.adapters.redis.commands import Command, RedisUnusable, RefusedCommand, packed
from tilekeep.adapters.redis.reasons import LIBRARY_ERRORS, is_out_of_reach, is_timeout, reason
from tilekeep.adapters.redis.server import RedisServer
from tilekeep.adapters.redis.waiting import Waiting
from tilekeep.domain.deadline import Deadline

#: Connections that stay open while nobody uses them.
MOST_IDLE = 32

_KEYS_AT_ONCE = b"1000"
_BEGIN: Command = (b"MULTI",)
_CARRY_OUT: Command = (b"EXEC",)


class SingleServer:
    """Implements :class:`tilekeep.adapters.redis.commands.RedisCommands`.

    The library connects, authenticates and reads replies; what its client does around each command costs more than
    all of that and is left out.  A connection belongs to the process that has opened it: in a forked child those of
    the parent are let go, without a word to the server.
    """

    def __init__(self, server: RedisServer, waiting: Waiting) -> None:
        self._waiting = waiting
        self._timeout_seconds = server.timeout_seconds
        self._pool = _pool(server)
        self._idle: deque[Any] = deque()
        # A collector that finds a connection and its socket together may well take the socket first, unclosed.
        weakref.finalize(self, _close_all, self._idle).atexit = False

    def ask(self, command: Command, deadline: Deadline) -> Any:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`."""
        (reply,) = self._exchange(packed((command,)), 1, deadline)
        if type(reply) is RefusedCommand:
            raise RedisUnusable(reply.reason)
        return reply

    def ask_all(self, commands: Sequence[Command], deadline: Deadline, *, together: bool = False) -> list[Any]:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`."""
        if not commands:
            return []
        if not together:
            return self._exchange(packed(commands), len(commands), deadline)
        replies = self._exchange(packed((_BEGIN, *commands, _CARRY_OUT)), len(commands) + 2, deadline)
        for reply in replies:
            if type(reply) is RefusedCommand:
                raise RedisUnusable(reply.reason)
        carried_out: list[Any] = replies[-1]
        for reply in carried_out:
            if isinstance(reply, Exception):
                raise RedisUnusable(reason(reply)) from reply
        return carried_out

    def names(self, pattern: bytes, deadline: Deadline) -> Iterator[list[bytes]]:
        """See :class:`~tilekeep.adapters.redis.commands.RedisCommands`."""
        cursor = b"0"
        while True:
            cursor, page = self.ask((b"SCAN", cursor, b"MATCH", pattern, b"COUNT", _KEYS_AT_ONCE), deadline)
            yield page
            if int(cursor) == 0:
                return

    def _exchange(self, request: bytes, replies: int, deadline: Deadline) -> list[Any]:
        wait = self._waiting.seconds(deadline)
        is_full = wait >= self._timeout_seconds
        try:
            connection, is_new = self._taken(wait)
            try:
                found = _asked(connection, request, replies, wait)
            except (redis.ConnectionError, OSError):
                if is_new:
                    raise
                # Closed while nobody used it; so are the other idle ones, then.
                _close_all(self._idle)
                connection, is_new = self._new(wait), True
                found = _asked(connection, request, replies, wait)
        except LIBRARY_ERRORS as error:
            raise RedisUnusable(
                reason(error), out=is_out_of_reach(error, full=is_full), late=is_timeout(error) and not is_full
            ) from error
        # One that was made in haste is as impatient later.
        if len(self._idle) < MOST_IDLE and (is_full or not is_new):
            self._idle.append(connection)
        else:
            connection.disconnect()
        return found

    def _taken(self, wait_seconds: float) -> tuple[Any, bool]:
        """A connection of this process that nobody uses, and whether it is new."""
        process = os.getpid()
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._new(wait_seconds), True
            if connection.pid == process:
                return connection, False

    def _new(self, wait_seconds: float) -> Any:
        """An open connection, within that time; with sentinels, to whom they call the master now."""
        waits = {"socket_timeout": wait_seconds, "socket_connect_timeout": wait_seconds}
        connection = self._pool.connection_class(**{**self._pool.connection_kwargs, **waits})
        connection.connect()
        return connection


def _close_all(idle: deque[Any]) -> None:
    """Takes out all connections and closes them; those of a parent process are closed here alone."""
    while True:
        try:
            connection = idle.pop()
        except IndexError:
            return
        connection.disconnect()


def _asked(connection: Any, request: bytes, replies: int, wait_seconds: float) -> list[Any]:
    """The replies; after an error that is none of them, the connection is closed, for what it would give next."""
    try:
        connection.send_packed_command([request], check_health=False)
        found = []
        for _ in range(replies):
            try:
                found.append(connection.read_response(timeout=wait_seconds))
            except redis.ResponseError as error:
                found.append(RefusedCommand(reason(error)))
    except BaseException:
        connection.disconnect()
        raise
    return found


def _pool(server: RedisServer) -> ConnectionPool:
    """Knows how connections are made; none is made here."""
    options: dict[str, Any] = {
        "db": server.db,
        "username": server.username,
        "password": server.password,
        "socket_timeout": server.timeout_seconds,
        "socket_connect_timeout": server.timeout_seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }
    if server.unix_socket is not None:
        return ConnectionPool(connection_class=UnixDomainSocketConnection, path=server.unix_socket, **options)
    tls = server.tls
    if tls is not None:
        options |= {"ssl_ca_certs": tls.ca_certs, "ssl_certfile": tls.certfile, "ssl_keyfile": tls.keyfile}
    if server.sentinels:
        each = server.timeout_seconds / len(server.sentinels)  # They are asked one after the other.
        options_of_sentinels = {"socket_timeout": each, "socket_connect_timeout": each, "retry": options["retry"]}
        sentinel = Sentinel(server.sentinels, sentinel_kwargs=options_of_sentinels)  # type: ignore[no-untyped-call]
        return SentinelConnectionPool(server.master_name, sentinel, ssl=tls is not None, **options)  # type: ignore[no-untyped-call]
    kind = Connection if tls is None else SSLConnection
    return ConnectionPool(connection_class=kind, host=server.host, port=server.port, **options)
