"""Where locks lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockDirectory:
    """Where the locks and failure notes of caches lie, and how they are made.

    :ivar keeps_files: whether lock files stay when the lock is given back.
    :ivar of_all_hosts: whether they are held where hosts meet as well, if hosts do; names have to be those of one thing
        on all of them.
    """

    path: str
    directory_permissions: int | None
    file_permissions: int | None
    timeout_seconds: float
    keeps_files: bool = False
    of_all_hosts: bool = False
