"""The gate to upstream servers for all hosts that meet in a Redis."""

from __future__ import annotations

from tilekeep.adapters.locks.load_gate import CONNECTIONS, LoadGate
from tilekeep.adapters.locks.lock_file import LockedFile
from tilekeep.adapters.locks.queued_states import QueuedStates
from tilekeep.adapters.locks.redis_slots import LEASE_SECONDS, RedisSlot, RedisSlots
from tilekeep.adapters.locks.redis_upstream_states import RedisUpstreamStates
from tilekeep.adapters.locks.slot_files import SlotFiles
from tilekeep.adapters.locks.upstream_state_files import UpstreamStateFiles
from tilekeep.adapters.redis.common import CommonRedis
from tilekeep.ports.clock import Clock


def redis_gate(
    directory: str,
    clock: Clock,
    redis: CommonRedis,
    *,
    prefix: str,
    connections: int = CONNECTIONS,
    lease_seconds: float = LEASE_SECONDS,
    directory_permissions: int | None = None,
    file_permissions: int | None = None,
) -> LoadGate[RedisSlot[LockedFile]]:
    """The gate in ``redis``; while that cannot be used, in the files of ``lock_dir`` as for one host.

    Args:
        directory: ``lock_dir`` of the host, made on first use.
        clock: measures how long requests wait.
        redis: where the hosts meet; nothing is connected here.
        prefix: with which the keys begin.
        connections: requests of this process to one server at a time.
        lease_seconds: how long a slot lasts that is not renewed.
        directory_permissions: mode of new directories; None leaves it to the umask.
        file_permissions: mode of new files; None leaves it to the umask.
    """
    states = UpstreamStateFiles(
        directory, clock, directory_permissions=directory_permissions, file_permissions=file_permissions
    )
    slots = SlotFiles(directory, directory_permissions=directory_permissions, file_permissions=file_permissions)
    return LoadGate(
        QueuedStates(RedisUpstreamStates(states, redis, prefix=prefix)),
        RedisSlots(slots, redis, prefix=prefix, lease_seconds=lease_seconds),
        clock,
        connections=connections,
    )
