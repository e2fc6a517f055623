"""Cache headers and conditional requests without a request."""

from __future__ import annotations

import pytest

from tilekeep.entrypoints.wsgi.caching import aged_cache_control, cache_control, entity_tag, http_date, is_not_modified

TAG = '"5af3107a7d090-2ee3"'
SECOND = 1_600_000_000


def test_an_entity_tag_is_quoted_and_strong() -> None:
    assert entity_tag(1_600_000_000.25, 12003) == '"5af3107a7d090-2ee3"'


@pytest.mark.parametrize(
    ("stored_at", "size"),
    [
        pytest.param(1_600_000_000.250001, 12003, id="a microsecond later"),
        pytest.param(1_600_000_000.25, 12004, id="another size"),
    ],
)
def test_an_entity_tag_changes_with_time_and_size(stored_at: float, size: int) -> None:
    assert entity_tag(stored_at, size) != entity_tag(1_600_000_000.25, 12003)


def test_dates_are_those_of_http() -> None:
    assert http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(259200, "public, max-age=259200, s-maxage=259200", id="whole seconds"),
        pytest.param(0.2, "public, max-age=1, s-maxage=1", id="fractions are rounded up"),
        pytest.param(-5, "public, max-age=0, s-maxage=0", id="never negative"),
    ],
)
def test_cache_control_allows_shared_caches_the_same_time(seconds: float, expected: str) -> None:
    assert cache_control(seconds) == expected


def test_the_time_that_is_stated_with_an_age_includes_it() -> None:
    permission = aged_cache_control(100.4, 50.0, None, shared=True)

    assert permission == "public, max-age=150, s-maxage=150"


def test_caches_are_told_for_how_long_they_may_show_what_is_stale() -> None:
    permission = aged_cache_control(100.0, 50.0, 3600.5, shared=False)

    assert permission == "private, max-age=150, stale-while-revalidate=3600, stale-if-error=3600"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(TAG, id="the tag itself"),
        pytest.param("W/" + TAG, id="weak comparison"),
        pytest.param('"other", ' + TAG + ', W/"third"', id="one of a list"),
        pytest.param("*", id="anything"),
        pytest.param("5af3107a7d090-2ee3", id="without quotes, as clients of the reference send them"),
    ],
)
def test_if_none_match_finds_the_tag(header: str) -> None:
    assert is_not_modified(TAG, SECOND, header, None)


@pytest.mark.parametrize("header", ['"other"', "", ",", '"5af3107a7d090-2ee3', "W/", "**", '"' * 5000])
def test_if_none_match_does_not_find_other_tags(header: str) -> None:
    assert not is_not_modified(TAG, SECOND, header, None)


def test_if_none_match_wins_over_if_modified_since() -> None:
    assert not is_not_modified(TAG, SECOND, '"other"', http_date(SECOND))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(http_date(SECOND), True, id="the same second"),
        pytest.param(http_date(SECOND + 1), True, id="later"),
        pytest.param(http_date(SECOND - 1), False, id="earlier"),
        pytest.param("Sunday, 13-Sep-20 12:26:40 GMT", True, id="obsolete RFC 850 date"),
        pytest.param("yesterday", False, id="no date"),
        pytest.param("Sun, 99 Sep 99999 12:26:40 GMT", False, id="impossible date"),
    ],
)
def test_if_modified_since_compares_whole_seconds(header: str, expected: bool) -> None:
    assert is_not_modified(TAG, SECOND, None, header) is expected


def test_if_modified_since_means_nothing_for_a_tile_without_time() -> None:
    assert not is_not_modified(TAG, None, None, http_date(SECOND))


def test_without_conditions_there_is_no_304() -> None:
    assert not is_not_modified(TAG, SECOND, None, None)
