"""The gate to upstream servers for the processes of one host, in files."""

from __future__ import annotations

from tilekeep.adapters.locks.load_gate import CONNECTIONS, LoadGate
from tilekeep.adapters.locks.lock_file import LockedFile
from tilekeep.adapters.locks.slot_files import SlotFiles
from tilekeep.adapters.locks.upstream_state_files import UpstreamStateFiles
from tilekeep.ports.clock import Clock


def file_gate(
    directory: str,
    clock: Clock,
    *,
    connections: int = CONNECTIONS,
    directory_permissions: int | None = None,
    file_permissions: int | None = None,
) -> LoadGate[LockedFile]:
    """The gate in ``lock_dir``, which is made on first use; the permissions are for new directories and files.

    A process makes as many requests to one server at a time as it has ``connections``.
    """
    states = UpstreamStateFiles(
        directory, clock, directory_permissions=directory_permissions, file_permissions=file_permissions
    )
    slots = SlotFiles(directory, directory_permissions=directory_permissions, file_permissions=file_permissions)
    return LoadGate(states, slots, clock, connections=connections)
