"""Tasks for a renderer, and what its answers mean."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.http_client import FakeHttpClient
from tilekeep.adapters.http.renderd import RenderdClient
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import LockTimeout, SourceContentError, SourceUnreachable
from tilekeep.domain.tile import TileCoord
from tilekeep.ports.http_client import HttpAnswer

COORD = TileCoord(5, 17, 11)


def client(*answers: HttpAnswer | Exception, hide: bool = True) -> tuple[RenderdClient, FakeHttpClient]:
    http = FakeHttpClient(*answers)
    url = "http://renderer:8390/?key=hunter2"
    return RenderdClient(http, FakeClock(), url=url, timeout_seconds=60, hide_error_details=hide), http


def said(**answer: str) -> HttpAnswer:
    return HttpAnswer(200, {"content-type": "application/json"}, json.dumps(answer).encode())


@pytest.mark.parametrize(("purpose", "priority"), [(Purpose.SERVE, 100), (Purpose.SEED, 10), (Purpose.REFRESH, 10)])
def test_a_task_names_cache_grid_tiles_and_priority(purpose: Purpose, priority: int) -> None:
    renderer, http = client(said(status="ok"))

    renderer.render("osm", "webmercator", [COORD], purpose, NO_DEADLINE)

    [request] = http.requests
    task = json.loads(request.body or b"")
    assert (request.method, request.url) == ("POST", "http://renderer:8390/?key=hunter2")
    assert request.headers == (("Content-Type", "application/json"),)
    assert len(task.pop("id")) == len(hashlib.sha1(b"").hexdigest())
    assert task == {
        "command": "tile", "tiles": [[17, 11, 5]], "cache_identifier": "osm_webmercator", "priority": priority,
    }  # fmt: skip


def test_equal_tasks_have_equal_names_and_others_do_not() -> None:
    renderer, http = client(said(status="ok"))

    for coord in (COORD, COORD, TileCoord(5, 11, 17)):
        renderer.render("osm", "webmercator", [coord], Purpose.SERVE, NO_DEADLINE)

    first, second, third = (json.loads(request.body or b"")["id"] for request in http.requests)
    assert first == second != third


def test_it_is_not_waited_for_longer_than_anybody_else_waits() -> None:
    renderer, http = client(said(status="ok"))
    now = FakeClock().monotonic()

    renderer.render("osm", "g", [COORD], Purpose.SERVE, Deadline(now + 5))
    renderer.render("osm", "g", [COORD], Purpose.SERVE, NO_DEADLINE)

    assert http.deadlines == [Deadline(now + 5), Deadline(now + 60)]


def test_what_it_says_of_a_failure_is_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    renderer, _ = client(said(status="error", error_message="no route to 10.0.0.1"))

    with pytest.raises(SourceContentError) as failure:
        renderer.render("osm", "g", [COORD], Purpose.SERVE, NO_DEADLINE)

    assert str(failure.value) == 'Error from renderd "http://renderer:8390/?key=***": no route to 10.0.0.1'
    assert failure.value.client_message == "Error from renderd (see logs for URL and reason)."
    assert "no route" in caplog.text


def test_clients_may_be_told() -> None:
    renderer, _ = client(said(status="error", error_message="no style"), hide=False)

    with pytest.raises(SourceContentError) as failure:
        renderer.render("osm", "g", [COORD], Purpose.SERVE, NO_DEADLINE)

    assert "no style" in failure.value.client_message


def test_a_lock_that_was_not_free_is_no_failure_of_the_source() -> None:
    renderer, _ = client(said(status="lock", error_message="meta tile is locked"))

    with pytest.raises(LockTimeout, match="meta tile is locked"):
        renderer.render("osm", "g", [COORD], Purpose.SERVE, NO_DEADLINE)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(HttpAnswer(500, {}, b"<html>"), id="no JSON"),
        pytest.param(HttpAnswer(200, {}, b""), id="nothing"),
        pytest.param(HttpAnswer(200, {}, b"[1]"), id="no object"),
        pytest.param(HttpAnswer(200, {}, b"[" * 100_000), id="brackets"),
        pytest.param(said(), id="no status"),
        pytest.param(said(status="perhaps"), id="another status"),
    ],
)
def test_what_is_no_good_answer_is_a_failure(answer: HttpAnswer) -> None:
    renderer, _ = client(answer)

    with pytest.raises(SourceContentError, match="no object with a status"):
        renderer.render("osm", "g", [COORD], Purpose.SERVE, NO_DEADLINE)


def test_nobody_is_a_failure() -> None:
    renderer, _ = client(SourceUnreachable("connection refused"))

    with pytest.raises(SourceUnreachable):
        renderer.render("osm", "g", [COORD], Purpose.SERVE, NO_DEADLINE)
