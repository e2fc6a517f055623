"""Failures remembered by all processes of a host, as small notes in a directory."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import json
import logging
import os
import secrets

from tilekeep.adapters.locks.lock_file import make_lock_directories
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import RememberedFailure

_log = logging.getLogger("tilekeep.source.failures")

_SUFFIX = ".failure"
_TEMPORARY_MARK = ".tmp-"
_NOTES_BETWEEN_SWEEPS = 50
_LONGEST_NOTE_BYTES = 65_536
#: An unfinished note older than this belongs to a process that died.
_UNFINISHED_SECONDS = 60.0


class FileFailureMemory:
    """Implements :class:`tilekeep.ports.failure_memory.FailureMemory` for the processes of one host.

    The name of a note is a hash of its scope, which may hold credentials.  Looking for a note that is not there
    costs one failed open.  The modification time of a note is the end of its time, by which old notes are swept.
    """

    def __init__(
        self,
        directory: str,
        clock: Clock,
        *,
        directory_permissions: int | None = None,
        file_permissions: int | None = None,
    ) -> None:
        """Binds the memory to a directory, made with the first note; the permissions are for what is new in it."""
        self._directory = directory
        self._clock = clock
        self._directory_permissions = directory_permissions
        self._file_permissions = file_permissions
        self._notes = itertools.count()

    def recall(self, scope: str) -> RememberedFailure | None:
        """See :class:`~tilekeep.ports.failure_memory.FailureMemory`."""
        path = self._path(scope)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("cannot read failure note %r: %s", path, error.strerror)
            return None
        try:
            failure = _parsed(os.read(descriptor, _LONGEST_NOTE_BYTES))
        except (OSError, ValueError) as error:
            _log.warning("failure note %r is unreadable and ignored: %s", path, error)
            return None
        finally:
            os.close(descriptor)
        return failure if self._clock.now() < failure.until else None

    def remember(self, scope: str, failure: RememberedFailure) -> None:
        """See :class:`~tilekeep.ports.failure_memory.FailureMemory`."""
        path = self._path(scope)
        try:
            self._write(path, failure)
        except (OSError, ValueError, OverflowError) as error:
            _log.warning("cannot write failure note %r: %s", path, error)
        if next(self._notes) % _NOTES_BETWEEN_SWEEPS == 0:
            self._sweep()

    def _path(self, scope: str) -> str:
        name = hashlib.sha256(scope.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        return f"{self._directory}/{name}{_SUFFIX}"

    def _write(self, path: str, failure: RememberedFailure) -> None:
        note = json.dumps({"client_message": failure.client_message, "until": failure.until}).encode()
        temporary = f"{path}{_TEMPORARY_MARK}{secrets.token_hex(8)}"
        try:
            descriptor = self._create(temporary)
            try:
                if os.write(descriptor, note) < len(note):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), temporary)
                os.utime(descriptor, (failure.until, failure.until))
            finally:
                os.close(descriptor)
            os.rename(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def _create(self, path: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags, 0o664)
        except FileNotFoundError:
            make_lock_directories(self._directory, self._directory_permissions)
            descriptor = os.open(path, flags, 0o664)
        if self._file_permissions is not None:
            os.fchmod(descriptor, self._file_permissions)
        return descriptor

    def _sweep(self) -> None:
        """Removes notes whose time is over, and what writers that died have left."""
        now = self._clock.now()
        with contextlib.suppress(OSError), os.scandir(self._directory) as entries:
            for entry in entries:
                name, unfinished, _ = entry.name.partition(_TEMPORARY_MARK)
                if name.endswith(_SUFFIX):
                    with contextlib.suppress(OSError):
                        _remove_if_over(entry, now, bool(unfinished))


def _remove_if_over(entry: os.DirEntry[str], now: float, unfinished: bool) -> None:
    status = entry.stat(follow_symlinks=False)
    over = status.st_ctime + _UNFINISHED_SECONDS if unfinished else status.st_mtime
    if over < now:
        os.unlink(entry.path)


def _parsed(note: bytes) -> RememberedFailure:
    facts = json.loads(note)
    try:
        return RememberedFailure(str(facts["client_message"]), float(facts["until"]))
    except (KeyError, TypeError) as error:
        raise ValueError("it lacks client_message or until") from error
