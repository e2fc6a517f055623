"""Parts that caches and sources share: one client per set of HTTP options, one lock per directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tilekeep.adapters.http.client_options import ClientOptions
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.lock_directory import LockDirectory
from tilekeep.config.assemble.measured import Measured
from tilekeep.config.assemble.traced import Traced
from tilekeep.config.process_resources import ProcessResources, Resettable
from tilekeep.ports.failure_memory import FailureMemory
from tilekeep.ports.http_client import HttpClient
from tilekeep.ports.tile_lock import TileLock

Part = TypeVar("Part")


class SharedParts:
    """Makes each part once, and has those that can be reset so in forked children.

    Args:
        resources: resets what must not cross a fork.
        make_http_client: makes a client from its options.
        make_lock: makes the locks of a directory.
        make_failures: makes the failure memory of a directory.
        measured: has the waits for locks measured.
        traced: has requests to servers told as spans.
        keep: other parts that must not cross a fork.
    """

    def __init__(
        self,
        resources: ProcessResources,
        make_http_client: Callable[..., HttpClient],
        make_lock: Callable[..., TileLock],
        make_failures: Callable[..., FailureMemory],
        measured: Measured,
        traced: Traced,
        keep: Sequence[Resettable],
    ) -> None:
        self._resources = resources
        self._make_http_client = make_http_client
        self._make_lock = make_lock
        self._make_failures = make_failures
        self._measured = measured
        self._traced = traced
        self.http_client: OncePerKey[ClientOptions, HttpClient] = OncePerKey(self._http_client)
        self.locks: OncePerKey[LockDirectory, TileLock] = OncePerKey(self._lock)
        self.failures: OncePerKey[LockDirectory, FailureMemory] = OncePerKey(self._failures)
        for part in keep:
            resources.keep(part)

    def _http_client(self, options: ClientOptions) -> HttpClient:
        return self._traced.http_client(self._kept(self._make_http_client(options)))

    def _lock(self, where: LockDirectory) -> TileLock:
        lock = self._kept(
            self._make_lock(
                where.path,
                timeout_seconds=where.timeout_seconds,
                directory_permissions=where.directory_permissions,
                file_permissions=where.file_permissions,
                keeps_files=where.keeps_files,
                of_all_hosts=where.of_all_hosts,
            )
        )
        return self._measured.lock(lock)

    def new_lock(self, where: LockDirectory) -> TileLock:
        """Locks of a directory that are let go with whoever asks for them, for there may be many such directories."""
        return self._lock(where)

    def _failures(self, where: LockDirectory) -> FailureMemory:
        return self._kept(
            self._make_failures(
                where.path,
                directory_permissions=where.directory_permissions,
                file_permissions=where.file_permissions,
            )
        )

    def _kept(self, part: Part) -> Part:
        if isinstance(part, Resettable):
            self._resources.keep(part)
        return part
