"""libturbojpeg reads and writes what Pillow does, or leaves it to others."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from tests.integration.services.programs import find_turbojpeg
from tests.unit.adapters.imaging.jpegs import PICTURE, SUBSAMPLINGS, jpeg, opened
from tilekeep.adapters.imaging.pixels import words_from_image
from tilekeep.adapters.imaging.turbojpeg import JpegHeader, TurboJpeg, installed_turbojpeg
from tilekeep.domain.geometry import Size

SIZE = Size(*PICTURE.size)


@pytest.fixture(scope="module")
def library() -> TurboJpeg:
    return find_turbojpeg()


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("quality", [5, 75, 100])
def test_it_decodes_to_the_pixels_of_pillow(library: TurboJpeg, quality: int, subsampling: str) -> None:
    body = jpeg(quality=quality, subsampling=subsampling)

    words = library.decode(body, SIZE)

    expected = words_from_image(opened(body))
    assert words is not None
    assert expected is not None
    assert np.array_equal(words, expected)


@pytest.mark.parametrize("progressive", [True, False], ids=["progressive", "baseline"])
@pytest.mark.parametrize("subsampling", [None, *SUBSAMPLINGS])
@pytest.mark.parametrize("quality", [0, 1, 50, 90, 95, 96, 100])
def test_it_encodes_as_pillow_does(
    library: TurboJpeg, quality: int, subsampling: str | None, progressive: bool
) -> None:
    words = words_from_image(PICTURE)
    assert words is not None

    body = library.encode(words, quality, subsampling, progressive=progressive)

    assert body is not None
    expected = opened(jpeg(quality=quality, subsampling=subsampling or "4:2:0", progressive=progressive))
    ours = opened(body)
    assert (ours.info, ours.layer, ours.quantization) == (expected.info, expected.layer, expected.quantization)  # type: ignore[attr-defined]
    assert ours.tobytes() == expected.tobytes()


def test_a_part_of_words_is_encoded_for_itself(library: TurboJpeg) -> None:
    words = words_from_image(PICTURE)
    assert words is not None

    body = library.encode(words[10:50, 20:90], 90, None, progressive=False)

    assert body is not None
    assert opened(body).tobytes() == opened(jpeg(PICTURE.crop((20, 10, 90, 50)), quality=90)).tobytes()


def test_it_leaves_to_others_what_it_cannot_do(library: TurboJpeg) -> None:
    body = jpeg()
    too_wide = np.zeros((1, 70_000), np.uint32)

    assert library.decode(b"\xff\xd8\xff", SIZE) is None
    assert library.decode(body[: len(body) // 2], SIZE) is None
    assert library.decode(body, Size(SIZE.width, SIZE.height + 1)) is None
    assert library.cut(body[: len(body) // 2], [(0, 0)], Size(16, 16), progressive=False) is None
    assert library.cut(body, [(0, 0), (8, 0)], Size(16, 16), progressive=False) is None
    assert library.encode(too_wide, 90, None, progressive=False) is None


@pytest.mark.parametrize(
    ("body", "color_space"),
    [
        (jpeg(), "YCbCr"),
        (jpeg(PICTURE.convert("L")), "L"),
        (jpeg(keep_rgb=True, subsampling="4:4:4"), "RGB"),
        (jpeg(PICTURE.convert("CMYK"), subsampling="4:4:4"), "CMYK"),
    ],
    ids=["YCbCr", "grey", "RGB", "CMYK"],
)
def test_it_tells_size_and_bands(library: TurboJpeg, body: bytes, color_space: str) -> None:
    assert library.header(body) == JpegHeader(SIZE, color_space)


LIMIT_SCANS = 32768


class OlderLibrary:
    """The installed library as if it were one of those that know nothing of limits to scans, as before version 2.1."""

    def __init__(self, installed: ctypes.CDLL) -> None:
        self._installed = installed

    def __getitem__(self, name: str) -> Callable[..., Any]:
        function: Any = self._installed[name]
        if name != "tjDecompress2":
            return cast("Callable[..., Any]", function)

        def decompress(*arguments: Any) -> int:
            function.argtypes = decompress.argtypes  # type: ignore[attr-defined]
            failed: int = function(*arguments[:-1], arguments[-1] & ~LIMIT_SCANS)
            return failed

        return decompress


def test_libraries_that_may_leave_freed_memory_behind_are_not_used(
    library: TurboJpeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = ctypes.CDLL
    monkeypatch.setattr(ctypes, "CDLL", lambda name: OlderLibrary(load(name)))

    assert library.limits_scans()
    assert installed_turbojpeg.__wrapped__() is None


def test_it_tells_nothing_of_what_is_no_image(library: TurboJpeg) -> None:
    assert library.header(b"\xff\xd8\xff and so on") is None
