"""What every tile store promises: the contract of :mod:`tilekeep.ports.tile_store`."""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tilekeep.domain.staleness import MARKED_STALE, UNKNOWN_TIME, is_older
from tilekeep.domain.tile import NewTile, TileCoord, TileInfo, TileKey, Validators
from tilekeep.ports.tile_store import TileStore, TileWindow

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
JPEG_HEAD = b"\xff\xd8\xff\xe0"

AT = 1_700_000_000.25
LATER = AT + 3600.0

KEY = TileKey(TileCoord(4, 9, 6))
OTHER = TileKey(TileCoord(4, 9, 7))
DEEPER = TileKey(TileCoord(5, 9, 6))
MISSING = TileKey(TileCoord(4, 0, 0))
IN_TIME = KEY._replace(dimensions=(("time", "2024-01-01"),))

VALIDATORS = Validators('"abc"', "Sat, 01 Jun 2024 00:00:00 GMT")
NEWER_VALIDATORS = Validators('W/"def"', None)

#: Sets of dimensions that a careless name would mix up with one another, with a level, or with another directory.
DIMENSIONS = [
    pytest.param((), id="none"),
    pytest.param((("time", "2024-01-01"),), id="one"),
    pytest.param((("elevation", "100"), ("time", "2024-01-01T00:00:00Z")), id="two"),
    pytest.param((("dim_run", "1"), ("time", "2")), id="predefined-and-custom"),
    pytest.param((("time", "2024-01-01/2024-02-01"),), id="nesting"),
    pytest.param((("time", "2024/4"),), id="ending-like-a-level"),
    pytest.param((("time", "2024/04"),), id="ending-like-a-padded-level"),
    pytest.param((("time", "2024/4/9/6.png"),), id="ending-like-a-tile"),
    pytest.param((("a", "1/b-2"),), id="value-like-two-dimensions"),
    pytest.param((("a", "1"), ("b", "2")), id="those-two-dimensions"),
    pytest.param((("a-b", "c"),), id="dash-in-the-name"),
    pytest.param((("a", "b-c"),), id="dash-in-the-value"),
    pytest.param((("time", ""),), id="empty-value"),
    pytest.param((("time", "."),), id="dot"),
    pytest.param((("time", "../../../../etc"),), id="climbing"),
    pytest.param((("../../a", "b"),), id="climbing-name"),
    pytest.param((("time", "/etc"),), id="absolute"),
    pytest.param((("time", "a//b"),), id="double-slash"),
    pytest.param((("time", "a/"),), id="trailing-slash"),
    pytest.param((("time", "%2F"),), id="percent-escape"),
    pytest.param((("time", "a\0b"),), id="nul"),
    pytest.param((("time", "Zeit läuft\n"),), id="not-ascii"),
]


def png(text: object = "", size: int = 0) -> bytes:
    """Bytes that begin as a PNG image does."""
    return PNG_HEAD + str(text).encode().ljust(size, b".")


def new(key: TileKey, body: bytes, **more: Any) -> NewTile:
    return NewTile(key, body, "image/png", **more)


class TileStoreSuite(ABC):
    """Subclasses say what the store is bound to, and look at it from behind."""

    #: How exactly the store keeps instants, in seconds.
    time_resolution_seconds = 1e-6

    #: Columns and rows of a large batch, and sequences of operations: fewer where each takes a request.
    large_batch = (30, 40)
    examples = 60

    #: Whether other programs tell when they stored a tile, so that ``put`` can do so too.
    format_has_times = True

    #: Whether levels are removed in no time, so that nobody has to be asked whether to go on.
    removes_levels_at_once = False

    def medium(self, folder: Path) -> Any:
        """What stores can share: a directory below ``folder``, a file, a dictionary; new for each ``folder``."""
        return folder

    @abstractmethod
    def make_store(self, medium: Any) -> TileStore:
        """A store of PNG tiles on ``medium``."""

    @abstractmethod
    def put(self, medium: Any, key: TileKey, body: bytes, at: float) -> None:
        """Stores a tile without the code under test."""

    @abstractmethod
    def get(self, medium: Any, key: TileKey) -> bytes | None:
        """The bytes of a stored tile, found without the code under test."""

    @abstractmethod
    def leftovers(self, medium: Any) -> list[str]:
        """Whatever lies on ``medium`` that is no tile and should not be there."""

    def keeps_records(self, medium: Any) -> bool:
        """Whether validators and checksums can be kept on ``medium``."""
        return True

    @pytest.fixture
    def shared(self, tmp_path: Path) -> Any:
        return self.medium(tmp_path / "medium")

    @pytest.fixture
    def store(self, shared: Any) -> TileStore:
        return self.make_store(shared)

    # Reading

    def test_a_tile_that_is_not_stored_is_none(self, store: TileStore) -> None:
        self.write(store, OTHER)

        assert store.read(MISSING) is None
        assert dict(store.read_many([MISSING, OTHER])).keys() == {OTHER}
        assert dict(store.stat_many([MISSING, OTHER])).keys() == {OTHER}

    def test_an_untouched_store_is_empty(self, store: TileStore) -> None:
        assert store.read(KEY) is None
        assert list(store.list(4)) == []

    def test_what_lies_on_the_medium_is_read(self, store: TileStore, shared: Any) -> None:
        self.put(shared, KEY, png("from behind"), AT)

        tile = store.read(KEY)

        assert tile is not None
        assert tile.body == png("from behind")
        assert tile.info.size == len(png("from behind"))
        if self.format_has_times:
            assert tile.info.stored_at == pytest.approx(AT, abs=self.time_resolution_seconds)
        assert tile.info.stored_at > MARKED_STALE

    def test_an_empty_tile_counts_as_not_stored(self, store: TileStore, shared: Any) -> None:
        self.put(shared, KEY, b"", AT)

        assert store.read(KEY) is None
        assert dict(store.read_many([KEY])) == {}
        assert dict(store.stat_many([KEY])) == {}
        assert dict(store.renew([KEY], LATER, None)) == {}
        assert list(store.list(4)) == []

    @pytest.mark.parametrize(
        ("body", "media_type"),
        [
            pytest.param(png("x"), "image/png", id="as-expected"),
            pytest.param(JPEG_HEAD + b"x" * 20, "image/jpeg", id="another-format"),
        ],
    )
    def test_the_media_type_is_that_of_the_bytes(self, store: TileStore, body: bytes, media_type: str) -> None:
        store.write([new(KEY, body)], AT)

        tile = store.read(KEY)

        assert tile is not None
        assert tile.media_type == media_type

    # Writing

    def test_a_written_tile_lies_on_the_medium(self, store: TileStore, shared: Any) -> None:
        self.write(store, KEY, png("new"))

        assert self.get(shared, KEY) == png("new")
        assert self.leftovers(shared) == []

    def test_the_infos_of_a_batch_equal_what_is_read_later(self, store: TileStore) -> None:
        batch = [new(key, png(key), validators=VALIDATORS) for key in (DEEPER, KEY, OTHER, IN_TIME)]

        infos = store.write(batch, AT + 0.123456789)

        found = store.read_many([tile.key for tile in batch])
        assert infos == [found[tile.key].info for tile in batch]
        assert [info.size for info in infos] == [len(tile.body) for tile in batch]
        assert infos == [self.read_info(store, tile.key) for tile in batch]

    def test_a_tile_is_stored_with_the_time_it_is_given(self, store: TileStore) -> None:
        (info,) = store.write([new(KEY, png())], AT)

        assert info.stored_at == pytest.approx(AT, abs=self.time_resolution_seconds)

    def test_an_empty_batch_stores_nothing(self, store: TileStore) -> None:
        assert store.write([], AT) == []

    def test_a_large_batch_over_levels_and_dimensions_comes_back_whole(self, store: TileStore) -> None:
        columns, rows = self.large_batch
        keys = [TileKey(TileCoord(9, x, y)) for x in range(columns) for y in range(rows)]
        keys += [key._replace(coord=key.coord._replace(z=10)) for key in keys[::100]]
        keys += [key._replace(dimensions=IN_TIME.dimensions) for key in keys[::100]]

        infos = store.write([new(key, png(key)) for key in keys], AT)

        found = store.read_many(keys)
        assert {key: found[key].body for key in keys} == {key: png(key) for key in keys}
        assert [found[key].info for key in keys] == infos
        assert store.stat_many(keys).keys() == set(keys)
        assert {key for z in (9, 10) for key, _ in store.list(z)} == set(keys)

    def test_of_two_tiles_for_one_key_in_a_batch_the_later_stays(self, store: TileStore) -> None:
        store.write([new(KEY, png("first"), validators=VALIDATORS), new(OTHER, png()), new(KEY, png("later"))], AT)

        assert self.read_body(store, KEY) == png("later")
        assert store.stat_many([KEY])[KEY].validators is None

    def test_many_tiles_are_renewed_and_removed_in_one_call(self, store: TileStore) -> None:
        keys = [
            TileKey(TileCoord(z, x, 3), dimensions)
            for z in (4, 5)
            for x in range(8)
            for dimensions in ((), IN_TIME.dimensions)
        ]
        store.write([new(key, png(key)) for key in keys], AT)

        renewed = store.renew(keys[::2], LATER, None)
        store.remove(keys[1::2])

        assert renewed.keys() == set(keys[::2])
        assert dict(store.stat_many(keys)) == dict(renewed)
        assert {key for z in (4, 5) for key, _ in store.list(z)} == set(keys[::2])

    def test_a_tile_replaces_the_one_before(self, store: TileStore, shared: Any) -> None:
        self.write(store, KEY, png("a long first tile"), at=AT)

        (info,) = store.write([new(KEY, png("second"))], LATER)

        assert self.read_body(store, KEY) == png("second")
        assert self.get(shared, KEY) == png("second")
        assert self.read_info(store, KEY) == info
        assert len(list(store.list(4))) == 1
        assert self.leftovers(shared) == []

    @pytest.mark.parametrize("dimensions", DIMENSIONS)
    def test_tiles_of_other_dimensions_are_other_tiles(
        self, store: TileStore, shared: Any, dimensions: tuple[tuple[str, str], ...]
    ) -> None:
        everything = [KEY._replace(dimensions=param.values[0]) for param in DIMENSIONS]  # type: ignore[arg-type]
        for key in everything:
            self.write(store, key, png(key))

        key = KEY._replace(dimensions=dimensions)

        assert self.read_body(store, key) == png(key)
        assert {found for found, _ in store.list(4)} == set(everything)
        assert self.leftovers(shared) == []

    def test_variants_are_other_tiles(self, store: TileStore) -> None:
        keys = [
            variant
            for key in (KEY, IN_TIME)
            for variant in (key, key._replace(variant="2x"), key._replace(variant="a/../../b"))
        ]
        for key in keys:
            self.write(store, key, png(key))

        assert {key: self.read_body(store, key) for key in keys} == {key: png(key) for key in keys}
        assert {key for key, _ in store.list(4)} == set(keys)

    # Tile records

    def test_stat_tells_validators_and_checksum(self, store: TileStore, shared: Any) -> None:
        self.need_records(shared)
        store.write([new(KEY, png(), validators=VALIDATORS, checksum="12ab")], AT)

        info = store.stat_many([KEY])[KEY]

        assert (info.validators, info.checksum) == (VALIDATORS, "12ab")

    def test_each_tile_of_a_batch_has_the_record_that_it_came_with(self, store: TileStore, shared: Any) -> None:
        self.need_records(shared)
        keys = [TileKey(TileCoord(5, x, y)) for x in range(6) for y in range(7)]
        store.write([new(key, png(), validators=VALIDATORS, checksum="12ab") for key in keys], AT)
        records = {key: (VALIDATORS, None) if number % 5 == 1 else (None, None) for number, key in enumerate(keys)}

        store.write([new(key, png(), validators=validators) for key, (validators, _) in records.items()], LATER)

        infos = store.stat_many(keys)
        assert {key: (info.validators, info.checksum) for key, info in infos.items()} == records
        assert {info.stored_at for info in infos.values()} == {self.read_info(store, keys[0]).stored_at}
        assert self.read_info(store, keys[0]).stored_at > AT

    def test_stat_tells_times_and_sizes_without_records_too(self, store: TileStore) -> None:
        keys = [KEY, OTHER]
        store.write([new(key, png(key), validators=VALIDATORS, checksum="12ab") for key in keys], AT)

        infos = store.stat_many([*keys, MISSING], with_records=False)

        assert {key: info[:2] for key, info in infos.items()} == {key: self.read_info(store, key)[:2] for key in keys}

    def test_reading_never_looks_at_the_record(self, store: TileStore) -> None:
        store.write([new(KEY, png(), validators=VALIDATORS, checksum="12ab")], AT)

        info = self.read_info(store, KEY)

        assert (info.validators, info.checksum) == (None, None)

    def test_a_new_tile_does_not_inherit_the_record_of_the_old_one(self, store: TileStore) -> None:
        store.write([new(KEY, png(1), validators=VALIDATORS, checksum="12ab")], AT)

        store.write([new(KEY, png(2))], LATER)

        info = store.stat_many([KEY])[KEY]
        assert (info.validators, info.checksum) == (None, None)

    def test_a_record_too_large_for_the_medium_does_not_harm_the_tile(self, store: TileStore) -> None:
        store.write([new(KEY, png(), validators=Validators("x" * 1_000_000, None))], AT)

        assert self.read_body(store, KEY) == png()

    # Renewing

    def test_renewing_changes_the_time_and_nothing_else(self, store: TileStore, shared: Any) -> None:
        store.write([new(KEY, png("kept"), validators=VALIDATORS, checksum="12ab")], AT)
        before = store.stat_many([KEY])[KEY]

        renewed = store.renew([KEY, MISSING], LATER, None)

        assert renewed.keys() == {KEY}
        assert renewed[KEY].stored_at == pytest.approx(LATER, abs=self.time_resolution_seconds)
        assert renewed[KEY]._replace(stored_at=before.stored_at) == before
        assert store.stat_many([KEY])[KEY] == renewed[KEY]
        assert self.read_info(store, KEY).stored_at == renewed[KEY].stored_at
        assert self.get(shared, KEY) == png("kept")
        assert self.get(shared, MISSING) is None

    def test_renewing_may_bring_new_validators(self, store: TileStore, shared: Any) -> None:
        self.need_records(shared)
        store.write([new(KEY, png(), validators=VALIDATORS, checksum="12ab")], AT)

        renewed = store.renew([KEY], LATER, NEWER_VALIDATORS)

        assert (renewed[KEY].validators, renewed[KEY].checksum) == (NEWER_VALIDATORS, "12ab")
        assert store.stat_many([KEY])[KEY] == renewed[KEY]

    def test_a_tile_marked_stale_has_the_time_zero_and_keeps_its_record(self, store: TileStore) -> None:
        store.write([new(KEY, png("kept"), validators=VALIDATORS), new(OTHER, png())], AT)
        before = store.stat_many([KEY, OTHER])

        store.mark_stale([KEY, MISSING])

        assert store.stat_many([KEY, OTHER]) == {KEY: before[KEY]._replace(stored_at=0.0), OTHER: before[OTHER]}
        assert self.read_body(store, KEY) == png("kept")
        assert store.read(MISSING) is None

    # Removing

    def test_removed_tiles_are_gone_and_others_stay(self, store: TileStore, shared: Any) -> None:
        for key in (KEY, OTHER, IN_TIME):
            self.write(store, key)

        store.remove([KEY, MISSING])

        assert store.read(KEY) is None
        assert self.get(shared, KEY) is None
        assert {key for key, _ in store.list(4)} == {OTHER, IN_TIME}

    def test_removing_a_level_removes_it_in_every_dimension_and_nothing_else(
        self, store: TileStore, shared: Any
    ) -> None:
        shallower = TileKey(TileCoord(3, 1, 1))
        for key in (shallower, KEY, OTHER, IN_TIME, DEEPER, DEEPER._replace(dimensions=IN_TIME.dimensions)):
            self.write(store, key)

        store.remove_level(4)

        assert list(store.list(4)) == []
        assert self.get(shared, KEY) is None
        assert [key for key, _ in store.list(3)] == [shallower]
        assert len(list(store.list(5))) == 2
        assert self.leftovers(shared) == []

    def test_removing_old_tiles_of_a_level_spares_younger_ones(self, store: TileStore) -> None:
        self.write(store, KEY, at=AT)
        self.write(store, IN_TIME, at=AT)
        self.write(store, OTHER, at=LATER)

        store.remove_level(4, older_than=LATER)

        assert [key for key, _ in store.list(4)] == [OTHER]

    def test_tiles_of_unknown_age_are_removed_as_old_ones_unless_they_are_to_be_spared(self, store: TileStore) -> None:
        for key, at in ((KEY, UNKNOWN_TIME), (OTHER, AT), (IN_TIME, UNKNOWN_TIME)):
            self.write(store, key, at=at)

        store.remove_level(4, older_than=LATER, spare_unknown=True)
        spared = {key for key, _ in store.list(4)}
        store.remove_level(4, older_than=LATER)

        assert spared == {KEY, IN_TIME}
        assert list(store.list(4)) == []

    def test_removing_a_level_may_be_ended_and_gone_on_with(self, store: TileStore) -> None:
        for key in (KEY, OTHER, IN_TIME):
            self.write(store, key)
        asked: list[bool] = []

        def is_to_end() -> bool:
            asked.append(True)
            return True

        store.remove_level(4, is_to_end=is_to_end)
        was_asked = bool(asked)
        store.remove_level(4)

        assert was_asked or self.removes_levels_at_once
        assert list(store.list(4)) == []

    def test_removing_a_level_that_is_not_there_is_no_error(self, store: TileStore) -> None:
        store.remove_level(17)
        store.remove_level(17, older_than=LATER)

    # Listing

    def test_old_times_may_be_inexact_where_that_is_permitted_but_stay_old(self, store: TileStore) -> None:
        self.write(store, KEY, at=AT)
        self.write(store, OTHER, at=LATER)

        listed = dict(store.list(4, exact_from=LATER))

        assert listed.keys() == {KEY, OTHER}
        assert listed[KEY].stored_at < LATER
        assert listed[OTHER].stored_at == self.read_info(store, OTHER).stored_at

    def test_listing_tells_the_tiles_of_one_level_with_their_times_and_sizes(self, store: TileStore) -> None:
        for key in (KEY, OTHER, IN_TIME, DEEPER):
            self.write(store, key, png(key))

        listed = dict(store.list(4))

        assert listed.keys() == {KEY, OTHER, IN_TIME}
        assert all(_bare(listed[key]) == self.read_info(store, key) for key in listed)

    def test_listing_inside_a_window_includes_its_edges(self, store: TileStore) -> None:
        level = 12
        for x, y in itertools.product(range(998, 1003), range(1998, 2003)):
            self.write(store, TileKey(TileCoord(level, x, y)))

        listed = [key.coord for key, _ in store.list(level, TileWindow(999, 2000, 1001, 2000))]

        assert sorted(listed) == [(level, 999, 2000), (level, 1000, 2000), (level, 1001, 2000)]

    @pytest.mark.parametrize(
        "coord",
        [
            pytest.param(TileCoord(0, 0, 0), id="first"),
            pytest.param(TileCoord(9, 511, 511), id="last-of-a-level"),
            pytest.param(TileCoord(10, 1000, 999), id="thousands"),
            pytest.param(TileCoord(14, 10_000, 9_999), id="ten-thousands"),
            pytest.param(TileCoord(22, 1_234_567, 3_999_999), id="millions"),
            pytest.param(TileCoord(29, (1 << 29) - 1, 123_456_789), id="hundreds-of-millions"),
        ],
    )
    def test_tiles_anywhere_come_back(self, store: TileStore, shared: Any, coord: TileCoord) -> None:
        key = TileKey(coord)

        self.write(store, key, png(coord))

        assert self.read_body(store, key) == png(coord)
        assert self.get(shared, key) == png(coord)
        assert [found for found, _ in store.list(coord.z)] == [key]
        assert [found for found, _ in store.list(coord.z, TileWindow(coord.x, coord.y, coord.x, coord.y))] == [key]
        assert list(store.list(coord.z, TileWindow(coord.x + 1, coord.y, coord.x + 5, coord.y))) == []

    # Together

    def test_threads_that_write_one_tile_never_show_a_mixture(self, store: TileStore, shared: Any) -> None:
        bodies = [png(number, size=50_000 + number) for number in range(4)]
        self.write(store, KEY, bodies[0])
        done = threading.Event()

        def read() -> set[bytes]:
            seen = set()
            while not done.is_set():
                seen.add(self.read_body(store, KEY))
            return seen

        with ThreadPoolExecutor(8) as pool:
            readers = [pool.submit(read) for _ in range(2)]
            writers = [pool.submit(self.write_often, store, KEY, body, 25) for body in bodies]
            try:
                for writer in writers:
                    writer.result()
            finally:
                done.set()
            seen = set().union(*(reader.result() for reader in readers))

        assert seen <= set(bodies)
        assert self.read_body(store, KEY) in bodies
        assert self.leftovers(shared) == []

    def test_any_sequence_of_operations_agrees_with_a_dictionary(self, tmp_path: Path) -> None:
        runs = itertools.count()

        def fresh() -> TileStore:
            return self.make_store(self.medium(tmp_path / f"run{next(runs)}"))

        run_state_machine_as_test(
            lambda: StoreAgainstDictionary(fresh(), self.time_resolution_seconds),
            settings=settings(
                max_examples=self.examples,
                stateful_step_count=20,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )

    # For the tests

    def write(self, store: TileStore, key: TileKey, body: bytes = PNG_HEAD, at: float = AT) -> None:
        store.write([new(key, body)], at)

    def write_often(self, store: TileStore, key: TileKey, body: bytes, times: int) -> None:
        for _ in range(times):
            self.write(store, key, body)

    def read_body(self, store: TileStore, key: TileKey) -> bytes:
        tile = store.read(key)
        assert tile is not None
        assert isinstance(tile.body, bytes)
        return tile.body

    def read_info(self, store: TileStore, key: TileKey) -> TileInfo:
        tile = store.read(key)
        assert tile is not None
        return tile.info

    def need_records(self, medium: Any) -> None:
        if not self.keeps_records(medium):
            pytest.skip("this file system has no extended attributes to keep records in")


def _bare(info: TileInfo) -> TileInfo:
    return info._replace(validators=None, checksum=None)


_COORDS = st.builds(TileCoord, st.just(3), st.integers(0, 2), st.integers(0, 2)) | st.just(TileCoord(2, 1, 1))
_KEYS = st.builds(
    TileKey,
    _COORDS,
    st.sampled_from([(), (("time", "1"),), (("a", "1/b-2"),), (("a", "1"), ("b", "2"))]),
    st.sampled_from(["", "2x"]),
)
_BODIES = st.binary(min_size=1, max_size=40).map(lambda tail: PNG_HEAD + tail)
_TIMES = st.sampled_from([1000.0, 2000.5, 3000.25])
_LEVELS = st.sampled_from([2, 3])


class StoreAgainstDictionary(RuleBasedStateMachine):
    """Random operations on a store and on a dictionary of (bytes, time)."""

    def __init__(self, store: TileStore, resolution: float) -> None:
        super().__init__()
        self.store = store
        self.resolution = resolution
        self.model: dict[TileKey, tuple[bytes, float]] = {}

    @rule(batch=st.lists(st.tuples(_KEYS, _BODIES), max_size=4), at=_TIMES)
    def write(self, batch: list[tuple[TileKey, bytes]], at: float) -> None:
        self.store.write([new(key, body) for key, body in batch], at)
        self.model.update({key: (body, at) for key, body in batch})

    @rule(keys=st.lists(_KEYS, max_size=3), at=_TIMES, validators=st.sampled_from([None, VALIDATORS]))
    def renew(self, keys: list[TileKey], at: float, validators: Validators | None) -> None:
        renewed = self.store.renew(keys, at, validators)
        assert renewed.keys() == set(keys) & self.model.keys()
        self.model.update({key: (self.model[key][0], at) for key in renewed})

    @rule(keys=st.lists(_KEYS, max_size=3))
    def mark_stale(self, keys: list[TileKey]) -> None:
        self.store.mark_stale(keys)
        self.model.update({key: (self.model[key][0], 0.0) for key in keys if key in self.model})

    @rule(keys=st.lists(_KEYS, max_size=3))
    def remove(self, keys: list[TileKey]) -> None:
        self.store.remove(keys)
        for key in keys:
            self.model.pop(key, None)

    @rule(z=_LEVELS, older_than=st.none() | _TIMES, spare_unknown=st.booleans())
    def remove_level(self, z: int, older_than: float | None, spare_unknown: bool) -> None:
        self.store.remove_level(z, older_than, spare_unknown=spare_unknown)
        for key in [key for key, (_, at) in self.model.items() if key.coord.z == z]:
            if older_than is None or is_older(self.model[key][1], older_than, spare_unknown=spare_unknown):
                del self.model[key]

    @rule(key=_KEYS)
    def read(self, key: TileKey) -> None:
        tile = self.store.read(key)
        assert (tile.body if tile else None) == (self.model[key][0] if key in self.model else None)

    @invariant()
    def lists_what_is_stored(self) -> None:
        listed = dict(itertools.chain.from_iterable(self.store.list(z) for z in (2, 3)))
        assert listed.keys() == self.model.keys()
        for key, info in listed.items():
            body, at = self.model[key]
            assert info.size == len(body)
            assert info.stored_at == pytest.approx(at, abs=self.resolution)

    @invariant()
    def reads_what_is_stored(self) -> None:
        found = self.store.read_many(list(self.model))
        assert {key: tile.body for key, tile in found.items()} == {key: body for key, (body, _) in self.model.items()}
