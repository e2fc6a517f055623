"""Where locks lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockDirectory:
    """Where the locks and failure notes of caches lie, and how they are made.

    :ivar keeps_files: whether lock files stay when the lock is given back.
    """

    path: str
    directory_permissions: int | None
    file_permissions: int | None
    timeout_seconds: float
    keeps_files: bool = False
