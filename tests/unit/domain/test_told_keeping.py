"""``Cache-Control``, ``Expires`` and ``Age`` of servers, read as a cache that many clients share (RFC 9111)."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.told_keeping import LONGEST_SECONDS, ToldKeeping, told_keeping

NOW = 1_700_000_000.0
AN_HOUR_ON = formatdate(NOW + 3600, usegmt=True)
KEPT = ToldKeeping()


def told(control: str, **others: str) -> ToldKeeping:
    return told_keeping({"cache-control": control, **others}, NOW)


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        pytest.param("", KEPT, id="nothing said"),
        pytest.param("public, must-revalidate, immutable", KEPT, id="nothing about times"),
        pytest.param("no-store", ToldKeeping(storable=False), id="not to be stored"),
        pytest.param("private, max-age=60", ToldKeeping(False, 60.0), id="for one client"),
        pytest.param('private="set-cookie"', ToldKeeping(storable=False), id="some headers for one client"),
        pytest.param("no-cache, max-age=60", ToldKeeping(good_for=0.0), id="always ask again"),
        pytest.param('no-cache="a, b"', ToldKeeping(good_for=0.0), id="a comma in quotes"),
        pytest.param("max-age=60", ToldKeeping(good_for=60.0), id="a time"),
        pytest.param('max-age="60"', ToldKeeping(good_for=60.0), id="a time in quotes"),
        pytest.param("MAX-AGE = 60", ToldKeeping(good_for=60.0), id="capitals and blanks"),
        pytest.param("max-age=60, s-maxage=5", ToldKeeping(good_for=5.0), id="shared caches go first"),
        pytest.param("s-maxage=600, max-age=60", ToldKeeping(good_for=600.0), id="also with the longer time"),
        pytest.param("max-age=60, max-age=5", ToldKeeping(good_for=5.0), id="the shorter of two"),
        pytest.param("max-age=soon", ToldKeeping(good_for=0.0), id="no number"),
        pytest.param("max-age=-1", ToldKeeping(good_for=0.0), id="below zero"),
        pytest.param("max-age", ToldKeeping(good_for=0.0), id="no argument"),
        pytest.param("x-no-store, nomax-age=5", KEPT, id="other words with the same end"),
        pytest.param('note="no-store, max-age=1"', KEPT, id="words in quotes"),
    ],
)
def test_directives_of_cache_control(control: str, expected: ToldKeeping) -> None:
    assert told(control) == expected


def test_expires_counts_from_the_date_of_the_answer() -> None:
    date = formatdate(NOW + 3000, usegmt=True)

    assert told("", expires=AN_HOUR_ON) == ToldKeeping(good_for=3600.0)
    assert told("", expires=AN_HOUR_ON, date=date) == ToldKeeping(good_for=600.0)


@pytest.mark.parametrize("expires", ["0", "-1", "", "never", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_an_expiry_that_is_over_or_no_date_is_now(expires: str) -> None:
    assert told("", expires=expires) == ToldKeeping(good_for=0.0)


def test_a_time_in_seconds_goes_before_a_date() -> None:
    assert told("max-age=60", expires=AN_HOUR_ON) == ToldKeeping(good_for=60.0)


def test_the_time_that_other_caches_kept_an_answer_is_over() -> None:
    assert told("max-age=60", age="45") == ToldKeeping(good_for=15.0)
    assert told("max-age=60", age="90") == ToldKeeping(good_for=0.0)
    assert told("max-age=60", age="old") == ToldKeeping(good_for=60.0)


@given(st.integers(0, 10**30), st.integers(0, 10**12))
def test_times_are_never_below_zero_nor_beyond_the_longest(seconds: int, age: int) -> None:
    good_for = told(f"max-age={seconds}", age=str(age)).good_for

    assert good_for == max(0, min(seconds, LONGEST_SECONDS) - min(age, LONGEST_SECONDS))


@given(
    st.lists(
        st.sampled_from(["public", "no-store", "max-age=60", "private", "s-maxage=5", 'ext="no-store, private"']),
        unique=True,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_directives_means_nothing(directives: list[str], random: object) -> None:
    shuffled = list(directives)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert told(", ".join(directives)) == told(",".join(shuffled))
    assert told(", ".join(directives)).storable is not bool({"no-store", "private"} & set(directives))


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text()))
def test_whatever_a_server_says_can_be_read(headers: dict[str, str]) -> None:
    storable, good_for = told_keeping(headers, NOW)

    assert storable in (True, False)
    assert good_for is None or 0.0 <= good_for
