"""``concurrent_requests`` as slot files, counted over all processes of a host (spec/sources.md, 10)."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tilekeep.adapters.locks.lock_file import LockedFile, try_lock_file
from tilekeep.adapters.locks.turns import Turns
from tilekeep.domain.deadline import Deadline, Purpose
from tilekeep.domain.errors import SourceBusy
from tilekeep.domain.map_query import Upstream
from tilekeep.ports.clock import Clock

_POLL_SECONDS = 0.01


class SlotPermit:
    """One slot.  How requests went changes nothing: slots limit their number, whatever the answers are."""

    def report(self, status: int | None, retry_after: float | None = None) -> None:
        """See :class:`~tilekeep.ports.upstream_gate.Permit`."""


class SlotFileGate:
    """Admits at most ``concurrent_requests`` requests at a time to each upstream server, whatever their purpose.

    Implements :class:`tilekeep.ports.upstream_gate.UpstreamGate`.  Each slot is a file that is locked while a request
    runs, so a process that dies gives its slots back.  Files stay.  Threads without a chance queue in memory.
    """

    def __init__(
        self,
        directory: str,
        clock: Clock,
        *,
        directory_permissions: int | None = None,
        file_permissions: int | None = None,
    ) -> None:
        """Binds the gate to ``lock_dir``, made on first use; the permissions are for new directories and files."""
        self._directory = directory
        self._clock = clock
        self._directory_permissions = directory_permissions
        self._file_permissions = file_permissions
        self._state = _State()

    @contextmanager
    def admit(self, upstream: Upstream, purpose: Purpose, deadline: Deadline) -> Iterator[SlotPermit]:
        """See :class:`~tilekeep.ports.upstream_gate.UpstreamGate`.  Without a limit no file is touched.

        :raises SourceBusy: also at once, and with the reason, when the slot files cannot be used at all.
        """
        if upstream.concurrent_requests <= 0:
            yield SlotPermit()
            return
        with self._turn(upstream, deadline), self._slot(upstream, deadline):
            yield SlotPermit()

    def reset_after_fork(self) -> None:
        """To be called in a forked child: slots of the parent stay the parent's, and none is taken here."""
        inherited, self._state = self._state, _State()
        for locked in inherited.held:
            locked.close()

    @contextmanager
    def _turn(self, upstream: Upstream, deadline: Deadline) -> Iterator[None]:
        """One of as many places as there are slots, so that the other threads need not look at files."""
        state, places = self._state, upstream.concurrent_requests
        if not state.turns.take(upstream.name, places, deadline.remaining(self._clock.monotonic())):
            raise _busy(upstream)
        try:
            yield
        finally:
            if self._state is state:
                state.turns.give_back(upstream.name, places)

    @contextmanager
    def _slot(self, upstream: Upstream, deadline: Deadline) -> Iterator[None]:
        state, locked = self._state, self._locked(upstream, deadline)
        state.held.add(locked)
        try:
            yield
        finally:
            if self._state is state:
                state.held.discard(locked)
                locked.unlock()

    def _locked(self, upstream: Upstream, deadline: Deadline) -> LockedFile:
        while True:
            locked = self._try_all(upstream)
            if locked is not None:
                return locked
            if deadline.has_passed(self._clock.monotonic()):
                raise _busy(upstream)
            time.sleep(_POLL_SECONDS)

    def _try_all(self, upstream: Upstream) -> LockedFile | None:
        """Tries every slot once, from a random one on, so that processes do not queue at the same file."""
        count = upstream.concurrent_requests
        stem = hashlib.md5(upstream.name.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
        first = random.randrange(count)  # noqa: S311  # spreads load, hides nothing
        for number in range(first, first + count):
            path = f"{self._directory}/{stem}.lck{number % count}"
            try:
                locked = try_lock_file(path, self._directory_permissions, self._file_permissions)
            except OSError as error:
                raise SourceBusy(
                    f"slot file {path!r} of concurrent_requests cannot be used: {error.strerror}; "
                    "check owner and permissions of globals.cache.lock_dir"
                ) from error
            if locked is not None:
                return locked
        return None


class _State:
    """What belongs to one process and does not survive a fork."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.held: set[LockedFile] = set()


def _busy(upstream: Upstream) -> SourceBusy:
    count = upstream.concurrent_requests
    return SourceBusy(
        f"all {count} requests permitted at a time (concurrent_requests) were still running at the deadline"
    )
