"""Tiles that are made of other tiles of the cache: when they are made, and when what is kept is good."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.map_source import FakeMapSource
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tests.fakes.tile_lock import FakeTileLock
from tests.fakes.tile_store import FakeTileStore
from tests.unit.application.kitchen import LIMITS, Kitchen
from tests.unit.domain.strategies import WEBMERCATOR
from tilekeep.application.derived_tiles import DerivedTiles, Recipe
from tilekeep.application.tile_answer import TileAnswer
from tilekeep.application.tile_recipes import InOtherFormat, OfNextLevel
from tilekeep.application.variant_tiles import VariantTiles
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import ImageError, SourceContentError, SourceStatusError, StoreError
from tilekeep.domain.geometry import Size
from tilekeep.domain.image import ImageEncoding, ImageLimits
from tilekeep.domain.keeping import Keeping
from tilekeep.domain.map_query import Blank, Drawn, Fetched, MapQuery, SourceAnswer
from tilekeep.domain.staleness import KEEP_FOR_EVER, RelativeLimit, StalenessPolicy
from tilekeep.domain.tile import FileSlice, TileCoord, TileKey
from tilekeep.domain.tile_state import TileState

DAMAGED = b"damaged"

COORD = TileCoord(2, 1, 1)
WEBP = TileKey(COORD, variant="webp")
DOUBLED = TileKey(COORD, variant="@2x")
OF_DOUBLED = [TileKey(TileCoord(3, x, y)) for y in (2, 3) for x in (2, 3)]


def read_slice(body: FileSlice) -> bytes:
    return image(256, 256, f"slice of {body.path}")


class AnyWords(TextImaging):
    """Reads what was cut out of a map, too."""

    def decode(self, body: bytes, limits: ImageLimits, *, lazily: bool = False) -> TextRaster:
        try:
            return super().decode(body, limits)
        except ImageError:
            if body == DAMAGED:
                raise
            return TextRaster(Size(256, 256), body.decode())


@dataclass
class Derived:
    """Derived tiles of a cache in which tests store what they want."""

    policy: StalenessPolicy = KEEP_FOR_EVER
    keeps: bool = True
    answer: SourceAnswer | SourceStatusError = field(default_factory=Blank)
    storage_only: bool = False

    def __post_init__(self) -> None:
        self.source = FakeMapSource(self.answer)
        self.kitchen = Kitchen(self.source, policy=self.policy, storage_only=self.storage_only)
        self.store: FakeTileStore = self.kitchen.store
        self.clock: FakeClock = self.kitchen.clock
        self.locks = FakeTileLock(self.clock)
        self.webp = self._tiles(InOtherFormat(AnyWords(), LIMITS, "", ImageEncoding("image/webp")))
        self.doubled = self._tiles(OfNextLevel(AnyWords(), LIMITS, WEBMERCATOR, ImageEncoding()))

    def _tiles(self, recipe: Recipe) -> DerivedTiles:
        return DerivedTiles(
            tiles=self.kitchen.get_tile,
            recipe=recipe,
            store=self.store if self.keeps else None,
            locks=self.locks,
            lock_id="cache",
            clock=self.clock,
            read_slice=read_slice,
        )

    def put(self, shows: str = "map", key: TileKey = TileKey(COORD), age: float = 10.0) -> float:  # noqa: B008
        at = self.clock.now() - age
        self.store.put(key, image(256, 256, shows), at)
        return at

    def get(self) -> TileAnswer:
        return self.webp(WEBP, Purpose.SERVE, NO_DEADLINE)

    def get_doubled(self, key: TileKey = DOUBLED) -> TileAnswer:
        return self.doubled(key, Purpose.SERVE, NO_DEADLINE)


def body_of(answer: TileAnswer) -> bytes:
    assert answer.tile is not None
    assert isinstance(answer.tile.body, bytes)
    return answer.tile.body


def test_another_format_is_made_once_and_kept_beside_the_tile() -> None:
    derived = Derived()
    derived.put()

    answers = [derived.get(), derived.get()]

    assert [body_of(answer) for answer in answers] == [b"map", b"map"]
    assert [answer.state for answer in answers] == [TileState.MISS, TileState.HIT]
    assert derived.store.writes == [WEBP]
    assert derived.locks.history == ["cache-webp-1-1-2.lck"]


def test_it_is_as_old_as_the_tile_that_it_is_made_of() -> None:
    derived = Derived()
    at = derived.put()

    made, kept = derived.get().tile, derived.get().tile

    assert made is not None
    assert made.media_type == "image/webp"
    assert (made.info.stored_at, made.info.size) == (at, len(b"map"))
    assert kept is not None
    assert kept.info == made.info


def test_it_is_made_anew_when_the_tile_has_been_replaced() -> None:
    derived = Derived()
    derived.put("old")
    derived.get()
    derived.clock.advance(5)
    derived.put("new", age=0)
    derived.clock.advance(1)

    answer = derived.get()

    assert body_of(answer) == b"new"
    assert derived.store.writes == [WEBP, WEBP]


def test_one_of_the_same_instant_as_its_tile_may_be_older_and_is_made_anew() -> None:
    derived = Derived()
    derived.put(age=0)
    derived.get()
    derived.put("new", age=0)

    answer = derived.get()

    assert body_of(answer) == b"new"


def test_it_is_made_once_more_if_the_tile_is_replaced_while_it_is_made() -> None:
    derived = Derived()
    derived.put("old")

    class Meanwhile(AnyWords):
        def encode(self, *arguments: object, **more: object) -> object:  # type: ignore[override]
            derived.put("new", age=3)
            return AnyWords.encode(self, *arguments, **more)  # type: ignore[arg-type]

    derived.webp = derived._tiles(
        InOtherFormat(Meanwhile(), LIMITS, "", ImageEncoding("image/webp"))  # type: ignore[arg-type]
    )

    answer = derived.get()

    assert body_of(answer) == b"old"
    derived.webp = derived._tiles(InOtherFormat(AnyWords(), LIMITS, "", ImageEncoding("image/webp")))  # type: ignore[arg-type]
    assert body_of(derived.get()) == b"new"


@pytest.mark.parametrize("age", [5, 3600])
def test_it_follows_a_tile_that_is_replaced_by_one_with_an_older_time(age: float) -> None:
    derived = Derived()
    derived.put("old", age=2)
    derived.get()
    derived.put("restored", age=age)

    assert body_of(derived.get()) == b"restored"


def test_a_missing_tile_is_made_for_it() -> None:
    derived = Derived(answer=Fetched(image(512, 512), "image/png"))

    answer = derived.get()

    assert answer.state is TileState.MISS
    assert len(derived.source.queries) == 1
    assert TileKey(COORD) in derived.store.tiles


def test_a_stale_tile_is_refreshed_for_it() -> None:
    derived = Derived(StalenessPolicy(RelativeLimit(60)), answer=Fetched(image(512, 512), "image/png"))
    derived.put("old", age=100)

    answer = derived.get()

    assert answer.state is TileState.REFRESHED
    assert body_of(answer) != b"old"


def test_of_a_stale_tile_that_stands_in_it_is_kept_too() -> None:
    failure = SourceStatusError("no", status=500)
    derived = Derived(StalenessPolicy(RelativeLimit(60)), answer=failure)
    derived.put("old", age=100)

    answers = [derived.get(), derived.get()]

    assert [answer.state for answer in answers] == [TileState.STALE, TileState.STALE]
    assert answers[1].fresh_for is not None
    assert derived.store.writes == [WEBP]


def test_of_tiles_that_are_marked_as_stale_it_is_always_made_anew() -> None:
    """They all have one time, whichever of them it was made of."""
    derived = Derived(storage_only=True)
    derived.put("old")
    derived.get()
    derived.store.mark_stale([TileKey(COORD), WEBP])
    derived.put("new")
    derived.store.mark_stale([TileKey(COORD)])

    answers = [derived.get(), derived.get()]

    assert [body_of(answer) for answer in answers] == [b"new", b"new"]
    assert derived.store.writes == [WEBP]


@pytest.mark.parametrize(
    "keeping",
    [
        pytest.param(Keeping(storable=False), id="not to be stored"),
        pytest.param(Keeping(fresh_for=5.0), id="for a moment"),
    ],
)
def test_what_is_not_the_tile_that_is_stored_is_not_kept_in_another_format(keeping: Keeping) -> None:
    raster = TextImaging().decode(image(512, 512), LIMITS)
    derived = Derived(answer=Drawn(raster, *keeping))

    answer = derived.get()

    assert answer.tile is not None
    assert (answer.fresh_for, answer.storable) == keeping[:2]
    assert body_of(answer).startswith(b"map")
    assert answer.tile.media_type == "image/webp"
    assert WEBP not in derived.store.tiles


def test_where_there_is_no_tile_there_is_none_in_another_format() -> None:
    derived = Derived()

    answer = derived.get()

    assert answer.tile is None
    assert answer.storable


def test_a_cache_that_keeps_no_other_forms_makes_them_each_time() -> None:
    derived = Derived(keeps=False)
    derived.put()

    answers = [derived.get(), derived.get()]

    assert [answer.state for answer in answers] == [TileState.MISS, TileState.MISS]
    assert derived.store.writes == []


def test_a_store_that_takes_nothing_keeps_nobody_from_the_tile() -> None:
    derived = Derived(storage_only=True)
    derived.put()

    def refuse(*_: object) -> None:
        raise StoreError("full")

    derived.store.write = refuse  # type: ignore[assignment, method-assign]

    assert body_of(derived.get()) == b"map"


def test_who_gets_no_lock_gets_the_tile_all_the_same() -> None:
    derived = Derived()
    derived.put()
    derived.locks.unavailable = "read-only"

    answer = derived.get()

    assert body_of(answer) == b"map"
    assert derived.store.writes == []


def test_a_damaged_tile_is_passed_on_as_it_is() -> None:
    derived = Derived(storage_only=True)
    derived.store.put(TileKey(COORD), DAMAGED, derived.clock.now() - 10)

    answer = derived.get()

    assert body_of(answer) == DAMAGED
    assert answer.tile is not None
    assert answer.tile.media_type == "image/png"
    assert WEBP not in derived.store.tiles


def test_a_tile_that_has_the_format_already_is_passed_on() -> None:
    derived = Derived(storage_only=True)
    derived.webp = derived._tiles(InOtherFormat(AnyWords(), LIMITS, "", ImageEncoding("image/png")))
    derived.put()

    answer = derived.get()

    assert body_of(answer) == image(256, 256)
    assert derived.store.writes == []


def test_twice_the_pixels_are_the_tiles_of_the_next_level_side_by_side() -> None:
    derived = Derived(storage_only=True)
    for key, shows in zip(OF_DOUBLED, "abcd", strict=True):
        derived.put(shows, key)

    answers = [derived.get_doubled(), derived.get_doubled()]

    assert [body_of(answer) for answer in answers] == [b"a@0,0|b@256,0|c@0,256|d@256,256"] * 2
    assert derived.store.writes == [DOUBLED]


def test_they_are_put_together_anew_when_one_of_them_is_replaced() -> None:
    derived = Derived(storage_only=True)
    for key, shows in zip(OF_DOUBLED, "abcd", strict=True):
        derived.put(shows, key)
    derived.get_doubled()
    derived.clock.advance(5)
    at = derived.put("new", OF_DOUBLED[2], age=0)
    derived.clock.advance(1)

    answer = derived.get_doubled()

    assert body_of(answer) == b"a@0,0|b@256,0|new@0,256|d@256,256"
    assert answer.tile is not None
    assert answer.tile.info.stored_at == at


def test_on_the_last_level_the_tile_is_enlarged() -> None:
    derived = Derived(storage_only=True)
    last = TileKey(TileCoord(WEBMERCATOR.levels - 1, 0, 0))
    derived.put("map", last)

    answer = derived.get_doubled(last._replace(variant="@2x"))

    assert body_of(answer) == b"map rescaled"


def test_a_damaged_tile_among_four_is_an_error() -> None:
    derived = Derived(storage_only=True)
    for key in OF_DOUBLED:
        derived.put("map", key)
    derived.store.put(OF_DOUBLED[1], DAMAGED, derived.clock.now() - 10)

    with pytest.raises(SourceContentError):
        derived.get_doubled()


def test_each_variant_has_its_tiles_and_the_cache_its_own() -> None:
    derived = Derived()
    derived.put()
    tiles = VariantTiles(derived.kitchen.get_tile, {"webp": derived.webp})

    own, other = (tiles(key, Purpose.SERVE, NO_DEADLINE) for key in (TileKey(COORD), WEBP))

    assert (body_of(own), body_of(other)) == (image(256, 256), b"map")
    assert [body_of(answer) for answer in tiles.many([WEBP], Purpose.SERVE, NO_DEADLINE)] == [b"map"]
    assert tiles.many([], Purpose.SERVE, NO_DEADLINE) == []


def test_sources_are_never_asked_for_a_variant_that_is_made_here() -> None:
    derived = Derived(answer=Fetched(image(512, 512), "image/png"))

    derived.get()

    assert {query.variant for query in derived.source.queries if isinstance(query, MapQuery)} == {""}
