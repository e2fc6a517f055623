"""The tutorial does what it says: all its blocks are run, one after the other, in an empty directory."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: Installing needs the package index, and would install what is being tested.
PIP = """#!/bin/sh
[ "$1" = install ] && [ "$2" = "tilekeep[fast,serve]" ]
"""


class Block(NamedTuple):
    """A block of the page; ``line`` is that of its first line."""

    language: str
    text: str
    line: int

    def as_script(self) -> str:
        """What a shell has to do: run it, or write the file that its first line names."""
        if self.language == "sh":
            return self.text
        name = self.text.partition("\n")[0].removeprefix("# ")
        return f"cat > {shlex.quote(name)} <<'END OF FILE'\n{self.text}END OF FILE\n"


def blocks_of(page: str) -> list[Block]:
    return [Block(found[1], found[2], page.count("\n", 0, found.start(2)) + 1) for found in BLOCK.finditer(page)]


@pytest.mark.timeout(300)
def test_every_block_of_the_tutorial_works(tmp_path: Path, free_port: Callable[[], int]) -> None:
    programs, work = tmp_path / "bin", tmp_path / "work"
    programs.mkdir()
    work.mkdir()
    (programs / "pip").write_text(PIP)
    (programs / "pip").chmod(0o755)
    port = str(free_port())
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw_wms)
        page = PAGE.read_text().replace("8080", port).replace("https://maps.example.org", upstream.url)
        blocks = blocks_of(page)
        steps = [f"echo 'line {block.line}' >&2\n{block.as_script()}" for block in blocks]
        script = "set -eu\ntrap 'kill $(cat *.pid) 2>/dev/null || true' EXIT\n" + "\n".join(steps)

        run = subprocess.run(
            ["bash", "-c", script],
            cwd=work,
            env=os.environ | {"PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    assert {block.language for block in blocks} == {"sh", "yaml", "python"}
    assert run.returncode == 0, run.stdout + run.stderr
    assert (work / "tile.png").read_bytes().startswith(b"\x89PNG")
    assert (work / "map.png").read_bytes().startswith(b"\x89PNG")
    assert "/wms?" in run.stdout
    assert upstream.requests
