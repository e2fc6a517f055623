"""``tilekeep completion`` in a real shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.support.command_line import tilekeep_command


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["uti"], {"util"}, id="command"),
        pytest.param(["util", "sca"], {"scales"}, id="command within"),
        pytest.param(["export", "--typ"], {"--type"}, id="option"),
        pytest.param(["export", "--type", "pm"], {"pmtiles"}, id="value"),
    ],
)
def test_bash_completes(words: list[str], expected: set[str], tmp_path: Path) -> None:
    program = tmp_path / "tilekeep"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{_MAIN}" "$@"\n')
    program.chmod(0o755)
    line = " ".join(words)
    script = (
        f'eval "$(tilekeep completion bash)"; COMP_WORDS=(tilekeep {line}); COMP_CWORD={len(words)};'
        '_tilekeep_completion tilekeep; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)

    assert set(done.stdout.split()) == expected, done.stderr


_MAIN = "from tilekeep.entrypoints.cli.main import main; main(prog_name='tilekeep')"


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_a_script_of_their_own(shell: str, tmp_path: Path) -> None:
    done = tilekeep_command("completion", shell, directory=tmp_path)

    assert done.returncode == 0
    assert f"_TILEKEEP_COMPLETE={shell}_complete" in done.stdout
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=done.stdout, text=True, capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr
