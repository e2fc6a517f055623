"""Open raster files: GDAL allows one thread at a time to each handle, and no process to that of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tilekeep.adapters.file_pool import FilePool

#: Handles of one file and overview that wait for the next request.
_MOST_IDLE = 8


class Opened(NamedTuple):
    """A file, and the number of the overview that is read in its place, from 0; None for the raster itself."""

    path: str
    overview: int | None


class RasterFiles:
    """Opens files on first use, and anew when they change.  Safe to call from any thread."""

    def __init__(self) -> None:
        self._kept: FilePool[Opened, Any] = FilePool(_open, most_idle=_MOST_IDLE)

    @contextmanager
    def borrowed(self, wanted: Opened) -> Iterator[Any]:
        """A dataset of rasterio for the one who asks.

        :raises OSError: there is no such file, or GDAL does not know what it is.
        """
        with self._kept.borrowed(wanted, wanted.path) as dataset:
            yield dataset

    def reset_after_fork(self) -> None:
        """To be called in a forked child, which opens files of its own."""
        self._kept.reset_after_fork()


def _open(wanted: Opened) -> Any:
    import rasterio

    options = {} if wanted.overview is None else {"overview_level": wanted.overview}
    return rasterio.open(wanted.path, **options)
