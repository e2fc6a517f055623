"""Failures remembered by all hosts, as short-lived keys of one Redis."""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import suppress

from tilekeep.adapters.redis.commands import RedisUnusable
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import FailureMemory, RememberedFailure

_log = logging.getLogger("tilekeep.source.failures")

#: Clocks of hosts differ by less than this.
_ADJUSTMENT_SECONDS = 1.0


class RedisFailureMemory:
    """Implements :class:`tilekeep.ports.failure_memory.FailureMemory` for all hosts.

    The name of a key is a hash of its scope, which may hold credentials.  Each host remembers its own failures beside
    Redis, for when that cannot be used or has forgotten.
    """

    def __init__(
        self,
        of_host: FailureMemory,
        redis: CommonRedis,
        clock: Clock,
        *,
        prefix: str,
        longest_seconds: float,
    ) -> None:
        """Binds the memory to the meeting place; connects nowhere.

        Args:
            of_host: the memory beside Redis.
            redis: where the hosts meet.
            clock: tells when the time of a failure is over.
            prefix: with which the keys begin.
            longest_seconds: how far in the future the end of a failure can be; what seems to last longer comes from a
                host whose clock is wrong, and does not count.
        """
        self._of_host = of_host
        self._clock = clock
        self._prefix = prefix
        self._longest_seconds = longest_seconds
        self._redis = redis

    def recall(self, scope: str) -> RememberedFailure | None:
        """See :class:`~tilekeep.ports.failure_memory.FailureMemory`."""
        return self._recalled_there(scope) or self._of_host.recall(scope)

    def _recalled_there(self, scope: str) -> RememberedFailure | None:
        try:
            note = self._redis.ask((b"GET", self._key(scope)))
        except RedisUnusable:
            return None
        if note is None:
            return None
        try:
            facts = json.loads(note)
            failure = RememberedFailure(
                str(facts["client_message"]), float(facts["until"]), int(facts.get("status", 0))
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("a note on a failure in %s is unreadable and ignored: %s", self._redis.place, error)
            return None
        left = failure.until - self._clock.now()
        return failure if 0.0 < left <= self._longest_seconds + _ADJUSTMENT_SECONDS else None

    def remember(self, scope: str, failure: RememberedFailure) -> None:
        """See :class:`~tilekeep.ports.failure_memory.FailureMemory`."""
        left = failure.until - self._clock.now()
        if not 0.0 < left <= self._longest_seconds + _ADJUSTMENT_SECONDS:
            return
        note = json.dumps(failure._asdict()).encode()
        self._of_host.remember(scope, failure)
        with suppress(RedisUnusable):
            self._redis.ask((b"SET", self._key(scope), note, b"PX", b"%d" % max(1, round(left * 1000))))

    def _key(self, scope: str) -> bytes:
        name = hashlib.sha256(scope.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        return f"{self._prefix}failure:{name}".encode("utf-8", "surrogateescape")
