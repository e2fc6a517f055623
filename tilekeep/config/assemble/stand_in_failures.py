"""The memory of sources for whose failures images stand."""

from __future__ import annotations

from collections.abc import Callable

from tilekeep.application.recent_failures import RecentFailures
from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.mapproxy.meaning_globals import EffectiveGlobals
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import FailureMemory


def stand_in_failures(
    failures: Callable[[LockDirectory], FailureMemory], options: EffectiveGlobals, clock: Clock
) -> RecentFailures:
    """What all processes with the same directory of locks remember, and all hosts that meet."""
    where = LockDirectory(
        options.lock_dir, options.directory_permissions, options.file_permissions, timeout_seconds=0.0
    )
    return RecentFailures(failures(where), clock, options.failure_seconds)
