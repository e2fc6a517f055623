"""Where a map of OGC API lies and how large it is (OGC 20-058, 8; spec/services.md, 8.6)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.errors import InvalidParameter, MapTooLarge
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_frame import USUAL_SIDE, Frame, WantedFrame, framed

EXTENT = BBox(0.0, 0.0, 4000.0, 2000.0)
BOX = BBox(100.0, 100.0, 200.0, 300.0)


@pytest.mark.parametrize(
    ("wanted", "frame"),
    [
        pytest.param(WantedFrame(), Frame(EXTENT, Size(1024, 512)), id="nothing is the whole"),
        pytest.param(WantedFrame(bbox=BOX), Frame(BOX, Size(512, 1024)), id="a box"),
        pytest.param(WantedFrame(bbox=BOX, width=50), Frame(BOX, Size(50, 100)), id="a box and a width"),
        pytest.param(WantedFrame(bbox=BOX, height=50), Frame(BOX, Size(25, 50)), id="a box and a height"),
        pytest.param(WantedFrame(7, 9, BOX), Frame(BOX, Size(7, 9)), id="a box and both"),
        pytest.param(WantedFrame(bbox=BOX, resolution=10.0), Frame(BOX, Size(10, 20)), id="a box to scale"),
        pytest.param(WantedFrame(bbox=BOX, resolution=1e9), Frame(BOX, Size(1, 1)), id="a box to a tiny scale"),
        pytest.param(
            WantedFrame(width=100), Frame(BBox(1900.0, 950.0, 2100.0, 1050.0), Size(100, 50)), id="a part of the middle"
        ),
        pytest.param(
            WantedFrame(height=100), Frame(BBox(1800.0, 900.0, 2200.0, 1100.0), Size(200, 100)), id="a part by height"
        ),
        pytest.param(
            WantedFrame(10, 20, center=(0.0, 0.0)), Frame(BBox(-10.0, -20.0, 10.0, 20.0), Size(10, 20)), id="a centre"
        ),
        pytest.param(
            WantedFrame(10, 20, center=(0.0, 0.0), resolution=1.0),
            Frame(BBox(-5.0, -10.0, 5.0, 10.0), Size(10, 20)),
            id="a centre to scale",
        ),
        pytest.param(
            WantedFrame(center=(0.0, 0.0)), Frame(BBox(-1024.0, -512.0, 1024.0, 512.0), Size(1024, 512)), id="around"
        ),
        pytest.param(
            WantedFrame(resolution=1.0), Frame(BBox(1488.0, 744.0, 2512.0, 1256.0), Size(1024, 512)), id="a scale alone"
        ),
    ],
)
def test_what_is_not_given_follows_from_the_layers(wanted: WantedFrame, frame: Frame) -> None:
    assert framed(wanted, EXTENT, nominal_resolution=2.0) == frame


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        pytest.param(WantedFrame(bbox=BOX, center=(0.0, 0.0)), "bbox and center", id="two places"),
        pytest.param(WantedFrame(bbox=BOX, width=1, resolution=1.0), "leave out width", id="two sizes"),
        pytest.param(WantedFrame(width=1), "add scale-denominator", id="no scale"),
        pytest.param(WantedFrame(center=(0.0, 0.0)), "add scale-denominator", id="no scale around a centre"),
    ],
)
def test_measures_that_say_too_much_or_too_little_are_refused(wanted: WantedFrame, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        framed(wanted, EXTENT, nominal_resolution=None)


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(WantedFrame(bbox=BBox(0.0, 0.0, 1e300, 1.0), height=9), id="wider than any number"),
        pytest.param(WantedFrame(bbox=BBox(0.0, 0.0, 1.0, 1.0), resolution=5e-324), id="an endless scale"),
    ],
)
def test_a_side_without_end_is_too_large(wanted: WantedFrame) -> None:
    with pytest.raises(MapTooLarge):
        framed(wanted, EXTENT, None)


SIDE = st.none() | st.integers(1, 4000)
NUMBER = st.floats(-1e6, 1e6)
LENGTH = st.floats(1e-3, 1e6)
BOXES = st.builds(lambda x, y, w, h: BBox(x, y, x + w, y + h), NUMBER, NUMBER, LENGTH, LENGTH)


@given(
    wanted=st.builds(
        WantedFrame, SIDE, SIDE, st.none() | BOXES, st.none() | st.tuples(NUMBER, NUMBER), st.none() | LENGTH
    ),
    extent=BOXES,
    nominal=st.none() | LENGTH,
)
def test_every_map_has_pixels_and_keeps_what_was_given(
    wanted: WantedFrame, extent: BBox, nominal: float | None
) -> None:
    try:
        frame = framed(wanted, extent, nominal)
    except (InvalidParameter, MapTooLarge):
        return

    assert min(frame.size) >= 1
    assert wanted.width in {None, frame.size.width}
    assert wanted.height in {None, frame.size.height}
    assert wanted.bbox in {None, frame.bbox}
    assert all(map(math.isfinite, frame.bbox))
    if wanted.width is wanted.height is wanted.resolution is None:
        assert max(frame.size) == USUAL_SIDE
    if wanted.bbox is None and wanted != WantedFrame():
        resolution = wanted.resolution or nominal
        assert resolution is not None
        assert frame.bbox.width / frame.size.width == pytest.approx(resolution, rel=1e-3, abs=1e-3)
