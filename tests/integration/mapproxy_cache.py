"""MapProxy's own file cache and locks, run by the interpreter that has MapProxy: see ``mapproxy_cache_program.py``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.services.mapproxy import mapproxy_python
from tilekeep.domain.tile import TileKey

_PROGRAM = Path(__file__).with_name("mapproxy_cache_program.py")


@dataclass(frozen=True, slots=True)
class MapProxyFileCache:
    """A file cache of MapProxy in ``directory``."""

    directory: Path
    layout: str
    link: str | None = None
    extension: str = "png"

    def store(self, tiles: dict[TileKey, bytes]) -> list[Path]:
        """Stores tiles and tells where."""
        sent = [_address(key) | {"body": body.hex()} for key, body in tiles.items()]
        return [Path(path) for path in self._run("store", tiles=sent)]

    def load(self, keys: list[TileKey]) -> dict[TileKey, bytes]:
        """The bytes of those tiles that are cached."""
        found = self._run("load", tiles=[_address(key) for key in keys])
        return {key: bytes.fromhex(body) for key, body in zip(keys, found, strict=True) if body is not None}

    def times(self, keys: list[TileKey]) -> list[float]:
        """The times of cached tiles."""
        return list(self._run("times", tiles=[_address(key) for key in keys]))

    def lock_name(self, key: TileKey) -> str:
        """The name of the file that locks a tile."""
        return str(self._run("lock_name", tiles=[_address(key)]))

    def _run(self, command: str, **more: Any) -> Any:
        settings = {
            "command": command,
            "directory": str(self.directory),
            "layout": self.layout,
            "link": self.link,
            "extension": self.extension,
        }
        return _answer(settings | more)


def try_tile_lock(path: Path) -> bool:
    """Whether MapProxy gets the lock at ``path`` at once."""
    return bool(_answer({"command": "try_lock", "path": str(path)}))


def try_slot(stem: Path, slots: int) -> bool:
    """Whether MapProxy gets one of the slots that begin with ``stem`` at once."""
    return bool(_answer({"command": "try_slot", "path": str(stem), "slots": slots}))


@contextmanager
def held_by_mapproxy(path: Path) -> Iterator[None]:
    """A tile lock that MapProxy holds inside the context."""
    with _held({"command": "hold_lock", "path": str(path)}):
        yield


@contextmanager
def slots_held_by_mapproxy(stem: Path, slots: int) -> Iterator[None]:
    """One of ``slots`` that MapProxy holds inside the context."""
    with _held({"command": "hold_slot", "path": str(stem), "slots": slots}):
        yield


def _answer(settings: dict[str, Any]) -> Any:
    command = [str(mapproxy_python()), str(_PROGRAM)]
    done = subprocess.run(command, input=json.dumps(settings) + "\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def _held(settings: dict[str, Any]) -> Iterator[None]:
    command = [str(mapproxy_python()), str(_PROGRAM)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write(json.dumps(settings) + "\n")
        holder.stdin.flush()
        assert json.loads(holder.stdout.readline()) is True
        try:
            yield
        finally:
            holder.stdin.close()
            holder.stdout.read()
    assert holder.returncode == 0


def _address(key: TileKey) -> dict[str, Any]:
    z, x, y = key.coord
    return {"coord": [x, y, z], "dimensions": dict(key.dimensions)}
