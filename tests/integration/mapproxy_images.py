"""Questions about images to MapProxy 7.0.0, which has an interpreter of its own."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

from PIL import Image

from tests.integration.services.mapproxy import mapproxy_python

_PROGRAM = Path(__file__).with_name("mapproxy_image_program.py")

Answer = dict[str, Any]


def ask(questions: list[dict[str, Any]]) -> list[list[Answer]]:
    """What the program makes of each question: encoded images in hexadecimal, with their single colours."""
    command = [str(mapproxy_python()), str(_PROGRAM)]
    done = subprocess.run(command, input=json.dumps(questions), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[list[Answer]] = json.loads(done.stdout)
    return answers


def image_in(answer: Answer) -> Image.Image:
    """The picture in an answer."""
    return Image.open(io.BytesIO(bytes.fromhex(answer["body"])))
