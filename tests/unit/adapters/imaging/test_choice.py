"""Imaging is chosen by what is installed, and loaded when the first image is touched."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tilekeep.adapters.imaging.choice import LazyImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageEncoding
from tilekeep.ports.imaging import Imaging


def loaded_by(program: str) -> set[str]:
    """The modules a fresh interpreter has loaded after running ``program``."""
    command = [sys.executable, "-c", f"{program}\nimport sys; print(*[m for m in sys.modules if sys.modules[m]])"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


BLANK = (
    "from tilekeep.adapters.imaging.choice import imaging\n"
    "from tilekeep.domain.geometry import Size\n"
    "from tilekeep.domain.image import ImageEncoding\n"
    "assert imaging().blank(Size(4, 4), ImageEncoding()).body[:4] == bytes([0x89]) + b'PNG'"
)


def test_choosing_loads_no_library() -> None:
    modules = loaded_by("from tilekeep.adapters.imaging.choice import imaging; imaging()")

    assert not modules & {"numpy", "isal", "PIL", "cv2"}


def test_the_first_image_loads_the_fast_libraries() -> None:
    assert {"numpy", "isal", "PIL"} <= loaded_by(BLANK)


@pytest.mark.parametrize("missing", ["numpy", "isal"])
def test_without_a_fast_library_pillow_does_it_all(missing: str) -> None:
    hide = (
        "import importlib.util\n"
        "find = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, *more: None if name == {missing!r} else find(name, *more)\n"
    )

    modules = loaded_by(hide + BLANK)

    assert "PIL" in modules
    assert missing not in modules
    assert "tilekeep.adapters.imaging.fast" not in modules


def test_imaging_is_made_once() -> None:
    made: list[Imaging] = []

    def make() -> Imaging:
        made.append(PillowImaging())
        return made[-1]

    lazy = LazyImaging(make)
    assert made == []
    for _ in range(3):
        lazy.blank(Size(2, 2), ImageEncoding())

    assert len(made) == 1
