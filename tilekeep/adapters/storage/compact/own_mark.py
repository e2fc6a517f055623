"""How old the tiles are that other programs have stored in a bundle, which cannot say so themselves.

They are as old as the last change of the file, unless Tilekeep has changed it since: then an extended attribute
notes what their time was before, and which change was Tilekeep's own.  Where a file system has no such attributes
they look younger than they are.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys

ATTRIBUTE = "user.tilekeep.bundle"
_NOTE = struct.Struct("<dd")


def time_of_others(descriptor: int, status: os.stat_result | None = None) -> float:
    """The latest time, in POSIX seconds, at which another program may have stored tiles in an open bundle.

    ``status`` is that of the bundle, for those who have it.

    :raises OSError: as the system does.
    """
    changed = (os.fstat(descriptor) if status is None else status).st_mtime
    if sys.platform == "linux":
        with contextlib.suppress(OSError, struct.error):
            before, own_change = _NOTE.unpack(os.getxattr(descriptor, ATTRIBUTE))
            if own_change == changed:
                return float(before)
    return changed


def note_own_change(descriptor: int, time_before: float) -> None:
    """Says that the last change of an open bundle was Tilekeep's; ``time_before`` is what others' time was before."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setxattr(descriptor, ATTRIBUTE, _NOTE.pack(time_before, os.fstat(descriptor).st_mtime))
