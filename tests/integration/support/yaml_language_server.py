"""What an editor with the YAML language server says of configuration files."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.integration.services.programs import find_program, find_yaml_language_server

_PROGRAM = Path(__file__).parents[2] / "tools" / "yaml_language_server" / "validate.js"


class Diagnostic(NamedTuple):
    """One underlined place; line and column count from 1."""

    line: int
    column: int
    message: str


def diagnostics(schema: Path, files: Sequence[Path]) -> dict[Path, list[Diagnostic]]:
    """All that the language server finds in ``files``, in the order of lines."""
    done = subprocess.run(
        [find_program("node"), _PROGRAM, schema, *files],
        env={"NODE_PATH": str(find_yaml_language_server())},
        capture_output=True,
        text=True,
        check=True,
    )
    found: Mapping[str, list[dict[str, object]]] = json.loads(done.stdout)
    return {Path(file): sorted(Diagnostic(**item) for item in items) for file, items in found.items()}  # type: ignore[arg-type]
