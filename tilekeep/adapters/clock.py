"""The clocks of the machine."""

from __future__ import annotations

import time


class SystemClock:
    """``time.time`` and ``time.monotonic`` behind the clock port; no rounding."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
