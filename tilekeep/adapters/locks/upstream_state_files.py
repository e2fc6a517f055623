"""The states of upstream servers as small files, shared by the processes of a host."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import socket
from collections.abc import Iterator
from typing import Any, TypeVar

from tilekeep.adapters.atomic_files import FileModes
from tilekeep.adapters.locks.lock_file import open_lock_file
from tilekeep.adapters.locks.upstream_facts import facts_of, state_of
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.upstream_load import UNTROUBLED, UpstreamState
from tilekeep.ports.clock import Clock
from tilekeep.ports.upstream_states import Change

T = TypeVar("T")

_log = logging.getLogger("tilekeep.source.gate")

_LONGEST_BYTES = 1 << 20

#: Linux draws it anew whenever the machine is started (``random(4)``).
_BOOT_ID = "/proc/sys/kernel/random/boot_id"


class UpstreamStateFiles:
    """Implements :class:`tilekeep.ports.upstream_states.UpstreamStates` for the processes of one host.

    Instants are those of the monotonic clock, which all processes of a host read alike.  A state that was written by
    another clock, before the machine was started anew or by a host that shares the directory, is untroubled.
    """

    def __init__(
        self,
        directory: str,
        clock: Clock,
        *,
        directory_permissions: int | None = None,
        file_permissions: int | None = None,
    ) -> None:
        """Binds the states to ``lock_dir``, made on first use; the permissions are for new directories and files."""
        self._directory = directory
        self._clock = clock
        self._clock_name = _name_of_the_clock()
        self._modes = FileModes(directory_permissions, file_permissions)
        self._warned = False

    def peek(self, name: str) -> tuple[UpstreamState, float]:
        """See :class:`~tilekeep.ports.upstream_states.UpstreamStates`; costs one failed open where there is none."""
        now = self._clock.monotonic()
        try:
            descriptor = os.open(self._path(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with _closing(descriptor):
                return self._read(descriptor), now
        except OSError:
            return UNTROUBLED, now

    def change(self, name: str, change: Change[T]) -> T:
        """See :class:`~tilekeep.ports.upstream_states.UpstreamStates`."""
        path = self._path(name)
        try:
            with self._locked(path) as descriptor:
                before = self._read(descriptor)
                after, result = change(before, self._clock.monotonic())
                if after != before:
                    self._write(path, descriptor, after)
                return result
        except OSError as error:
            raise SourceBusy(
                f"state of an upstream server in {path!r} cannot be used: {error.strerror}; "
                "check owner and permissions of globals.cache.lock_dir"
            ) from error

    def _path(self, name: str) -> str:
        # The name may hold credentials.
        stem = hashlib.md5(name.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
        return f"{self._directory}/{stem}.load"

    @contextlib.contextmanager
    def _locked(self, path: str) -> Iterator[int]:
        """The file, open and locked; it is held only for as long as it takes to read and write it."""
        descriptor = open_lock_file(path, self._modes.directory, self._modes.file)
        with _closing(descriptor):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor

    def _read(self, descriptor: int) -> UpstreamState:
        body = os.pread(descriptor, _LONGEST_BYTES, 0)
        if not body:
            return UNTROUBLED
        try:
            facts = json.loads(body)
            return state_of(facts) if self._is_of_this_clock(facts) else UNTROUBLED
        except ValueError:
            # Whoever wrote it died while doing so.
            return UNTROUBLED

    def _is_of_this_clock(self, facts: Any) -> bool:
        """Machines that do not name their starts are told by a clock that runs behind what was written."""
        try:
            return bool(facts["clock"] == self._clock_name and facts["written_at"] <= self._clock.monotonic())
        except (TypeError, KeyError) as error:
            raise ValueError(f"not written by a known clock: {error!r}") from error

    def _write(self, path: str, descriptor: int, state: UpstreamState) -> None:
        """What cannot be written, as the file is another user's, limits nothing; slots still do."""
        facts = {**facts_of(state), "clock": self._clock_name, "written_at": self._clock.monotonic()}
        body = json.dumps(facts).encode()
        try:
            # Whoever looks without the lock must not find the end of a longer state behind this one.
            read_by_others = min(os.fstat(descriptor).st_size, _LONGEST_BYTES)
            os.pwrite(descriptor, body.ljust(read_by_others), 0)
        except OSError as error:
            if not self._warned:
                _log.warning("cannot write %r, so that rates and failures are not shared: %s", path, error.strerror)
            self._warned = True


def _name_of_the_clock() -> str:
    """Tells the monotonic clock of this machine, since its last start, from all others."""
    try:
        with open(_BOOT_ID, encoding="ascii") as file:
            return f"{socket.gethostname()} {file.read().strip()}"
    except OSError:
        return socket.gethostname()


@contextlib.contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)
