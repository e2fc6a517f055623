"""Scans of JPEG images are cut block by block, and whatever stands in one, no buffer is left."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.contract.pictures import gradient
from tests.unit.adapters.imaging.jpeg_scans import (
    AC_SYMBOLS,
    DC_SYMBOLS,
    END_OF_BLOCK,
    END_OF_IMAGE,
    SIXTEEN_ZEROS,
    Block,
    Coding,
    blocks_of,
    coded,
    codes_of,
    scan_of,
    stuffed,
    table_of,
)
from tests.unit.adapters.imaging.jpegs import PICTURE, SUBSAMPLINGS, brightness, jpeg, opened
from tests.unit.adapters.imaging.loops import needs_jpeg_scans
from tilekeep.adapters.imaging import jpeg_scan
from tilekeep.adapters.imaging.jpeg_frame import JpegFrame, jpeg_frame
from tilekeep.domain.geometry import Size

pytestmark = needs_jpeg_scans


def frame_of(body: bytes) -> JpegFrame:
    frame = jpeg_frame(body)
    assert frame is not None
    return frame


def mcus_of(frame: JpegFrame) -> tuple[int, int]:
    return -(-frame.size.width // frame.mcu.width), -(-frame.size.height // frame.mcu.height)


def scan_in(body: bytes) -> bytes:
    return body[frame_of(body).scan_at :]


def cut(
    body: bytes, corners: Sequence[tuple[int, int]], tile: tuple[int, int], /, **changes: Any
) -> list[bytes] | None:
    """Scans of tiles; ``changes`` are to what the function is told."""
    frame = frame_of(body)
    told = {
        "scan": scan_in(body),
        "layout": frame.layout,
        "tables": frame.tables,
        "mcus": mcus_of(frame),
        "restart": frame.restart,
        "corners": tuple(corners),
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
    assert image.endswith(scan_in(body))


def test_tiles_may_overlap_and_repeat() -> None:
    body = jpeg()
    corners = [(0, 0), (1, 1), (0, 0), (2, 1)]

    together, alone = cut(body, corners, (3, 2)), [cut(body, [corner], (3, 2)) for corner in corners]

    assert together == [scans[0] for scans in alone if scans is not None]


def test_no_tiles_are_cut_out_of_a_whole_scan_and_none_out_of_a_damaged_one() -> None:
    body = jpeg()

    assert cut(body, [], (1, 1)) == []
    assert cut(body, [], (1, 1), scan=scan_in(body)[:-3]) is None


def test_bytes_that_look_like_markers_are_stuffed() -> None:
    body = jpeg(gradient(160, 128, noise=True), quality=98)
    scans = cut(body, [(0, 0)], (10, 8))

    assert scans is not None
    places = [place for place, byte in enumerate(scans[0]) if byte == 0xFF]
    assert len(places) > 20
    assert {scans[0][place + 1] for place in places} == {0}


BODY = jpeg()
RESTARTING = jpeg(restart_marker_blocks=1)
SCAN = scan_in(BODY)


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
    scan = scan_in(RESTARTING)

    assert cut(RESTARTING, [(0, 0)], (1, 1)) is not None
    assert cut(RESTARTING, [(0, 0)], (1, 1), scan=scan.replace(old, new, 1)) is None


@pytest.mark.parametrize("restart", [0, 1, 2, 79, 80, 81, 2**31 - 1])
def test_restarts_that_are_not_there_are_missed(restart: int) -> None:
    all_units = 10 * 8

    assert (cut(BODY, [(0, 0)], (1, 1), restart=restart) is None) == (0 < restart < all_units)


def _with_table(place: int, table: bytes) -> tuple[bytes, ...]:
    tables = list(frame_of(BODY).tables)
    tables[place] = table
    return tuple(tables)


DC_TABLE, AC_TABLE = frame_of(BODY).tables[:2]


def _with_code(table: bytes, bits: int, symbol: int) -> bytes:
    """A table with one code more, of so many bits, which nobody uses."""
    counts = bytearray(table[:16])
    end = 16 + sum(counts[:bits])
    counts[bits - 1] += 1
    return bytes(counts) + table[16:end] + bytes((symbol,)) + table[end:]


DAMAGED_TABLES = {
    "nothing": (b"", b""),
    "a cut head": (b"\0" * 15, b"\0" * 15),
    "no codes": (b"\0" * 16, b"\0" * 16),
    "a symbol that is missing": (DC_TABLE[:-1], AC_TABLE[:-1]),
    "a symbol too many": (DC_TABLE + b"\0", AC_TABLE + b"\0"),
    "a code of ones only": (_with_code(DC_TABLE, 9, 0), _with_code(AC_TABLE, 16, 0)),
    "more codes than there are": (_with_code(DC_TABLE, 8, 0), _with_code(AC_TABLE, 15, 0)),
}


@pytest.mark.parametrize("damage", DAMAGED_TABLES)
def test_a_damaged_table_is_no_table(damage: str) -> None:
    dc, ac = DAMAGED_TABLES[damage]

    assert [place for place in (0, 2, 3, 5, 6, 8) if _cut_with_table(place, dc) is not None] == []
    assert [place for place in (1, 4, 7) if _cut_with_table(place, ac) is not None] == []


def test_a_table_has_symbols_for_its_coefficients() -> None:
    assert _cut_with_table(0, _with_code(DC_TABLE, 10, 11)) is not None
    assert _cut_with_table(0, _with_code(DC_TABLE, 10, 12)) is None
    assert _cut_with_table(1, AC_TABLE[:-1] + b"\xff") is not None, "libjpeg takes it too, as long as nobody uses it"


def _cut_with_table(place: int, table: bytes) -> list[bytes] | None:
    tables = list(frame_of(BODY).tables)
    tables[place] = table
    return cut(BODY, [(0, 0)], (1, 1), tables=tuple(tables))


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
        ({"corners": ((0, 0), (-1, 0))}, "the tile at -1, 0 is not inside"),
        ({"corners": ((0, -1),)}, "the tile at 0, -1 is not inside"),
        ({"corners": ((10, 0),)}, "the tile at 10, 0 is not inside"),
        ({"corners": ((0, 2**31 - 1),)}, "is not inside"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        cut(BODY, [(0, 0)], (1, 1), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"corners": [(0, 0)]},
        {"corners": ([0, 0],)},
        {"corners": ((1,),)},
        {"corners": (("a", 2),)},
        {"scan": "text"},
        {"tables": list(frame_of(BODY).tables)},
        {"tables": frame_of(BODY).tables[:8]},
    ],
)
def test_arguments_of_other_types_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        cut(BODY, [(0, 0)], (1, 1), **changes)


def _any_table(dice: random.Random, symbols: Sequence[int]) -> bytes:
    """A Huffman table with any symbols, some of them again and again."""
    counts, free = [], 1
    for _ in range(16):
        free *= 2
        counts.append(dice.randint(0, min(free - 1, 255 - sum(counts))) if dice.random() < 0.5 else 0)
        free -= counts[-1]
    return bytes(counts) + bytes(dice.choice(symbols) for _ in range(sum(counts)))


def _any_block(dice: random.Random) -> Block:
    """Coefficients of all sizes, many of them 0 or none."""
    largest, share = 1 << dice.randrange(11), dice.choice([0, 0.03, 0.3, 1])
    ac = (dice.randint(1 - largest, largest - 1) if dice.random() < share else 0 for _ in range(63))
    return Block(dice.choice([-1024, 1023, dice.randint(-1024, 1023)]), tuple(ac))


@given(
    layout=st.sampled_from([b"\0\1\2", b"\0\0\1\2", b"\0\0\0\0\1\2", b"\2\1\0", b"\0\1\1\1\1\2\2\2\2\0"]),
    across=st.integers(1, 4),
    down=st.integers(1, 3),
    restart=st.sampled_from([0, 1, 2, 3, 5]),
    seed=st.integers(0, 2**32),
)
def test_whatever_the_tables_are_a_tile_has_the_blocks_of_its_units(
    layout: bytes, across: int, down: int, restart: int, seed: int
) -> None:
    dice = random.Random(seed)
    tables = [(table_of(DC_SYMBOLS, dice), table_of(AC_SYMBOLS, dice)) for _ in range(2)]
    codings = [Coding(dice.choice(tables)[0], dice.choice(tables)[1]) for _ in range(3)]
    written = [table_of(DC_SYMBOLS, dice) for _ in range(3)]
    blocks = [_any_block(dice) for _ in range(across * down * len(layout))]
    left, top = dice.randrange(across), dice.randrange(down)
    width, height = dice.randint(1, across - left), dice.randint(1, down - top)

    scans = jpeg_scan.compiled.cut_scan(
        scan_of(blocks, layout, codings, restart),
        layout,
        tuple(table for coding, dc in zip(codings, written, strict=True) for table in (*coding, dc)),
        (across, down),
        restart,
        ((left, top),),
        (width, height),
    )

    units = [row * across + column for row in range(top, top + height) for column in range(left, left + width)]
    expected = [block for unit in units for block in blocks[unit * len(layout) : (unit + 1) * len(layout)]]
    read_by = [Coding(dc, coding.ac) for coding, dc in zip(codings, written, strict=True)]
    assert scans is not None
    assert blocks_of(scans[0], layout, read_by, len(expected)) == expected


DICE = random.Random(1)
CODING = Coding(table_of(DC_SYMBOLS, DICE), table_of(range(256), DICE))
AC_CODES = codes_of(CODING.ac)
FLAT = Block(0, (0,) * 63)
FULL = Block(0, (1,) * 63)


def _cut_bits(*parts: str, coding: Coding = CODING, restart: int = 0) -> list[bytes] | None:
    """The last MCU of an image with one in each part, which has a block for each band; restarts are between parts."""
    scan = stuffed(parts[0])
    for number, part in enumerate(parts[1:]):
        scan += bytes((0xFF, 0xD0 + number)) + stuffed(part)
    mcus = len(parts)
    return jpeg_scan.compiled.cut_scan(
        *(scan + END_OF_IMAGE, b"\0\1\2", (*coding, CODING.dc) * 3),
        *((mcus, 1), restart, ((mcus - 1, 0),), (1, 1)),
    )


def _in_front(bits: str) -> str:
    """The bits of three blocks, the first of which they are."""
    return bits + coded(FLAT, 0, CODING) * 2


@pytest.mark.parametrize(
    "block", [FLAT, FULL, Block(1023, FLAT.ac), Block(-1024, FLAT.ac)], ids=["flat", "full", "largest", "smallest"]
)
def test_a_whole_block_is_cut(block: Block) -> None:
    scans = _cut_bits(_in_front(coded(block, 0, CODING)))

    assert scans is not None
    assert blocks_of(scans[0], b"\0\1\2", [CODING] * 3, 3) == [block, FLAT, FLAT]


DC_ONLY = coded(FLAT, 0, CODING).removesuffix(AC_CODES[END_OF_BLOCK])
ONE = AC_CODES[1] + "1"

DAMAGED_BLOCKS = {
    "a DC coefficient over the largest": coded(Block(1024, FLAT.ac), 0, CODING),
    "a DC coefficient under the smallest": coded(Block(-1025, FLAT.ac), 0, CODING),
    "64 other coefficients": DC_ONLY + ONE * 60 + AC_CODES[0x31] + "1",
    "76 other coefficients": DC_ONLY + ONE * 60 + AC_CODES[SIXTEEN_ZEROS],
    "an end of several blocks": DC_ONLY + AC_CODES[0x10] + AC_CODES[END_OF_BLOCK],
    "a run of 14 zeros without a value": DC_ONLY + AC_CODES[0xE0] + AC_CODES[END_OF_BLOCK],
    "a coefficient of 11 bits": DC_ONLY + AC_CODES[0x0B] + "1" * 11 + AC_CODES[END_OF_BLOCK],
    "a coefficient of 15 bits": DC_ONLY + AC_CODES[0xFF] + "1" * 15 + AC_CODES[END_OF_BLOCK],
}


@pytest.mark.parametrize("damage", DAMAGED_BLOCKS)
def test_a_damaged_block_is_found(damage: str) -> None:
    assert _cut_bits(_in_front(DAMAGED_BLOCKS[damage])) is None


def test_zeros_do_not_add_up_to_the_end_of_a_block() -> None:
    short = Coding(CODING.dc, bytes([1, 1, *[0] * 14]) + bytes((SIXTEEN_ZEROS, END_OF_BLOCK)))
    zeros = codes_of(short.ac)[SIXTEEN_ZEROS]

    assert [count for count in range(20) if _cut_bits((DC_ONLY + zeros * count) * 3, coding=short) is not None] == []
    assert _cut_bits(coded(FLAT, 0, short) * 3, coding=short) is not None


def test_a_part_ends_with_its_last_block() -> None:
    usual = Coding(*frame_of(BODY).tables[3:5])
    flat = coded(FLAT, 0, usual)
    assert flat == "0000", "two blocks have a byte"

    def is_cut(*parts: str) -> bool:
        return _cut_bits(*parts, coding=usual, restart=1) is not None

    assert is_cut(flat * 3, flat * 3, flat * 3)
    assert not is_cut(flat * 3, flat * 5, flat * 3), "a byte more"
    assert not is_cut(flat * 3, flat * 3, flat * 5), "a byte more at the end"
    assert not is_cut(flat * 3, flat * 2, flat * 3), "a block that the next part begins with"
    assert not is_cut(flat * 3, flat * 3, flat * 2), "a block that is missing at the end"


@given(seed=st.integers(0, 2**32))
def test_any_bytes_and_tables_are_cut_or_not(seed: int) -> None:
    dice = random.Random(seed)
    scan = bytearray(dice.randbytes(dice.randrange(3000)).replace(b"\xff", b"\xff\0"))
    tables = [
        table
        for _ in range(3)
        for table in (_any_table(dice, DC_SYMBOLS), _any_table(dice, range(256)), frame_of(BODY).tables[2])
    ]

    scans = cut(BODY, [(0, 0), (3, 2)], (2, 2), scan=bytes(scan) + END_OF_IMAGE, tables=tuple(tables))

    assert scans is None or len(scans) == 2


@given(seed=st.integers(0, 2**32), restart=st.sampled_from([0, 1, 5]))
def test_changed_bytes_are_cut_or_not(seed: int, restart: int) -> None:
    dice = random.Random(seed)
    body = jpeg(restart_marker_blocks=restart)
    scan = bytearray(scan_in(body))
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
