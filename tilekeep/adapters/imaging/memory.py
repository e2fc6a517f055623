"""Memory for pixels that the process keeps between two maps."""

from __future__ import annotations

import numpy as np

#: Bytes of the largest arrays of a map of 512 by 512 pixels, with some to spare.
_LARGEST_ARRAY = 1 << 22


def keep_freed_arrays() -> None:
    """Lets glibc use the memory of arrays again that are as large as those of usual maps.

    What is larger than the largest block that was ever freed it gives back to the system at once, and gets it anew
    page by page, which takes a fifth of the time of a map.  So one such block is allocated and freed, never touched
    (mallopt(3), M_MMAP_THRESHOLD).  Other C libraries do not mind.
    """
    np.empty(_LARGEST_ARRAY, np.uint8)
