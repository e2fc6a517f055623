"""Locks, failure notes and the gate to upstream servers: of each host alone, or of all hosts that meet in a Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from tilekeep.adapters.locks.file_failure_memory import FileFailureMemory
from tilekeep.adapters.locks.file_gate import file_gate
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.config.assemble.upstreams import POOL_SIZE
from tilekeep.config.mapproxy.meaning_globals import MeetingPlace
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import FailureMemory
from tilekeep.ports.tile_lock import TileLock
from tilekeep.ports.upstream_gate import UpstreamGate

if TYPE_CHECKING:
    from tilekeep.adapters.redis.clients import RedisClients
    from tilekeep.adapters.redis.common import CommonRedis


class FilePermissions(TypedDict):
    """Of new directories and files; None leaves them to the umask."""

    directory_permissions: int | None
    file_permissions: int | None


class Meeting(NamedTuple):
    """The Redis where the hosts meet, one for all parts of a process, and with what their keys begin."""

    redis: CommonRedis
    prefix: str


def meeting_at(place: MeetingPlace | None, clients: Callable[[], RedisClients], clock: Clock) -> Meeting | None:
    """Where the hosts meet, if they do."""
    if place is None:
        return None
    from tilekeep.adapters.redis.common import CommonRedis

    return Meeting(CommonRedis(clients(), place.server, clock), place.prefix)


def locks_in(
    directory: str,
    clock: Clock,
    meeting: Meeting | None,
    *,
    timeout_seconds: float,
    keeps_files: bool,
    of_all_hosts: bool,
    **permissions: Unpack[FilePermissions],
) -> TileLock:
    """The locks of a directory; those ``of_all_hosts`` are held where the hosts meet as well, if they do."""
    of_host = FileTileLock(directory, clock, timeout_seconds=timeout_seconds, keeps_files=keeps_files, **permissions)
    if meeting is None or not of_all_hosts:
        return of_host
    from tilekeep.adapters.locks.redis_lock import RedisTileLock

    return RedisTileLock(of_host, meeting.redis, clock, prefix=meeting.prefix, timeout_seconds=timeout_seconds)


def failures_in(
    directory: str,
    clock: Clock,
    meeting: Meeting | None,
    *,
    longest_seconds: float,
    **permissions: Unpack[FilePermissions],
) -> FailureMemory:
    """The failures remembered in a directory, or where the hosts meet."""
    of_host = FileFailureMemory(directory, clock, longest_seconds=longest_seconds, **permissions)
    if meeting is None:
        return of_host
    from tilekeep.adapters.locks.redis_failure_memory import RedisFailureMemory

    return RedisFailureMemory(of_host, meeting.redis, clock, prefix=meeting.prefix, longest_seconds=longest_seconds)


def gate_in(
    directory: str,
    clock: Clock,
    meeting: Meeting | None,
    **permissions: Unpack[FilePermissions],
) -> UpstreamGate:
    """The gate that the processes of a host share in a directory, or all hosts where they meet."""
    if meeting is None:
        return file_gate(directory, clock, connections=POOL_SIZE, **permissions)
    from tilekeep.adapters.locks.redis_gate import redis_gate

    return redis_gate(directory, clock, meeting.redis, prefix=meeting.prefix, connections=POOL_SIZE, **permissions)
