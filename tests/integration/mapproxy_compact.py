"""MapProxy's own compact cache, run by the interpreter that has MapProxy: see ``mapproxy_compact_program.py``."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.services.mapproxy import mapproxy_python
from tilekeep.domain.tile import TileKey

_PROGRAM = Path(__file__).with_name("mapproxy_compact_program.py")


@dataclass(frozen=True, slots=True)
class MapProxyCompactCache:
    """A compact cache of MapProxy in ``directory``; ``version`` is 1 or 2."""

    directory: Path
    version: int

    def store(self, tiles: dict[TileKey, bytes]) -> None:
        """Stores tiles, together where they are of one bundle."""
        assert self._run("store", list(tiles), bodies=[body.hex() for body in tiles.values()])

    def storing(self, tiles: dict[TileKey, bytes]) -> subprocess.Popen[str]:
        """A process that stores tiles one by one, and has stored the first; it writes a line for each."""
        process = subprocess.Popen(self._command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        bodies = [body.hex() for body in tiles.values()]
        process.stdin.write(self._settings("store_one_by_one", list(tiles), bodies=bodies))
        process.stdin.close()
        assert process.stdout is not None
        assert process.stdout.readline() == "stored\n"
        return process

    def load(self, keys: list[TileKey]) -> dict[TileKey, bytes]:
        """The bytes of those tiles that are cached."""
        found = self._run("load", keys)
        return {key: bytes.fromhex(body) for key, body in zip(keys, found, strict=True) if body is not None}

    def remove(self, keys: list[TileKey]) -> None:
        """Removes tiles."""
        self._run("remove", keys)

    def lock_name(self, key: TileKey) -> str:
        """The name of the file that locks the making of a tile."""
        return str(self._run("lock_name", [key]))

    def _run(self, command: str, keys: list[TileKey], **more: Any) -> Any:
        done = subprocess.run(
            self._command(), input=self._settings(command, keys, **more), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def _command(self) -> list[str]:
        return [str(mapproxy_python()), str(_PROGRAM)]

    def _settings(self, command: str, keys: list[TileKey], **more: Any) -> str:
        coords = [[key.coord.x, key.coord.y, key.coord.z] for key in keys]
        settings = {"command": command, "directory": str(self.directory), "version": self.version, "coords": coords}
        return json.dumps(settings | more) + "\n"
