"""Giving a file another name, as atomically as a tile is written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from tilekeep.adapters.atomic_files import FileModes, discard, put_in_place

#: What file systems answer that have no links, here or at all.
NO_LINKS_HERE = frozenset({errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EOPNOTSUPP})


def put_link(
    path: str, file: str, modes: FileModes, check: Callable[[os.stat_result], None] = lambda _: None
) -> os.stat_result:
    """Puts a hard link to ``file`` at ``path``, after ``check`` has not raised anything about what is linked.

    :raises OSError: the file system has no such links, or no more for this file; the disk or a permission.
    """
    left_over = ""

    def make(temporary: str) -> os.stat_result:
        nonlocal left_over
        os.link(file, temporary)
        left_over = temporary
        status = os.lstat(temporary)
        check(status)
        return status

    linked = put_in_place(path, make, modes)
    # Renaming a link over another link to the same file does nothing at all (POSIX, rename()).
    discard(left_over)
    return linked
