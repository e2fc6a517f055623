"""The one table from errors to protocol answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tilekeep.domain.errors import (
    NoLegend,
    RequestError,
    SourceError,
    SourceRecentlyFailed,
    TilekeepError,
    TileOutsideGrid,
)
from tilekeep.entrypoints.wsgi.errors import ANSWERS, RENDERED, report


def kinds_below(kind: type[TilekeepError]) -> Iterator[type[TilekeepError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from kinds_below(below)


@pytest.mark.parametrize("kind", [kind for root in RENDERED for kind in kinds_below(root) if kind is not RequestError])
def test_every_error_that_reaches_clients_has_an_answer(kind: type[TilekeepError]) -> None:
    assert any(above in ANSWERS for above in kind.__mro__)


@pytest.mark.parametrize("kind", list(kinds_below(RequestError))[1:])
def test_mistakes_of_clients_are_never_mistakes_of_the_server(kind: type[TilekeepError]) -> None:
    answer = ANSWERS[kind]

    assert 400 <= answer.tms_status < 500
    # OGC 07-057r7 fixes this one.
    assert answer.ows_status < 500 or answer.ows_code == "OperationNotSupported"
    # The reference says of a legend that does not exist what HTTP says.
    assert answer.wms.status == (404 if kind is NoLegend else 400)


def test_mistakes_of_clients_say_what_and_where() -> None:
    found = report(TileOutsideGrid("outside", locator="tilerow"))

    assert (found.answer.ows_code, found.message, found.locator) == ("TileOutOfRange", "outside", "tilerow")


@pytest.mark.parametrize(
    ("retry_after", "header"),
    [
        pytest.param(None, None, id="unknown"),
        pytest.param(0.0, "1", id="at least a second"),
        pytest.param(2.1, "3", id="whole seconds, rounded up"),
    ],
)
def test_failures_of_sources_say_when_to_come_back_and_not_why(retry_after: float | None, header: str | None) -> None:
    found = report(SourceRecentlyFailed("http://user:secret@host refused", retry_after=retry_after))

    assert found.message == "No response from source."
    assert dict(found.headers).get("Retry-After") == header
    assert dict(found.headers)["Cache-Control"] == "no-cache, no-store"


def test_a_message_for_clients_is_passed_on() -> None:
    assert report(SourceError("log text", client_message="for clients")).message == "for clients"
