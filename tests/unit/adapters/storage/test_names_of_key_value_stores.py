"""Names of tiles in Redis and CouchDB: MapProxy's where it has some, and each the name of one tile only."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.storage.couchdb.ids import DocumentIds
from tilekeep.adapters.storage.redis.keys import RedisKeys
from tilekeep.domain.tile import TileCoord, TileKey

TEMPLATE = "%(couch_url)s/%(grid_name)s-%(z)s-%(x)s-%(y)s"
TEMPLATES = [TEMPLATE, "%(couch_url)s/100%%/%(x)07d.%(y)s@%(z)02d", "%(z)s/%(x)s/%(y)s/%(z)s"]
KEY = TileKey(TileCoord(4, 9, 6))

KEYS = st.builds(
    TileKey,
    st.builds(TileCoord, st.integers(0, 30), st.integers(0, 1 << 30), st.integers(0, 1 << 30)),
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=5),
        st.text(st.characters(codec="utf-8"), max_size=20),
        max_size=3,
    ).map(lambda pairs: tuple(sorted(pairs.items()))),
    st.sampled_from(["", "2x"]),
)
PREFIXES = st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1, max_size=8)


def test_a_tile_without_dimensions_has_the_key_of_mapproxy() -> None:
    assert RedisKeys("osm_GLOBAL").tile(KEY) == b"osm_GLOBAL-4-9-6"


@given(PREFIXES, KEYS)
def test_keys_lead_back_to_the_tile_whatever_is_in_prefix_and_dimensions(prefix: str, key: TileKey) -> None:
    keys = RedisKeys(prefix)
    name = keys.tile(key)

    assert keys.tiles_among([name], key.coord.z) == {name: key}
    assert keys.tiles_among([keys.record(name)], key.coord.z) == {name: key}
    assert keys.tiles_among([b"x" + name], key.coord.z) == {}
    assert keys.tiles_among([name], key.coord.z + 1) == {}


def test_other_keys_below_a_prefix_are_no_tiles() -> None:
    names = [b"a-4-9-6-1", b"a-4-9", b"a-04-9-6", b"a-4-9-6/", b"a-4-9-6/4", b"a-4-9-6/\xff", b"tilekeep:{a-4-9-6"]

    assert RedisKeys("a").tiles_among(names, 4) == {}


@given(PREFIXES, KEYS)
def test_a_cluster_keeps_a_tile_and_its_record_on_one_node(prefix: str, key: TileKey) -> None:
    name = RedisKeys(prefix).tile(key)

    assert hashed(RedisKeys(prefix).record(name)) == hashed(name)


def test_braces_of_the_prefix_say_what_lies_together() -> None:
    keys = RedisKeys("{maps}-osm")

    assert hashed(keys.record(keys.tile(KEY))) == hashed(keys.tile(KEY)) == b"maps"


def test_the_glob_of_a_level_takes_signs_of_the_prefix_for_themselves() -> None:
    keys = RedisKeys("a*b[1]?\\")

    assert keys.level(4, with_records=False) == rb"a\*b\[1\]\?\\-4-*"
    assert keys.level(4, with_records=True) == rb"*a\*b\[1\]\?\\-4-*"


def hashed(name: bytes) -> bytes:
    """What a cluster looks at: the text in the first braces, if there is any, else all of it."""
    found = re.match(rb"[^{]*\{([^}]+)\}", name, re.DOTALL)
    return found[1] if found else name


def test_a_tile_without_dimensions_has_the_document_of_mapproxy() -> None:
    assert DocumentIds(TEMPLATE, "webmercator").of(KEY) == "webmercator-4-9-6"


@pytest.mark.parametrize("template", TEMPLATES)
@given(key=KEYS)
def test_ids_lead_back_to_the_tile_and_lie_in_the_range_of_its_level(template: str, key: TileKey) -> None:
    ids = DocumentIds(template, "g%s(1)")
    name = ids.of(key)

    assert ids.key_of(name) == key
    assert ids.key_of("x" + name) is None
    limits = ids.range_of(key.coord.z)
    assert limits is None or limits[0] <= name < limits[1]


def test_ids_of_other_levels_lie_outside_of_the_range_where_the_level_comes_first() -> None:
    ids = DocumentIds(TEMPLATE, "g")

    assert ids.range_of(1) == ("g-1-", "g-1.")
    assert not "g-1-" <= ids.of(TileKey(TileCoord(10, 0, 0))) < "g-1."


def test_what_is_no_tile_has_no_key() -> None:
    ids = DocumentIds(TEMPLATE, "g")

    assert [ids.key_of(name) for name in ("g-4-9", "g-04-9-6", "_design/tiles", "g-4-9-6/", "h-4-9-6")] == [None] * 5
