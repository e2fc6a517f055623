"""The time of tiles of which nobody has kept any."""

from __future__ import annotations

#: Older than any age limit, but not marked stale.
UNKNOWN_TIME = 1.0
