"""Mapfiles that have been loaded: each map is in use by one thread at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

#: Maps of one mapfile that wait for the next request; each may hold connections and files.
_MOST_IDLE = 16

#: What other programs write when they have no name for a layer; such layers are always drawn.
_NAMELESS = "Unknown"


class MapKind(NamedTuple):
    """What makes maps differ: the path of the mapfile, and the names of the layers that are drawn, or None for all."""

    mapfile: str
    layers: frozenset[str] | None


class _Version(NamedTuple):
    """What changes with a file."""

    modified_ns: int
    size: int
    inode: int


class LoadedMaps:
    """Keeps maps between requests until their mapfile changes.  Safe to call from any thread.

    Mapnik is imported when the first map is loaded.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._idle: dict[MapKind, list[tuple[_Version, Any]]] = {}
        self._left_behind: list[object] = []

    @contextmanager
    def borrowed(self, kind: MapKind, *, kept: bool) -> Iterator[Any]:
        """A map for the one who asks, without size, box and SRS; one that fails is not used again.

        Without ``kept`` it is loaded for this request alone.

        :raises OSError: there is no such file.
        :raises RuntimeError: Mapnik cannot read it.
        """
        version = _version(kind.mapfile)
        found = self._taken(kind, version) if kept else None
        drawing = self._load(kind) if found is None else found
        yield drawing
        if kept:
            self._give_back(kind, version, drawing)

    def reset_after_fork(self) -> None:
        """To be called in a forked child: the maps and their connections are those of the parent.

        They are not even closed here, as that would tell databases that the parent has gone.
        """
        self._left_behind.append(self._idle)
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._idle = {}

    def _taken(self, kind: MapKind, version: _Version) -> Any | None:
        with self._lock:
            idle = self._idle.get(kind, [])
            while idle:
                loaded_from, drawing = idle.pop()
                if loaded_from == version:
                    return drawing
        return None

    def _give_back(self, kind: MapKind, version: _Version, drawing: Any) -> None:
        with self._lock:
            idle = self._idle.setdefault(kind, [])
            if len(idle) < _MOST_IDLE:
                idle.append((version, drawing))

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


def _version(mapfile: str) -> _Version:
    status = os.stat(mapfile)
    return _Version(status.st_mtime_ns, status.st_size, status.st_ino)
