"""Headers of JPEG images: read where tiles can be cut out of the image, and written for these."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.unit.adapters.imaging.jpegs import PICTURE, SUBSAMPLINGS, jpeg, opened, with_marker, with_steps_of_300
from tilekeep.adapters.imaging.jpeg_frame import JpegFrame, jpeg_frame
from tilekeep.domain.geometry import Size

WHOLE = jpeg()
IN_SCAN = b"\xff\xda\0\x0c\3\1\0\2\x11\3\x11"
SOF0, DHT, SOS, DQT = b"\xff\xc0", b"\xff\xc4", b"\xff\xda", b"\xff\xdb"


def frame_of(body: bytes) -> JpegFrame:
    frame = jpeg_frame(body)
    assert frame is not None
    return frame


@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_it_tells_what_pillow_tells(subsampling: str) -> None:
    body = jpeg(subsampling=subsampling)
    pillow: Any = opened(body)

    frame = frame_of(body)

    assert frame.size == PICTURE.size == pillow.size
    assert [(band.across, band.down) for band in frame.bands] == [layer[1:3] for layer in pillow.layer]
    assert [sorted(band.steps) for band in frame.bands] == [sorted(pillow.quantization[t]) for *_, t in pillow.layer]


@pytest.mark.parametrize(
    ("subsampling", "mcu", "layout"),
    [("4:4:4", (8, 8), [0, 1, 2]), ("4:2:2", (16, 8), [0, 0, 1, 2]), ("4:2:0", (16, 16), [0, 0, 0, 0, 1, 2])],
)
def test_a_coded_unit_has_all_blocks_of_the_coarsest_band(
    subsampling: str, mcu: tuple[int, int], layout: list[int]
) -> None:
    frame = frame_of(jpeg(subsampling=subsampling))

    assert (frame.mcu, list(frame.layout)) == (mcu, layout)


def test_the_scan_begins_after_its_header() -> None:
    frame = frame_of(WHOLE)

    assert WHOLE[: frame.scan_at].endswith(b"\0\x3f\0")
    assert SOS in WHOLE[: frame.scan_at]


@pytest.mark.parametrize(("options", "restart"), [({}, 0), ({"restart_marker_blocks": 3}, 3)])
def test_it_tells_how_often_the_scan_restarts(options: dict[str, int], restart: int) -> None:
    assert frame_of(jpeg(**options)).restart == restart


def test_the_header_of_a_part_is_that_of_an_image() -> None:
    frame = frame_of(jpeg(optimize=True, comment=b"left out", restart_marker_rows=1))

    header = frame.header_of_part(Size(48, 32))

    part = frame_of(header)
    assert (part.size, part.restart, part.scan_at) == (Size(48, 32), 0, len(header))
    assert [band.steps for band in part.bands] == [band.steps for band in frame.bands]
    assert [band.ac_table for band in part.bands] == [band.ac_table for band in frame.bands]
    assert tuple(band.dc_table for band in part.bands) == frame.tables[2::3]
    assert opened(header).size == (48, 32)


def test_the_tables_of_dc_coefficients_are_those_of_the_standard() -> None:
    tables = frame_of(WHOLE).tables

    assert tables[2::3] == tables[0::3]


def test_the_bands_of_a_part_are_called_as_jfif_has_it() -> None:
    odd = _sof(slice(6, 15), b"\0\x22\0\7\x11\1\x09\x11\1").replace(IN_SCAN, b"\xff\xda\0\x0c\3\0\0\7\x11\x09\x11")

    assert frame_of(odd).header_of_part(Size(48, 32)) == frame_of(WHOLE).header_of_part(Size(48, 32))


def test_blue_and_red_may_have_different_tables() -> None:
    frame = frame_of(WHOLE.replace(IN_SCAN, b"\xff\xda\0\x0c\3\1\0\2\x11\3\x10"))

    part = frame_of(frame.header_of_part(Size(48, 32)))

    assert frame.bands[1].ac_table != frame.bands[2].ac_table == frame.bands[0].ac_table
    assert [band.ac_table for band in part.bands] == [band.ac_table for band in frame.bands]


def _changed(old: bytes, new: bytes) -> bytes:
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


def _sof(change: slice, to: bytes) -> bytes:
    at = WHOLE.index(SOF0) + 4
    content = bytearray(WHOLE[at : at + 15])
    content[change] = to
    return WHOLE[:at] + bytes(content) + WHOLE[at + 15 :]


def _without(marker: bytes) -> bytes:
    body = WHOLE
    while marker in body:
        at = body.index(marker)
        body = body[:at] + body[at + 2 + int.from_bytes(body[at + 2 : at + 4]) :]
    return body


def _png() -> bytes:
    buffer = io.BytesIO()
    PICTURE.save(buffer, "PNG")
    return buffer.getvalue()


OTHER_KINDS = {
    "nothing": b"",
    "no more than its start": WHOLE[:2],
    "PNG": _png(),
    "progressive": jpeg(progressive=True),
    "grey": jpeg(PICTURE.convert("L")),
    "CMYK": jpeg(PICTURE.convert("CMYK")),
    "red, green and blue": jpeg(keep_rgb=True, subsampling="4:4:4"),
    "red, green and blue by name alone": _sof(slice(6, 15), b"R\x22\0G\x11\1B\x11\1").replace(
        IN_SCAN, b"\xff\xda\0\x0c\3R\0G\x11B\x11"
    ),
    "two bands with one name": _sof(slice(6, 15), b"\1\x22\0\2\x11\1\2\x11\1").replace(
        IN_SCAN, b"\xff\xda\0\x0c\3\1\0\2\x11\2\x11"
    ),
    "red, green and blue by Adobe": with_marker(WHOLE, 0xEE, b"Adobe\0\x64\0\0\0\0\0"),
    "arithmetic coding": _changed(SOF0, b"\xff\xc9"),
    "12 bits": _sof(slice(0, 1), b"\x0c"),
    "a height that comes after the scan": _sof(slice(1, 3), b"\0\0"),
    "no width": _sof(slice(3, 5), b"\0\0"),
    "a table of steps that is missing": _sof(slice(8, 9), b"\3"),
    "steps of 16 bits": with_steps_of_300(WHOLE),
    "no steps": _without(DQT),
    "no Huffman tables": _without(DHT),
    "no frame": _without(SOF0),
    "two frames": with_marker(WHOLE, 0xC0, WHOLE[WHOLE.index(SOF0) + 4 :][:15]),
    "a scan of one band": _changed(IN_SCAN, b"\xff\xda\0\x08\1\1\0"),
    "bands in another order": _changed(IN_SCAN, b"\xff\xda\0\x0c\3\2\x11\1\0\3\x11"),
    "a Huffman table with a number of its own": _changed(b"\xff\xda\0\x0c\3\1\0\2\x11", b"\xff\xda\0\x0c\3\1\0\2\x22"),
    "a part of the coefficients": _changed(b"\3\x11\0\x3f\0", b"\3\x11\0\x3e\0"),
    "a Huffman table that is cut": with_marker(WHOLE, 0xC4, b"\0" + b"\1" * 16),
    "a Huffman table with a number that is none": with_marker(WHOLE, 0xC4, b"\4" + b"\0" * 16),
    "a table of steps with a number that is none": with_marker(WHOLE, 0xDB, b"\4" + b"\1" * 64),
    "a table of steps that is cut": with_marker(WHOLE, 0xDB, b"\0" * 64),
    "a number of restarts that is cut": with_marker(WHOLE, 0xDD, b"\1"),
    "something between segments": WHOLE[:2] + b"?" + WHOLE[2:],
    "a segment shorter than its length": WHOLE[:2] + b"\xff\xe1\0\1" + WHOLE[2:],
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_other_kinds_of_images_have_no_frame(kind: str) -> None:
    assert jpeg_frame(OTHER_KINDS[kind]) is None


def test_three_tables_for_other_coefficients_are_more_than_a_baseline_image_has() -> None:
    table = WHOLE[WHOLE.index(DHT + b"\0\xb5\x10") + 5 :][:178]
    other = table[:16] + bytes((table[17], table[16])) + table[18:]
    third = with_marker(WHOLE, 0xC4, b"\x12" + other)

    assert jpeg_frame(third) is not None
    assert jpeg_frame(third.replace(b"\3\x11\0\x3f\0", b"\3\x12\0\x3f\0")) is None


def test_a_header_that_is_cut_anywhere_has_no_frame() -> None:
    scan_at = frame_of(WHOLE).scan_at

    assert [end for end in range(scan_at) if jpeg_frame(WHOLE[:end]) is not None] == []


@pytest.mark.parametrize(
    ("marker", "content"),
    [
        (0xED, b"Photoshop 3.0\0"),
        (0xEC, b"Ducky"),
        (0xFE, b"a comment"),
        (0xEE, b"Adobe\0\x64\0\0\0\0\1"),
        (0xEE, b"of others"),
    ],
)
def test_segments_beside_the_picture_do_no_harm(marker: int, content: bytes) -> None:
    assert frame_of(with_marker(WHOLE, marker, content)).bands == frame_of(WHOLE).bands
