"""Freshness by the modification time of a file (spec/caches.md, 8)."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

log = logging.getLogger("tilekeep.cache.tile")


@dataclass(frozen=True, slots=True)
class FileTimeLimit:
    """Tiles stored at or before the modification time of ``path`` are stale; asked at each check."""

    path: str

    def before(self, now: float) -> float | None:
        """The time of the file; None, that is no limit, while the file cannot be read."""
        try:
            return os.stat(self.path).st_mtime
        except OSError as error:
            log.warning("refresh_before.mtime: %s cannot be read, tiles count as fresh: %s", self.path, error.strerror)
            return None
