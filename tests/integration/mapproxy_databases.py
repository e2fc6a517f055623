"""MapProxy's caches in databases, run by the interpreter that has MapProxy: see ``mapproxy_database_program.py``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.services.mapproxy import mapproxy_python
from tilekeep.domain.tile import TileCoord

_PROGRAM = Path(__file__).with_name("mapproxy_database_program.py")


@dataclass(frozen=True, slots=True)
class MapProxyCache:
    """The cache ``a`` of a configuration file, as MapProxy uses it."""

    config: Path

    def store(self, coords: Sequence[TileCoord], body: bytes) -> None:
        """Stores one picture under all of ``coords``."""
        finished(self.storing(coords, body))

    def storing(self, coords: Sequence[TileCoord], body: bytes, block: int = 16) -> subprocess.Popen[str]:
        """A process that stores one picture under all of ``coords``, ``block`` at a time."""
        return self._started("store", coords, body=body.hex(), block=block)

    def load(self, coords: Sequence[TileCoord]) -> list[bytes | None]:
        """What is stored."""
        found: list[str | None] = json.loads(finished(self._started("load", coords)))
        return [None if body is None else bytes.fromhex(body) for body in found]

    def lock_id(self) -> str:
        """The beginning of the names of its tile locks."""
        return str(json.loads(finished(self._started("lock", []))))

    def _started(self, command: str, coords: Sequence[TileCoord], **more: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [str(mapproxy_python()), str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        settings = {"config": str(self.config), "cache": "a", "command": command, **more}
        process.stdin.write(json.dumps({**settings, "coords": [(x, y, z) for z, x, y in coords]}) + "\n")
        process.stdin.flush()
        return process


def finished(process: subprocess.Popen[str]) -> str:
    """What the process has answered; it must have ended well and warned of nothing."""
    answer, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "unable to" not in errors, errors
    return answer
