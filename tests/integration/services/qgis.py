"""QGIS without a window: opens layers of map services and renders them, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.integration.services.programs import ProgramMissing, find_program

_PROGRAM = Path(__file__).parents[1] / "qgis_program.py"
_IDENTIFY_PROGRAM = Path(__file__).parents[1] / "qgis_identify_program.py"


class Picture(NamedTuple):
    """What QGIS shall render; ``box`` in x/y order, ``size`` in pixels, or None for the legend of the layer.

    :ivar uri: a data source of the provider ``wms``, as QGIS keeps it in projects.
    :ivar file: where the picture goes, as PNG.
    """

    uri: str
    srs: str
    box: tuple[float, float, float, float]
    size: tuple[int, int] | None
    file: str


class Rendered(NamedTuple):
    """What became of a picture; ``extent`` is that of the layer, in x/y order."""

    valid: bool
    error: str
    crs: str = ""
    extent: Sequence[float] = ()


class Question(NamedTuple):
    """A click on a map: ``place`` and ``box`` in x/y order, ``size`` in pixels.

    :ivar uri: a data source of the provider ``wms``, as QGIS keeps it in projects.
    :ivar kind: ``text`` or ``html``.
    """

    uri: str
    place: tuple[float, float]
    box: tuple[float, float, float, float]
    size: tuple[int, int]
    kind: str


class Identified(NamedTuple):
    """What QGIS makes of a click; ``can`` is whether it takes the layer for one that can be asked so."""

    valid: bool
    can: bool
    said: Sequence[str]


@cache
def qgis_python() -> Path:
    """The interpreter that QGIS was installed for, or :class:`ProgramMissing`."""
    # Not the first python3 there is: that is the one of our environment.
    python = Path("/usr/bin/python3")
    question = [str(find_program(str(python))), "-c", "import qgis.core"]
    if subprocess.run(question, env=_environment(), capture_output=True, check=False).returncode:
        raise ProgramMissing("QGIS", "Debian packages python3-qgis and qgis-providers")
    return python


def render(pictures: Sequence[Picture]) -> list[Rendered]:
    """Renders all of ``pictures``, one after the other."""
    return [Rendered(**answer) for answer in _done(_PROGRAM, [picture._asdict() for picture in pictures])]


def identify(questions: Sequence[Question]) -> list[Identified]:
    """Asks all of ``questions``, one after the other."""
    return [Identified(**answer) for answer in _done(_IDENTIFY_PROGRAM, [asked._asdict() for asked in questions])]


def _done(program: Path, tasks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a program makes of its tasks."""
    command = [str(qgis_python()), str(program)]
    done = subprocess.run(
        command, input=json.dumps(tasks), env=_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return answers


def _environment() -> dict[str, str]:
    """Ours without what would lead another interpreter to our packages, and with no screen."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**ours, "QT_QPA_PLATFORM": "offscreen"}
