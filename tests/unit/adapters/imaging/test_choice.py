"""Imaging is chosen by what is installed, and loaded when the first image is touched."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.unit.adapters.imaging.jpegs import jpeg
from tilekeep.adapters.imaging import jpeg_scan
from tilekeep.adapters.imaging.choice import LazyImaging
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.ports.imaging import Imaging


def loaded_by(program: str) -> set[str]:
    """The modules a fresh interpreter has loaded after running ``program``."""
    command = [sys.executable, "-c", f"{program}\nimport sys; print(*[m for m in sys.modules if sys.modules[m]])"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def without(library: str) -> str:
    """A program that hides a library that is installed."""
    return (
        "import importlib.util\n"
        "find = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, *more: None if name == {library!r} else find(name, *more)\n"
    )


BLANK = (
    "from tilekeep.adapters.imaging.choice import imaging\n"
    "from tilekeep.domain.geometry import Size\n"
    "from tilekeep.domain.image import ImageEncoding\n"
    "assert imaging().blank(Size(4, 4), ImageEncoding()).body[:4] == bytes([0x89]) + b'PNG'"
)


def test_choosing_loads_no_library() -> None:
    modules = loaded_by("from tilekeep.adapters.imaging.choice import imaging; imaging()")

    assert not modules & {"numpy", "isal", "deflate", "PIL", "cv2"}


def test_the_first_image_loads_the_fast_libraries() -> None:
    assert {"numpy", "isal", "deflate", "PIL"} <= loaded_by(BLANK)


@pytest.mark.parametrize("missing", ["numpy", "isal", "deflate"])
def test_without_a_fast_library_pillow_does_it_all(missing: str) -> None:
    modules = loaded_by(without(missing) + BLANK)

    assert "PIL" in modules
    assert missing not in modules
    assert "tilekeep.adapters.imaging.fast" not in modules


WARP = (
    "from tilekeep.domain.warp import PixelBox, Rescaling\n"
    "from tilekeep.ports.imaging import Canvas\n"
    "raster = imaging().compose(Canvas(Size(4, 4), True), [])\n"
    "warp = Rescaling(PixelBox(0.0, 0.0, 4.0, 4.0), Size(2, 2))\n"
    "assert imaging().warp(raster, warp, 'bicubic', transparent=True).size == (2, 2)\n"
)


def test_the_first_warp_loads_opencv() -> None:
    assert "cv2" not in loaded_by(BLANK)
    assert "cv2" in loaded_by(f"{BLANK}\n{WARP}")


def test_without_opencv_pillow_warps() -> None:
    modules = loaded_by(f"{without('cv2')}{BLANK}\n{WARP}")

    assert "tilekeep.adapters.imaging.fast" in modules
    assert "cv2" not in modules


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


def test_without_a_compiler_jpeg_tiles_are_made_of_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_scan, "compiled", None)
    body, limits, encoding = jpeg(), ImageLimits(10**6, 10**6), ImageEncoding("image/jpeg")

    ours, theirs = (
        each.split(each.decode(body, limits, lazily=True), [(16, 16)], Size(64, 48), encoding)
        for each in (FastImaging(), PillowImaging())
    )

    assert ours == theirs
