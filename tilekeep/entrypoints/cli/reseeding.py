"""``--reseed-file`` and ``--reseed-interval``: caches that are seeded again now and then (spec/seed.md, 8.2)."""

from __future__ import annotations

import os
import time


def nothing_to_reseed(reseed_file: str, interval_seconds: float | None, progress_file: str | None) -> bool:
    """Whether the last complete run is young enough; if not, and none was interrupted, a new cycle begins now."""
    if not os.path.exists(reseed_file):
        with open(reseed_file, "a", encoding="utf-8"):
            return False
    if progress_file is None or os.path.exists(progress_file):
        return False
    if interval_seconds is not None and os.path.getmtime(reseed_file) > time.time() - interval_seconds:
        return True
    os.utime(reseed_file)
    return False
