"""The Redis in which coordinators and workers of seeding meet, and the names of what they keep there."""

from __future__ import annotations

from dataclasses import dataclass, field

from tilekeep.adapters.redis.server import RedisServer

#: Of all keys of seeding.
_PREFIX = "tilekeep:seed:"

#: The name by which Celery knows the queue of chunks; its key begins with the prefix of the configuration.
QUEUE = "chunks"


@dataclass(frozen=True, slots=True)
class Broker:
    """A Redis, as those see it who have one configuration: others have queues of their own beside them.

    :ivar url: of the server, as Celery takes it, with its credentials.
    :ivar server: the same for our own connections.
    :ivar digest: of the configuration.
    """

    url: str = field(repr=False)
    server: RedisServer
    digest: str

    @property
    def prefix(self) -> str:
        """With which the keys begin that concern this configuration."""
        return f"{_PREFIX}{self.digest}:"

    @property
    def queue_key(self) -> bytes:
        """The list of chunks that nobody has taken."""
        return f"{self.prefix}{QUEUE}".encode()

    @property
    def workers_key(self) -> bytes:
        """The hash of all workers, whatever their configuration."""
        return f"{_PREFIX}workers".encode()

    def run_key(self, run: str) -> bytes:
        """The hash of what a run has handed out."""
        return f"{self.prefix}run:{run}".encode()
