"""Mapfiles that have been loaded: each map is in use by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tilekeep.adapters.file_pool import FilePool, FileVersion

#: Maps of one mapfile that wait for the next request.
_MOST_IDLE = 16

#: What other programs write when they have no name for a layer; such layers are always drawn.
_NAMELESS = "Unknown"


class MapKind(NamedTuple):
    """What makes maps differ: the path of the mapfile, and the names of the layers that are drawn, or None for all."""

    mapfile: str
    layers: frozenset[str] | None


class LoadedMaps:
    """Loads maps, and keeps them between requests until their mapfile changes.  Safe to call from any thread.

    Mapnik is imported when the first map is loaded.
    """

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._kept: FilePool[MapKind, Any] = FilePool(self._load, most_idle=_MOST_IDLE)

    @contextmanager
    def borrowed(self, kind: MapKind, *, kept: bool) -> Iterator[Any]:
        """A map for the one who asks, without size, box and SRS; one that fails is not used again.

        Without ``kept`` it is loaded for this request alone.

        :raises OSError: there is no such file.
        :raises RuntimeError: Mapnik cannot read it.
        """
        if kept:
            with self._kept.borrowed(kind, kind.mapfile) as drawing:
                yield drawing
            return
        FileVersion.of(kind.mapfile)  # Mapnik does not say so well what is not there
        yield self._load(kind)

    def reset_after_fork(self) -> None:
        """To be called in a forked child, which loads maps of its own."""
        self._loading = threading.Lock()
        self._kept.reset_after_fork()

    def _load(self, kind: MapKind) -> Any:
        """Loading registers fonts and opens data, for the whole process: it is done by one thread at a time."""
        import mapnik

        with self._loading:
            drawing = mapnik.Map(1, 1)
            mapnik.load_map(drawing, kind.mapfile)
        if kind.layers is not None:
            for index in reversed(range(len(drawing.layers))):
                if drawing.layers[index].name not in {*kind.layers, _NAMELESS}:
                    del drawing.layers[index]
        return drawing
