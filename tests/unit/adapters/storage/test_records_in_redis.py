"""The record beside a tile in Redis: it speaks of the tile that it was written for, and of no other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.storage.redis.record import encoded, rest_of, time_in
from tilekeep.adapters.storage.tile_record import NO_RECORD, TileRecord
from tilekeep.domain.tile import Validators

BODIES = st.binary(min_size=1, max_size=100)
FACTS = TileRecord(Validators('"abc"', "Sat, 01 Jun 2024 00:00:00 GMT"), "12ab")


@given(BODIES, st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([NO_RECORD, FACTS]))
def test_what_is_written_is_read(body: bytes, at: float, facts: TileRecord) -> None:
    record = encoded(at, len(body), body, facts)

    assert time_in(record, len(body), body) == at
    assert rest_of(record) == facts


@given(BODIES, BODIES)
def test_a_record_says_nothing_of_a_tile_of_another_size_or_with_another_end(body: bytes, other: bytes) -> None:
    record = encoded(1.0, len(body), body, FACTS)

    same = len(body) == len(other) and body[-32:] == other[-32:]
    assert (time_in(record, len(other), other) == 1.0) is same


@given(st.binary(max_size=100) | st.none())
def test_what_is_no_record_says_nothing(record: bytes | None) -> None:
    assert time_in(record if record is None else b"\xff" + record, 3, b"abc") is None
    assert time_in(None if record is None else record[:30], 3, b"abc") is None
