"""``concurrent_requests`` counted over all hosts, as leases in one Redis."""

from __future__ import annotations

import logging
import uuid
from typing import Generic, NamedTuple, TypeVar

from tilekeep.adapters.locks.load_gate import Slots
from tilekeep.adapters.locks.redis_upstream_states import key_of
from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.adapters.redis.renewals import Renewals

SlotOfHost = TypeVar("SlotOfHost")

_log = logging.getLogger("tilekeep.source.gate")

#: How long the slot of a host that has died is held at most.  Processes without threads cannot renew it: their requests
#: count for as long as this.
LEASE_SECONDS = 60.0

_NOW = b"local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) "

#: A set of tokens by the end of their leases.  Taking what one has already is no harm.
_TAKE = (
    _NOW + b"redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now) "
    b"if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) "
    b"then return 0 end "
    b"redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) "
    b"if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 1"
)

#: Also what is not there: a server that was started anew knows of nothing that is under way.
_RENEW = (
    _NOW + b"redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) "
    b"if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 1"
)


class RedisSlot(NamedTuple, Generic[SlotOfHost]):
    """A slot of the host, and the token of the lease that came with it."""

    of_host: SlotOfHost
    key: bytes
    token: bytes


class RedisSlots(Generic[SlotOfHost]):
    """Implements :class:`tilekeep.adapters.locks.load_gate.Slots` for all hosts.

    Whoever wants a slot takes one of his host first, which MapProxy respects too, and which is all there is while Redis
    cannot be used; renewals tell of it when that is over.  A lease ends by the clock of the Redis server when its
    holder dies; a token tells it from others.
    """

    def __init__(
        self, of_host: Slots[SlotOfHost], redis: CommonRedis, *, prefix: str, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        """Binds the slots to a server; keys begin with ``prefix``, leases are renewed three times in their time."""
        self._of_host = of_host
        self._redis = redis
        self._prefix = prefix
        self._milliseconds = b"%d" % round(lease_seconds * 1000)
        self._renewals = Renewals(every_seconds=lease_seconds / 3)
        self._held: set[bytes] = set()

    def try_take(self, name: str, permitted: int) -> RedisSlot[SlotOfHost] | None:
        """One of ``permitted`` slots of the server ``name``, or None if all of them are taken.

        :raises SourceBusy: the slots of the host cannot be used at all.
        """
        of_host = self._of_host.try_take(name, permitted)
        if of_host is None:
            return None
        key, token = key_of(self._prefix, "slots", name), uuid.uuid4().bytes
        try:
            taken = self._redis.ask((b"EVAL", _TAKE, b"1", key, token, self._milliseconds, b"%d" % permitted))
        except RedisUnusable:
            taken = 1
        if not taken:
            self._of_host.give_back(of_host)
            return None
        self._held.add(token)
        self._renewals.keep(key, token, self._renew, self._withdraw)
        return RedisSlot(of_host, key, token)

    def give_back(self, slot: RedisSlot[SlotOfHost]) -> None:
        """Gives a slot back; one that was taken before a fork stays the parent's."""
        self._of_host.give_back(slot.of_host)
        if slot.token not in self._held:
            return
        self._held.discard(slot.token)
        self._renewals.forget(slot.key, slot.token)
        self._withdraw(slot.key, slot.token)

    def reset_after_fork(self) -> None:
        """To be called in a forked child; renewals know by themselves to which process they belong."""
        self._held = set()
        self._of_host.reset_after_fork()

    def _withdraw(self, key: bytes, token: bytes) -> None:
        try:
            self._redis.ask((b"ZREM", key, token))
        except RedisUnusable as error:
            _log.info("a slot of concurrent_requests could not be given back, and ends by itself: %s", error)

    def _renew(self, key: bytes, token: bytes) -> None:
        try:
            self._redis.ask((b"EVAL", _RENEW, b"1", key, token, self._milliseconds))
        except RedisUnusable as error:
            _log.info("a slot of concurrent_requests could not be renewed: %s", error)
