"""Parts that caches and sources share: one client per set of HTTP options, one lock per directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.locks.file_failure_memory import FileFailureMemory
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.caches import LockDirectory
from tilekeep.config.process_resources import ProcessResources, Resettable


class SharedParts:
    """Makes each part once and has it reset in forked children.

    Args:
        resources: resets what must not cross a fork.
        make_http_client: makes a client from its options.
        make_lock: makes the locks of a directory.
        make_failures: makes the failure memory of a directory.
        keep: other parts that must not cross a fork.
    """

    def __init__(
        self,
        resources: ProcessResources,
        make_http_client: Callable[..., RequestsHttpClient],
        make_lock: Callable[..., FileTileLock],
        make_failures: Callable[..., FileFailureMemory],
        keep: Sequence[Resettable],
    ) -> None:
        self._resources = resources
        self._make_http_client = make_http_client
        self._make_lock = make_lock
        self._make_failures = make_failures
        self.http_client: OncePerKey[HttpOptions, RequestsHttpClient] = OncePerKey(self._http_client)
        self.locks: OncePerKey[LockDirectory, FileTileLock] = OncePerKey(self._lock)
        self.failures: OncePerKey[LockDirectory, FileFailureMemory] = OncePerKey(self._failures)
        for part in keep:
            resources.keep(part)

    def _http_client(self, options: HttpOptions) -> RequestsHttpClient:
        client = self._make_http_client(options)
        self._resources.keep(client)
        return client

    def _lock(self, where: LockDirectory) -> FileTileLock:
        lock = self._make_lock(
            where.path,
            timeout_seconds=where.timeout_seconds,
            directory_permissions=where.directory_permissions,
            file_permissions=where.file_permissions,
        )
        self._resources.keep(lock)
        return lock

    def _failures(self, where: LockDirectory) -> FileFailureMemory:
        return self._make_failures(
            where.path,
            directory_permissions=where.directory_permissions,
            file_permissions=where.file_permissions,
        )
