"""Looks at the paths that a configuration names, without touching what is there."""

from __future__ import annotations

import os
import shutil


class PathsOnDisk:
    """What this process finds and may do on disk."""

    def unreadable_file(self, path: str) -> str | None:
        """Why the file cannot be read, or None; directories of certificates pass."""
        if not os.path.exists(path):
            return "No such file or directory"
        return None if os.access(path, os.R_OK) else "Permission denied"

    def unusable_program(self, path: str) -> str | None:
        """Why the program cannot be run, or None; one without a slash is looked up in the ``PATH``."""
        if shutil.which(path):
            return None
        if "/" not in path:
            return "no directory of the PATH has it"
        if not os.path.isfile(path):
            return "No such file or directory"
        return "Permission denied"

    def is_directory(self, path: str) -> bool:
        """Whether a directory can be found there."""
        return os.path.isdir(path)

    def exists(self, path: str) -> bool:
        """Whether anything is there."""
        return os.path.exists(path)

    def unusable_directory(self, path: str) -> str | None:
        """Why nothing could be stored below ``path``: decided by the nearest of its ancestors that exists."""
        nearest = os.path.abspath(path)
        while not os.path.exists(nearest):
            nearest = os.path.dirname(nearest)
        if not os.path.isdir(nearest):
            return f"{nearest!r} is no directory"
        return None if os.access(nearest, os.W_OK | os.X_OK) else f"this process may not write to {nearest!r}"
