"""Scans of JPEG images are cut block by block, and whatever stands in one, no buffer is left."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.contract.pictures import gradient
from tests.unit.adapters.imaging.jpegs import PICTURE, SUBSAMPLINGS, brightness, jpeg, opened
from tests.unit.adapters.imaging.loops import needs_jpeg_scans
from tilekeep.adapters.imaging import jpeg_scan
from tilekeep.adapters.imaging.jpeg_frame import JpegFrame, jpeg_frame
from tilekeep.domain.geometry import Size

pytestmark = needs_jpeg_scans

END_OF_IMAGE = b"\xff\xd9"


def frame_of(body: bytes) -> JpegFrame:
    frame = jpeg_frame(body)
    assert frame is not None
    return frame


def mcus_of(frame: JpegFrame) -> tuple[int, int]:
    return -(-frame.size.width // frame.mcu.width), -(-frame.size.height // frame.mcu.height)


def scan_of(body: bytes) -> bytes:
    return body[frame_of(body).scan_at :]


def cut(body: bytes, corners: list[tuple[int, int]], tile: tuple[int, int], /, **changes: Any) -> list[bytes] | None:
    """Scans of tiles; ``changes`` are to what the function is told."""
    frame = frame_of(body)
    told = {
        "scan": scan_of(body),
        "layout": frame.layout,
        "tables": frame.tables,
        "mcus": mcus_of(frame),
        "restart": frame.restart,
        "corners": corners,
        "tile": tile,
    } | changes
    return jpeg_scan.compiled.cut_scan(*told.values())


def tile_of(body: bytes, corner: tuple[int, int], tile: tuple[int, int]) -> tuple[bytes, tuple[int, int, int, int]]:
    """A tile as an image, and where it is in that which it is cut from."""
    frame = frame_of(body)
    scans = cut(body, [corner], tile)
    assert scans is not None
    left, top = corner[0] * frame.mcu.width, corner[1] * frame.mcu.height
    size = Size(tile[0] * frame.mcu.width, tile[1] * frame.mcu.height)
    return frame.header_of_part(size) + scans[0] + END_OF_IMAGE, (left, top, left + size.width, top + size.height)


@given(
    quality=st.integers(1, 90),
    subsampling=st.sampled_from(SUBSAMPLINGS),
    restart=st.sampled_from([0, 1, 2, 3, 7, 1000]),
    optimize=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_any_part_of_an_image_has_its_coefficients(
    quality: int, subsampling: str, restart: int, optimize: bool, seed: int
) -> None:
    dice = random.Random(seed)
    picture = gradient(dice.randint(16, 200), dice.randint(16, 150), noise=dice.random() < 0.5)
    options = {"optimize": True} if optimize else {}
    body = jpeg(picture, quality=quality, subsampling=subsampling, restart_marker_blocks=restart, **options)
    across, down = mcus_of(frame_of(body))
    corner = dice.randrange(across), dice.randrange(down)
    whole_mcus = across - corner[0], down - corner[1]

    image, area = tile_of(body, corner, (dice.randint(1, whole_mcus[0]), dice.randint(1, whole_mcus[1])))

    shown = (0, 0, min(area[2], picture.width) - area[0], min(area[3], picture.height) - area[1])
    inside = (*area[:2], area[0] + shown[2], area[1] + shown[3])
    assert brightness(image).crop(shown).tobytes() == brightness(body).crop(inside).tobytes()


def test_the_whole_image_is_a_tile_too() -> None:
    body = jpeg()

    image, area = tile_of(body, (0, 0), mcus_of(frame_of(body)))

    assert area == (0, 0, *PICTURE.size)
    assert opened(image).tobytes() == opened(body).tobytes()
    assert image.endswith(scan_of(body))


def test_tiles_may_overlap_and_repeat() -> None:
    body = jpeg()
    corners = [(0, 0), (1, 1), (0, 0), (2, 1)]

    together, alone = cut(body, corners, (3, 2)), [cut(body, [corner], (3, 2)) for corner in corners]

    assert together == [scans[0] for scans in alone if scans is not None]


def test_no_tiles_are_cut_out_of_a_whole_scan_and_none_out_of_a_damaged_one() -> None:
    body = jpeg()

    assert cut(body, [], (1, 1)) == []
    assert cut(body, [], (1, 1), scan=scan_of(body)[:-3]) is None


def test_bytes_that_look_like_markers_are_stuffed() -> None:
    body = jpeg(gradient(160, 128, noise=True), quality=98)
    scans = cut(body, [(0, 0)], (10, 8))

    assert scans is not None
    places = [place for place, byte in enumerate(scans[0]) if byte == 0xFF]
    assert len(places) > 20
    assert {scans[0][place + 1] for place in places} == {0}


BODY = jpeg()
RESTARTING = jpeg(restart_marker_blocks=1)
SCAN = scan_of(BODY)


@pytest.mark.parametrize(
    "scan",
    [
        b"",
        b"\xff",
        END_OF_IMAGE,
        SCAN[: len(SCAN) // 2],
        SCAN[: len(SCAN) // 2] + END_OF_IMAGE,
        SCAN[:-2],
        SCAN[:-1],
        SCAN[:-2] + b"\0" + END_OF_IMAGE,
        SCAN[:-2] + b"\xff\0" + END_OF_IMAGE,
        SCAN[:-2] + b"\xff" + END_OF_IMAGE,
        SCAN[:-2] + b"\xff\xda" + END_OF_IMAGE,
        b"\xff\xd0" + SCAN,
        SCAN[:-2] + b"\xff\xd0" + END_OF_IMAGE,
        b"\xff\0" * len(SCAN) + END_OF_IMAGE,
        b"\0" * 10 * len(SCAN) + END_OF_IMAGE,
    ],
    ids=[
        *("nothing", "half a marker", "no block", "half of it", "half of it, with an end"),
        *("no end", "half an end", "a byte more", "a stuffed byte more", "a byte to fill", "another scan"),
        *("a restart in front", "a restart at the end", "codes that no table has", "first coefficients out of range"),
    ],
)
def test_a_damaged_scan_is_not_cut(scan: bytes) -> None:
    assert cut(BODY, [(0, 0)], (1, 1), scan=scan) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"\xff\xd1", b"\xff\xd2"), (b"\xff\xd1", b""), (b"\xff\xd1", b"\xff\xd1\xff\xd2"), (b"\xff\xd1", b"\0\xff\xd1")],
    ids=["in another order", "one is missing", "one too many", "a byte in front of one"],
)
def test_restarts_have_their_places(old: bytes, new: bytes) -> None:
    scan = scan_of(RESTARTING)

    assert cut(RESTARTING, [(0, 0)], (1, 1)) is not None
    assert cut(RESTARTING, [(0, 0)], (1, 1), scan=scan.replace(old, new, 1)) is None


@pytest.mark.parametrize("restart", [0, 1, 2, 79, 80, 81, 2**31 - 1])
def test_restarts_that_are_not_there_are_missed(restart: int) -> None:
    all_units = 10 * 8

    assert (cut(BODY, [(0, 0)], (1, 1), restart=restart) is None) == (0 < restart < all_units)


def _tables_with(first: bytes | None = None, others: bytes | None = None, written: bytes | None = None) -> Any:
    tables = [list(band) for band in frame_of(BODY).tables]
    for place, table in enumerate((first, others, written)):
        if table is not None:
            tables[0][place] = table
    return tuple(map(tuple, tables))


@pytest.mark.parametrize(
    "table",
    [b"", b"\0" * 15, b"\0" * 16, b"\3" + b"\0" * 15 + b"abc", b"\0" * 15 + b"\5" + b"\0" * 4, b"\0" * 16 + b"\0"],
    ids=["nothing", "a cut head", "no codes", "more codes than there are", "symbols that are missing", "one too many"],
)
@pytest.mark.parametrize("place", ["first", "others", "written"])
def test_a_damaged_table_is_no_table(place: str, table: bytes) -> None:
    assert cut(BODY, [(0, 0)], (1, 1), tables=_tables_with(**{place: table})) is None


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"layout": b""}, "sizes of an image"),
        ({"layout": bytes(11)}, "sizes of an image"),
        ({"layout": b"\3"}, "sizes of an image"),
        ({"mcus": (0, 8)}, "sizes of an image"),
        ({"mcus": (10, -1)}, "sizes of an image"),
        ({"mcus": (8193, 8)}, "sizes of an image"),
        ({"restart": -1}, "sizes of an image"),
        ({"tile": (0, 1)}, "sizes of an image"),
        ({"tile": (11, 1)}, "the tile at 0, 0 is not inside"),
        ({"tile": (1, 9)}, "the tile at 0, 0 is not inside"),
        ({"corners": [(0, 0), (-1, 0)]}, "the tile at -1, 0 is not inside"),
        ({"corners": [(0, -1)]}, "the tile at 0, -1 is not inside"),
        ({"corners": [(10, 0)]}, "the tile at 10, 0 is not inside"),
        ({"corners": [(0, 2**31 - 1)]}, "is not inside"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        cut(BODY, [(0, 0)], (1, 1), **changes)


@pytest.mark.parametrize("changes", [{"corners": 5}, {"corners": [(1,)]}, {"corners": [("a", 2)]}, {"scan": "text"}])
def test_arguments_of_other_types_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        cut(BODY, [(0, 0)], (1, 1), **changes)


def _any_table(dice: random.Random, symbols: list[int]) -> bytes:
    """A Huffman table with any symbols, most of them of short codes."""
    counts, free = [], 1
    for _ in range(16):
        free *= 2
        counts.append(dice.randint(0, min(free, 255 - sum(counts))) if dice.random() < 0.5 else 0)
        free -= counts[-1]
    return bytes(counts) + bytes(dice.choice(symbols) for _ in range(sum(counts)))


@given(seed=st.integers(0, 2**32))
def test_any_bytes_and_tables_are_cut_or_not(seed: int) -> None:
    dice = random.Random(seed)
    scan = bytearray(dice.randbytes(dice.randrange(3000)).replace(b"\xff", b"\xff\0"))
    tables = [
        (_any_table(dice, list(range(12))), _any_table(dice, [0, 0xF0, *range(256)]), frame_of(BODY).tables[0][2])
        for _ in range(3)
    ]

    scans = cut(BODY, [(0, 0), (3, 2)], (2, 2), scan=bytes(scan) + END_OF_IMAGE, tables=tuple(tables))

    assert scans is None or len(scans) == 2


@given(seed=st.integers(0, 2**32), restart=st.sampled_from([0, 1, 5]))
def test_changed_bytes_are_cut_or_not(seed: int, restart: int) -> None:
    dice = random.Random(seed)
    body = jpeg(restart_marker_blocks=restart)
    scan = bytearray(scan_of(body))
    for _ in range(dice.randint(1, 4)):
        scan[dice.randrange(len(scan))] = dice.choice([0, 0xFF, dice.randrange(256)])

    scans = cut(body, [(0, 0), (9, 7)], (1, 1), scan=bytes(scan))

    assert scans is None or len(scans) == 2


def test_a_picture_of_one_color_has_short_scans_that_are_alike() -> None:
    body = jpeg(Image.new("RGB", (160, 128), (10, 90, 200)))

    scans = cut(body, [(0, 0), (4, 4), (6, 2)], (4, 4))

    assert scans is not None
    assert len(set(scans)) == 1
    assert len(scans[0]) < 64 * 2
