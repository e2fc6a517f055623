"""The board of a run in Redis: what has been handed out, who has begun it, and what came of it.

Each chunk that is handed out is a field of one hash.  Whoever is told of a chunk by the queue does it only if its field
is there: so a chunk that is handed out again, a run that was stopped and a coordinator that died leave messages behind
that nobody obeys.  The hash ends by itself when nobody renews it.
"""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from tilekeep.adapters.redis.commands import RedisCommands, RedisUnusable
from tilekeep.adapters.redis.renewals import Renewals
from tilekeep.adapters.seeding.remote.broker import Broker
from tilekeep.domain.deadline import NO_DEADLINE

#: A board that was not renewed for so long is that of a coordinator who died.
_LIFE_SECONDS = 60.0

#: Chunks that nobody fetches are forgotten after this time, as when all workers have another configuration by now.
_QUEUE_SECONDS = 3600

#: The field that says that everybody should stop; tokens are longer.
_STOP = b"stop"

_HANDED_OUT = b"h"

#: The answer goes before: a chunk that was done and is delivered once more is not begun.
_BEGIN = (
    b"local mark = redis.call('HGET', KEYS[1], ARGV[1]) "
    b"if not mark or mark:sub(1, 1) == 'a' or redis.call('HEXISTS', KEYS[1], 'stop') == 1 then return 0 end "
    b"local times = tonumber(mark:match('^b (%d+) ') or '0') + 1 "
    b"local now = redis.call('TIME')[1] "
    b"redis.call('HSET', KEYS[1], ARGV[1], 'b ' .. times .. ' ' .. now .. ' ' .. ARGV[2]) return 1"
)
_ANSWER = (
    b"if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end "
    b"redis.call('HSET', KEYS[1], ARGV[1], 'a ' .. ARGV[2] .. ' ' .. ARGV[3]) return 1"
)
_WANTED = (
    b"if redis.call('HEXISTS', KEYS[1], 'stop') == 1 then return 0 end return redis.call('HEXISTS', KEYS[1], ARGV[1])"
)
_LOOK = (
    b"redis.call('EXPIRE', KEYS[1], ARGV[2]) redis.call('EXPIRE', KEYS[3], ARGV[1]) "
    b"return {redis.call('TIME')[1], redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2]), "
    b"redis.call('LLEN', KEYS[3])}"
)
_PRESENT = b"redis.call('HSET', KEYS[1], ARGV[1], redis.call('TIME')[1] .. ' ' .. ARGV[2])"


class Begun(NamedTuple):
    """A chunk is under way: since when, by whom, and the how manieth time."""

    at: float
    worker: str
    times: int


class Answered(NamedTuple):
    """A chunk is no longer under way; what is said of it is for whoever knows the messages."""

    worker: str
    text: str


class Card(NamedTuple):
    """What a worker says of itself.

    :ivar at_a_time: chunks that it does side by side.
    :ivar leaves: whether it finishes what it has and takes nothing new.
    :ivar seen_at: when it said so last, by the clock of the server.
    """

    digest: str
    at_a_time: int
    leaves: bool
    seen_at: float

    def text(self) -> str:
        """As it stands on the board, without the time."""
        return f"{self.digest} {self.at_a_time} {'leaves' if self.leaves else 'works'}"

    @classmethod
    def read(cls, text: str) -> Card:
        """With the time in front of it."""
        seen_at, digest, at_a_time, state = text.split(" ")
        return cls(digest, int(at_a_time), state == "leaves", float(seen_at))


class Look(NamedTuple):
    """The board at one moment.

    :ivar now: POSIX seconds of the server.
    :ivar marks: the chunks that have been handed out, by their tokens; None is one that nobody has begun.
    :ivar workers: all that have said anything lately, by name, whatever their configuration.
    :ivar queued: chunks that nobody has fetched, those of other runs among them.
    """

    now: float
    marks: dict[str, Begun | Answered | None]
    workers: dict[str, Card]
    queued: int


class RunBoard:
    """The board of one run.

    :raises RedisUnusable: by all methods but :meth:`open`.
    """

    def __init__(self, commands: RedisCommands, broker: Broker, run: str) -> None:
        """Binds it to a server; asks nothing."""
        self._commands = commands
        self._broker = broker
        self._key = broker.run_key(run)
        self._renewals = Renewals(every_seconds=_LIFE_SECONDS / 6)

    def open(self) -> None:
        """Keeps the board alive from now on, also while its coordinator waits for something."""
        self._renewals.keep(self._key, b"", self._renew)

    def close(self) -> None:
        """Nobody does anything for the run any more."""
        self._renewals.forget(self._key, b"")
        self._commands.ask((b"DEL", self._key), NO_DEADLINE)

    def hand_out(self, token: str) -> None:
        """To be called before the chunk is put into the queue."""
        life = b"%d" % _LIFE_SECONDS
        self._commands.ask_all(
            [(b"HSET", self._key, token.encode(), _HANDED_OUT), (b"EXPIRE", self._key, life)], NO_DEADLINE
        )

    def take_back(self, tokens: list[str]) -> None:
        """The chunks are settled, or handed out by other tokens."""
        if tokens:
            self._commands.ask((b"HDEL", self._key, *(token.encode() for token in tokens)), NO_DEADLINE)

    def stop(self) -> None:
        """Asks those who are at work to stop, and nobody begins anything."""
        self._commands.ask((b"HSET", self._key, _STOP, b""), NO_DEADLINE)

    def look(self) -> Look:
        """How everything stands."""
        keys = (self._key, self._broker.workers_key, self._broker.queue_key)
        lives = (b"%d" % _QUEUE_SECONDS, b"%d" % _LIFE_SECONDS)
        reply = self._commands.ask((b"EVAL", _LOOK, b"3", *keys, *lives), NO_DEADLINE)
        now, marks, workers, queued = reply
        return Look(
            now=float(now),
            marks={name: _mark(text) for name, text in _pairs(marks) if name != _STOP.decode()},
            workers={name: Card.read(text) for name, text in _pairs(workers)},
            queued=int(queued),
        )

    def begin(self, token: str, worker: str) -> bool:
        """Notes that a worker begins a chunk; False if nobody wants it any more."""
        return bool(self._ask(_BEGIN, token, worker))

    def is_wanted(self, token: str) -> bool:
        """Whether a chunk that was begun is still to be done."""
        return bool(self._ask(_WANTED, token))

    def answer(self, token: str, worker: str, text: str) -> None:
        """Notes what came of a chunk, if anybody still wants to know."""
        self._ask(_ANSWER, token, worker, text)

    def _ask(self, script: bytes, *arguments: str) -> object:
        encoded = (argument.encode() for argument in arguments)
        return self._commands.ask((b"EVAL", script, b"1", self._key, *encoded), NO_DEADLINE)

    def _renew(self, name: bytes, _token: bytes) -> None:
        # Whoever looks at the board meanwhile hears of it.
        with contextlib.suppress(RedisUnusable):
            self._commands.ask((b"EXPIRE", name, b"%d" % _LIFE_SECONDS), NO_DEADLINE)


class WorkersBoard:
    """Where workers say that they are there.

    :raises RedisUnusable: by all methods.
    """

    def __init__(self, commands: RedisCommands, broker: Broker) -> None:
        """Binds it to a server; asks nothing."""
        self._commands = commands
        self._key = broker.workers_key

    def put(self, name: str, card: Card) -> None:
        """Says that a worker is there."""
        arguments = (b"1", self._key, name.encode(), card.text().encode())
        self._commands.ask((b"EVAL", _PRESENT, *arguments), NO_DEADLINE)

    def remove(self, names: list[str]) -> None:
        """They are no longer there."""
        if names:
            self._commands.ask((b"HDEL", self._key, *(name.encode() for name in names)), NO_DEADLINE)


def _pairs(flat: list[bytes]) -> list[tuple[str, str]]:
    """What HGETALL gives, in pairs."""
    texts = [part.decode() for part in flat]
    return list(zip(texts[::2], texts[1::2], strict=True))


def _mark(text: str) -> Begun | Answered | None:
    if text.startswith("b "):
        _, times, at, worker = text.split(" ", 3)
        return Begun(float(at), worker, int(times))
    if text.startswith("a "):
        _, worker, answer = text.split(" ", 2)
        return Answered(worker, answer)
    return None
