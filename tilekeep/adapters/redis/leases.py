"""Keys that belong to somebody for a time, and longer as long as he lives."""

from __future__ import annotations

import logging
import uuid
from contextlib import suppress

from tilekeep.adapters.redis.commands import AsksRedis, RedisUnusable
from tilekeep.adapters.redis.renewals import Renewals
from tilekeep.domain.deadline import NO_DEADLINE, Deadline

_log = logging.getLogger("tilekeep.util.lock")

#: Each does its work if the key is free or has the token already, so that doing it twice is no harm.
_TAKE = (
    b"local held = redis.call('GET', KEYS[1]) "
    b"if held and held ~= ARGV[1] then return 0 end "
    b"redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1"
)
_GIVE_BACK = b"if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class Leases:
    """Takes keys with a token that nobody else has, and renews them in a thread until they are given back.

    A lease ends by itself when its holder dies.  Whoever has lost one, because he was stopped for longer than it
    lasts, can neither renew nor give back what is another's by then: the token tells them apart.  A server that has
    forgotten a lease, because it was started anew, learns of it again by the next renewal.
    """

    def __init__(self, commands: AsksRedis, *, seconds: float) -> None:
        """Binds the leases to a server.

        Args:
            commands: to the server.
            seconds: how long a lease lasts; it is renewed three times in that time, where the process has threads.
        """
        self._commands = commands
        self._milliseconds = b"%d" % round(seconds * 1000)
        self._renewals = Renewals(every_seconds=seconds / 3)

    def take(self, name: bytes, deadline: Deadline) -> bytes | None:
        """The token with which ``name`` was taken, or None if somebody else has it.

        A server that cannot be used gives it unseen: renewals tell of it when it is back, if nobody else has it then.

        :raises RedisUnusable: there was no saying in time who has it.
        """
        token = uuid.uuid4().bytes
        try:
            if not self._ask(_TAKE, name, token, deadline):
                return None
        except RedisUnusable as error:
            if error.late:
                raise
        self._renewals.keep(name, token, self._renew, self._withdraw)
        return token

    def give_back(self, name: bytes, token: bytes) -> None:
        """Ends a lease; that it has ended already is said in the log.

        :raises RedisUnusable: it will end by itself.
        """
        self._renewals.forget(name, token)
        if not self._commands.ask((b"EVAL", _GIVE_BACK, b"1", name, token), NO_DEADLINE):
            _log.warning("the lease of %r had ended before its work was done; others may have done it too", name)

    def is_ours(self, name: bytes, token: bytes) -> bool:
        """Whether the lease has not become another's meanwhile; it is renewed by asking.

        :raises RedisUnusable: there is no saying whether.
        """
        return self._ask(_TAKE, name, token, NO_DEADLINE)

    def is_taken(self, name: bytes) -> bool:
        """Whether anybody has ``name``.

        :raises RedisUnusable: there is no saying whether.
        """
        return bool(self._commands.ask((b"EXISTS", name), NO_DEADLINE))

    def _renew(self, name: bytes, token: bytes) -> None:
        try:
            if not self._ask(_TAKE, name, token, NO_DEADLINE):
                self._renewals.forget(name, token)
        except RedisUnusable as error:
            _log.info("the lease of %r could not be renewed: %s", name, error)

    def _withdraw(self, name: bytes, token: bytes) -> None:
        with suppress(RedisUnusable):  # It ends by itself.
            self._commands.ask((b"EVAL", _GIVE_BACK, b"1", name, token), NO_DEADLINE)

    def _ask(self, script: bytes, name: bytes, token: bytes, deadline: Deadline) -> bool:
        return bool(self._commands.ask((b"EVAL", script, b"1", name, token, self._milliseconds), deadline))
