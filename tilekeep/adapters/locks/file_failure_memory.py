"""Failures remembered by all processes of a host, as small notes in a directory."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import logging
import os

from tilekeep.adapters.atomic_files import TEMPORARY_MARK, FileModes, new_file, put_in_place
from tilekeep.ports.clock import Clock
from tilekeep.ports.failure_memory import RememberedFailure

_log = logging.getLogger("tilekeep.source.failures")

_SUFFIX = ".failure"
_NOTES_BETWEEN_SWEEPS = 50
_LONGEST_NOTE_BYTES = 65_536
#: An unfinished note older than this belongs to a process that died.
_UNFINISHED_SECONDS = 60.0
#: Clocks are adjusted by less than this all the time.
_ADJUSTMENT_SECONDS = 1.0


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
        longest_seconds: float,
        directory_permissions: int | None = None,
        file_permissions: int | None = None,
    ) -> None:
        """Binds the memory to a directory, made with the first note.

        Args:
            directory: where the notes lie.
            clock: tells when their time is over.
            longest_seconds: how far in the future the end of a note can be; one that seems to last longer was
                written before the clock was set back, and counts no more.
            directory_permissions: mode of new directories; None leaves it to the umask.
            file_permissions: mode of new notes; None leaves it to the umask.
        """
        self._directory = directory
        self._clock = clock
        self._longest_seconds = longest_seconds
        self._modes = FileModes(directory_permissions, file_permissions)
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
        left = failure.until - self._clock.now()
        return failure if 0.0 < left <= self._longest_seconds + _ADJUSTMENT_SECONDS else None

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
        note = json.dumps(failure._asdict()).encode()
        put_in_place(path, new_file(note, failure.until, self._modes), self._modes)

    def _sweep(self) -> None:
        """Removes notes whose time is over, and what writers that died have left."""
        now = self._clock.now()
        with contextlib.suppress(OSError), os.scandir(self._directory) as entries:
            for entry in entries:
                name, unfinished, _ = entry.name.partition(TEMPORARY_MARK)
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
        return RememberedFailure(str(facts["client_message"]), float(facts["until"]), int(facts.get("status", 0)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("it lacks client_message or until") from error
