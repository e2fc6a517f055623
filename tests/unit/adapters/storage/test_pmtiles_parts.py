"""The parts of PMTiles archives against the package of their makers."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import Entry as TheirEntry
from pmtiles.tile import (
    deserialize_directory,
    deserialize_header,
    serialize_directory,
    tileid_to_zxy,
    zxy_to_tileid,
)

from tilekeep.adapters.storage.pmtiles.directory import Entry, decoded_directory, encoded_directory, inflated
from tilekeep.adapters.storage.pmtiles.header import GZIP, HEADER_BYTES, NONE, Header, parsed_header
from tilekeep.adapters.storage.pmtiles.tile_ids import coord_of, first_id, tile_id
from tilekeep.domain.tile import TileCoord

coords = st.integers(0, 26).flatmap(
    lambda z: st.builds(TileCoord, st.just(z), st.integers(0, (1 << z) - 1), st.integers(0, (1 << z) - 1))
)


@st.composite
def directories(draw: st.DrawFn) -> list[Entry]:
    entries, number, behind = [], 0, 0
    for _ in range(draw(st.integers(1, 40))):
        number += draw(st.integers(0, 1 << 40)) + (1 if entries else 0)
        length, run = draw(st.integers(1, 1 << 31)), draw(st.integers(0, 100))
        offset = draw(st.sampled_from([behind, draw(st.integers(0, 1 << 50))]))
        entries.append(Entry(number, offset, length, run))
        behind, number = offset + length, number + run
    return entries


@given(coords)
def test_numbers_of_tiles_are_theirs_and_lead_back(coord: TileCoord) -> None:
    number = tile_id(coord)

    assert number == zxy_to_tileid(*coord)
    assert coord_of(number) == coord == tileid_to_zxy(number)


def test_levels_follow_each_other_without_a_gap() -> None:
    assert [first_id(z) for z in range(4)] == [0, 1, 5, 21]
    assert sorted(tile_id(TileCoord(3, x, y)) for x in range(8) for y in range(8)) == list(range(21, 85))


@given(directories())
def test_directories_are_written_as_they_write_them_and_read_back(entries: list[Entry]) -> None:
    body = encoded_directory(entries)

    assert body == serialize_directory([TheirEntry(*entry) for entry in entries])
    for directory in (decoded_directory(body, GZIP), decoded_directory(gzip.decompress(body), NONE)):
        assert [directory.entry(index) for index in range(len(directory))] == entries
    assert [(e.tile_id, e.offset, e.length, e.run_length) for e in deserialize_directory(body)] == entries


@given(directories(), st.data())
def test_a_tile_is_found_in_its_run_or_below_the_leaf_before_it(entries: list[Entry], data: st.DataObject) -> None:
    directory = decoded_directory(encoded_directory(entries), GZIP)
    entry = data.draw(st.sampled_from(entries))

    assert directory.find(entry.first) == entry
    if entry.run:
        assert directory.find(entry.first + entry.run - 1) == entry
    behind = entry.first + entry.run
    if entry.run and all(other.first != behind for other in entries):
        assert directory.find(behind) is None
    assert directory.find(entries[0].first - 1) is None


@given(st.binary(max_size=200), st.sampled_from([NONE, GZIP]))
def test_whatever_is_no_directory_is_a_value_error(body: bytes, compression: int) -> None:
    try:
        directory = decoded_directory(body, compression)
    except ValueError:
        return
    assert len(directory.firsts) == len(directory.runs) == len(directory.lengths) == len(directory.offsets)


@given(st.binary(max_size=300).map(lambda tail: b"PMTiles\3" + tail))
def test_whatever_is_no_header_is_a_value_error(head: bytes) -> None:
    try:
        header = parsed_header(head)
    except ValueError:
        return
    assert header.encoded() == head[:HEADER_BYTES]


@given(st.builds(Header, *[st.integers(0, (1 << 64) - 1)] * 11, *[st.integers(0, 1)] + [st.just(2)] * 2,
                 st.integers(0, 6), *[st.integers(0, 31)] * 2, *[st.integers(-(1 << 31), (1 << 31) - 1)] * 4,
                 st.integers(0, 31), *[st.integers(-(1 << 31), (1 << 31) - 1)] * 2))  # fmt: skip
def test_headers_say_what_theirs_say(header: Header) -> None:
    theirs = deserialize_header(header.encoded())

    assert parsed_header(header.encoded()) == header
    assert list(theirs.values())[1:12] == list(header[:11])
    assert theirs["max_zoom"] == header.max_zoom
    assert [theirs["min_lon_e7"], theirs["max_lat_e7"]] == [header.min_lon_e7, header.max_lat_e7]  # type: ignore[typeddict-item]


def test_a_bomb_is_not_inflated() -> None:
    bomb = gzip.compress(bytes(50_000_000))

    with pytest.raises(ValueError, match="too large"):
        inflated(bomb, 1_000_000)
    with pytest.raises(ValueError, match="too large"):
        decoded_directory(bomb, GZIP)
    with pytest.raises(ValueError, match="cut"):
        inflated(bomb[:1000], 100_000_000)
