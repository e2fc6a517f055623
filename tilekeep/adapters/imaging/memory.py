"""Memory for pixels that the process keeps between two pictures."""

from __future__ import annotations

import numpy as np

#: Bytes: more than the largest array of a usual meta tile, 4 by 4 tiles with a buffer.  From 32 MiB on glibc does not
#: learn from a block any more.
_LARGEST_ARRAY = 1 << 24


def keep_freed_arrays() -> None:
    """Lets glibc use the memory of arrays again that are as large as those of usual maps and meta tiles.

    What is larger than the largest block that was ever freed it gives back to the system at once, and more than twice
    as much at the end of the heap too, and gets it anew page by page: two thousand page faults for a meta tile, which
    take a fifth of its time.  So one such block is allocated and freed, never touched (mallopt(3), M_MMAP_THRESHOLD).
    Other C libraries do not mind.
    """
    np.empty(_LARGEST_ARRAY, np.uint8)
