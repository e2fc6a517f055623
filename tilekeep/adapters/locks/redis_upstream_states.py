"""The states of upstream servers as keys of one Redis, shared by all hosts."""

from __future__ import annotations

import hashlib
import json
import random
import time
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from tilekeep.adapters.locks.states_beside_redis import StatesBesideRedis
from tilekeep.adapters.locks.upstream_facts import facts_of, state_of
from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.domain.upstream_load import UNTROUBLED, UpstreamState
from tilekeep.ports.upstream_states import Change, UpstreamStates

T = TypeVar("T")

#: How long a state is kept that nothing is noted in, after its last pause has ended.
_KEPT_SECONDS = 86_400.0

#: The clock of the server, or of the replica that takes its place, is set back by less than this all the time.
_ADJUSTMENT_SECONDS = 1.0

#: Pauses between the tries of a change become longer, up to the longest, until there is room for all who try.
_FIRST_PAUSE_SECONDS = 0.001
_LONGEST_PAUSE_SECONDS = 0.25

_READ = b"return {redis.call('GET', KEYS[1]), redis.call('TIME')}"

#: Writes if nobody has written since; each value is unlike all others, so that doing it twice is no harm.
_REPLACE = (
    b"local found = redis.call('GET', KEYS[1]) or '' "
    b"if found == ARGV[2] then return 1 end "
    b"if found ~= ARGV[1] then return 0 end "
    b"redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1"
)


class RedisUpstreamStates:
    """Implements :class:`tilekeep.ports.upstream_states.UpstreamStates` for all hosts.

    Instants are those of the clock of the Redis server, so that hosts need none in common; a state written later than
    now, as that clock was set back, says nothing.  The name of a key is a hash of the server's name, which may hold
    credentials.  While Redis cannot be used each host has states of its own, which begin with what it knows from there;
    what a host knows and Redis does not, as it was started anew, holds on that host.
    """

    def __init__(
        self,
        of_host: UpstreamStates,
        redis: CommonRedis,
        *,
        prefix: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Binds the states to a server; keys begin with ``prefix``, and ``sleep`` passes the time between tries."""
        self._sleep = sleep
        self._beside = StatesBesideRedis(of_host)
        self._redis = redis
        self._prefix = prefix

    def peek(self, name: str) -> tuple[UpstreamState, float]:
        """See :class:`~tilekeep.ports.upstream_states.UpstreamStates`."""
        try:
            found = self._read(self._key(name))
        except RedisUnusable:
            return self._beside.peek(name)
        return self._beside.joined(name, found.state, found.now).state, found.now

    def change(self, name: str, change: Change[T]) -> T:
        """See :class:`~tilekeep.ports.upstream_states.UpstreamStates`.

        :raises SourceBusy: neither Redis nor the host can keep states.
        """
        try:
            return self._changed(name, change)
        except RedisUnusable:
            return self._beside.change(name, change)

    def _changed(self, name: str, change: Change[T]) -> T:
        """Tries until nobody has come in between; whenever one fails another one has succeeded."""
        key = self._key(name)
        longest_pause = _FIRST_PAUSE_SECONDS
        while True:
            found = self._read(key)
            joined = self._beside.joined(name, found.state, found.now)
            after, result = change(joined.state, found.now)
            if after == (found.state or UNTROUBLED) or self._replaced(key, found, after):
                self._beside.heard(name, joined, after, found.now)
                return result
            # At random, so that those who collided do not do so again.
            self._sleep(random.uniform(0.0, longest_pause))  # noqa: S311  # spreads load, hides nothing
            longest_pause = min(2 * longest_pause, _LONGEST_PAUSE_SECONDS)

    def _read(self, key: bytes) -> _Found:
        body, (seconds, microseconds) = self._redis.ask((b"EVAL", _READ, b"1", key))
        now = int(seconds) + int(microseconds) / 1e6
        return _Found(body or b"", _state_in(body, now), now)

    def _replaced(self, key: bytes, found: _Found, state: UpstreamState) -> bool:
        facts: dict[str, Any] = {**facts_of(state), "written_at": found.now, "writing": uuid.uuid4().hex}
        body = json.dumps(facts).encode()
        last = max(state.paused_until, state.open_until, state.probe_until, found.now)
        milliseconds = b"%d" % round((last - found.now + _KEPT_SECONDS) * 1000)
        return bool(self._redis.ask((b"EVAL", _REPLACE, b"1", key, found.body, body, milliseconds)))

    def _key(self, name: str) -> bytes:
        return key_of(self._prefix, "upstream", name)


def key_of(prefix: str, kind: str, name: str) -> bytes:
    """The key of one kind of thing about the upstream server ``name``."""
    hidden = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:40]
    return f"{prefix}{kind}:{hidden}".encode("utf-8", "surrogateescape")


class _Found(NamedTuple):
    """What Redis holds, what that means, None for nothing, and the time there."""

    body: bytes
    state: UpstreamState | None
    now: float


def _state_in(body: bytes | None, now: float) -> UpstreamState | None:
    if not body:
        return None
    try:
        facts = json.loads(body)
        state = state_of(facts)
        return state if float(facts["written_at"]) <= now + _ADJUSTMENT_SECONDS else None
    except (ValueError, TypeError, KeyError):
        return None
