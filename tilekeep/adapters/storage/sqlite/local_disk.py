"""Whether a directory lies on a disk of this machine, where processes can share memory over a file."""

from __future__ import annotations

import os
import re

_MOUNTS = "/proc/self/mountinfo"

#: File systems that only one machine has mounted; of all others nobody knows.
_LOCAL = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "reiserfs", "tmpfs", "xfs", "zfs"}
)

#: The fifth field, the place, and the one behind the dash, the type.
_MOUNT = re.compile(r"(?:\S+ ){4}(\S+) .*? - (\S+)")


def is_on_local_disk(directory: str) -> bool:
    """Whether the file system of ``directory``, which exists, is known to be local; False where that is not known."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as mounts:
            return _kind(os.path.realpath(directory), mounts.read()) in _LOCAL
    except OSError:
        return False


def _kind(path: str, mounts: str) -> str:
    """The file system type of ``path`` by the table of mounts (proc(5), mountinfo); of two at one place the later."""
    longest, kind = -1, ""
    for line in mounts.splitlines():
        mount = _MOUNT.match(line)
        if mount is None:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda escape: chr(int(escape[1], 8)), mount[1])
        inside = point in ("/", path) or path.startswith(f"{point}/")
        if inside and len(point) >= longest:
            longest, kind = len(point), mount[2]
    return kind
