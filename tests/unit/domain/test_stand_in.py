"""Which image stands for which failure of a source (spec/sources.md, 9)."""

from __future__ import annotations

import pytest

from tilekeep.domain.errors import (
    NoImage,
    SourceBusy,
    SourceContentError,
    SourceError,
    SourceRecentlyFailed,
    SourceStatusError,
    SourceTimeout,
    SourceUnreachable,
)
from tilekeep.domain.stand_in import NO_STAND_INS, StandIn, StandIns

GONE = StandIn((255, 0, 0))
OTHER = StandIn((0, 0, 255, 0))
BOTH = StandIns(by_status=((404, GONE),), other=OTHER)


def test_a_status_has_the_image_that_is_named_for_it() -> None:
    assert BOTH.for_error(SourceStatusError("gone", status=404)) is GONE


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SourceStatusError("no content", status=204), id="another status"),
        pytest.param(SourceUnreachable("down"), id="no connection"),
        pytest.param(SourceTimeout("slow"), id="no answer in time"),
        pytest.param(NoImage("a page"), id="an answer without an image"),
        pytest.param(SourceBusy("left alone", retry_after=20.0), id="a server that fails is left alone"),
    ],
)
def test_other_failures_of_the_server_have_the_other_image(error: SourceError) -> None:
    assert BOTH.for_error(error) is OTHER


def test_only_a_status_that_is_named_is_expected() -> None:
    assert BOTH.expects(SourceStatusError("gone", status=404))
    assert not BOTH.expects(SourceStatusError("broken", status=500))
    assert not BOTH.expects(SourceUnreachable("down"))


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SourceContentError("an exception in XML"), id="a document that says why there is no map"),
        pytest.param(SourceBusy("full"), id="all slots are taken"),
        pytest.param(SourceRecentlyFailed("not again yet"), id="another cache has failed"),
        pytest.param(SourceError("bbox does not fit"), id="the request does not fit the source"),
    ],
)
def test_nothing_stands_for_what_is_no_failure_of_the_exchange(error: SourceError) -> None:
    assert BOTH.for_error(error) is None


def test_without_another_image_only_the_named_statuses_are_covered() -> None:
    only_gone = StandIns(by_status=((404, GONE),))

    assert only_gone.for_error(SourceStatusError("broken", status=500)) is None
    assert only_gone.for_error(SourceUnreachable("down")) is None


def test_nothing_stands_for_anything_unless_it_is_configured() -> None:
    assert NO_STAND_INS.for_error(SourceStatusError("gone", status=404)) is None
