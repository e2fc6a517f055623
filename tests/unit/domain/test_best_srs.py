"""A map is drawn from the SRS that suits it best (spec/config-globals-grids.md, 10)."""

from __future__ import annotations

from tilekeep.domain.best_srs import best_srs
from tilekeep.domain.srs import Srs


def projected(code: str, definition: str | None = None) -> Srs:
    return Srs(code, definition or code, geographic=False, north_first=False, metres_per_unit=1.0)


def geographic(code: str, definition: str | None = None) -> Srs:
    return Srs(code, definition or code, geographic=True, north_first=True, metres_per_unit=111319.49079327358)


UTM = projected("EPSG:25832")
MERCATOR = projected("EPSG:3857", "mercator")
GOOGLE = projected("EPSG:900913", "mercator")
WGS84 = geographic("EPSG:4326")
ETRS89 = geographic("EPSG:4258")


def test_the_srs_wanted_is_best() -> None:
    assert MERCATOR == best_srs(MERCATOR, [WGS84, MERCATOR], {MERCATOR: [WGS84]})


def test_an_alias_will_do_and_keeps_the_spelling_of_what_is_there() -> None:
    assert "EPSG:900913" == best_srs(MERCATOR, [WGS84, GOOGLE], {}).code


def test_then_the_first_preferred_one_that_is_there() -> None:
    assert WGS84 == best_srs(UTM, [MERCATOR, WGS84], {UTM: [ETRS89, WGS84, MERCATOR]})


def test_preferences_for_another_srs_do_not_count() -> None:
    assert MERCATOR == best_srs(UTM, [WGS84, MERCATOR], {ETRS89: [WGS84]})


def test_then_the_first_of_the_same_kind() -> None:
    assert MERCATOR == best_srs(UTM, [WGS84, MERCATOR, GOOGLE], {})
    assert WGS84 == best_srs(ETRS89, [MERCATOR, WGS84], {})


def test_then_the_first() -> None:
    assert MERCATOR == best_srs(ETRS89, [MERCATOR, UTM], {})
