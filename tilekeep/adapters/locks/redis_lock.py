"""Tile locks of all hosts in one Redis, behind those of each host."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.adapters.redis.leases import Leases
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import LockTimeout
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_lock import StillHeld, TileLock

#: How long a lock of a host that has died is held at most.
LEASE_SECONDS = 15.0

_FIRST_POLL_SECONDS = 0.01
_LONGEST_POLL_SECONDS = 0.1


class LockOfHost(TileLock, Protocol):
    """Locks among the processes of one host."""

    def reset_after_fork(self) -> None:
        """To be called in a forked child."""
        ...


class RedisTileLock:
    """Implements :class:`tilekeep.ports.tile_lock.TileLock` for the processes of all hosts.

    Whoever wants a lock takes that of his host first, which MapProxy respects too; so only one process of each host
    asks Redis.  While Redis cannot be used the locks of the hosts are all there is; it learns of them when it is back.
    A lock is a lease: one whose holder dies ends after ``lease_seconds``.
    """

    def __init__(
        self,
        of_host: LockOfHost,
        redis: CommonRedis,
        clock: Clock,
        *,
        prefix: str,
        timeout_seconds: float,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        """Binds the locks to the meeting place; connects nowhere.

        Args:
            of_host: excludes the processes of this host.
            redis: where the hosts meet.
            clock: measures the wait.
            prefix: with which the keys of locks begin.
            timeout_seconds: longest wait, whatever the deadline.
            lease_seconds: how long a lock lasts that is not renewed.
        """
        self._of_host = of_host
        self._redis = redis
        self._leases = Leases(redis, seconds=lease_seconds)
        self._clock = clock
        self._prefix = prefix
        self._timeout_seconds = timeout_seconds

    @contextmanager
    def hold(self, name: str, deadline: Deadline) -> Iterator[StillHeld]:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`."""
        limit = deadline.sooner(self._clock.monotonic() + self._timeout_seconds)
        with self._of_host.hold(name, limit):
            token = self._token(name, limit)
            try:
                yield lambda: self._still_held(name, token)
            finally:
                self._give_back(name, token)

    @contextmanager
    def try_hold(self, name: str) -> Iterator[bool]:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`."""
        with self._of_host.try_hold(name) as held:
            token = self._leases.take(self._key(name), NO_DEADLINE) if held else None
            if token is None:
                yield False
                return
            try:
                yield True
            finally:
                self._give_back(name, token)

    def is_held(self, name: str) -> bool:
        """See :class:`~tilekeep.ports.tile_lock.TileLock`."""
        if self._of_host.is_held(name):
            return True
        try:
            return self._leases.is_taken(self._key(name))
        except RedisUnusable:
            return False

    def reset_after_fork(self) -> None:
        """To be called in a forked child; leases know by themselves to which process they belong."""
        self._of_host.reset_after_fork()

    def _token(self, name: str, limit: Deadline) -> bytes:
        """That of the lease.

        :raises LockTimeout: another host had it until ``limit``, or there was no saying who has it.
        """
        pause = _FIRST_POLL_SECONDS
        # Who does not wait for a holder does wait for Redis to say whether there is one.
        answer_until = NO_DEADLINE if limit.has_passed(self._clock.monotonic()) else limit
        while True:
            try:
                token = self._leases.take(self._key(name), answer_until)
            except RedisUnusable as error:
                raise LockTimeout(f"{self._redis.place} did not say in time who holds lock {name!r}") from error
            if token is not None:
                return token
            left = limit.remaining(self._clock.monotonic())
            if not left:
                raise LockTimeout(f"lock {name!r} was still held by another host when the time was up")
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_POLL_SECONDS)

    def _still_held(self, name: str, token: bytes) -> bool:
        """Whether no other host has the lock; while Redis cannot be used that of the host is all there is."""
        try:
            return self._leases.is_ours(self._key(name), token)
        except RedisUnusable:
            return True

    def _give_back(self, name: str, token: bytes) -> None:
        with suppress(RedisUnusable):  # It ends by itself.
            self._leases.give_back(self._key(name), token)

    def _key(self, name: str) -> bytes:
        return f"{self._prefix}lock:{name}".encode("utf-8", "surrogateescape")
