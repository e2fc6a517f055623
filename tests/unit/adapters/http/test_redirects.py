"""Redirects: what is followed, how, and what stays behind."""

from __future__ import annotations

import pytest

from tilekeep.adapters.http.redirects import Hop, next_hop
from tilekeep.ports.http_client import HttpAnswer

HEADERS = (("X-Api-Key", "hunter2"), ("User-Agent", "me"), ("Authorization", "Bearer hunter2"))
FIRST = Hop("GET", "http://host/a/b?c", HEADERS, None)
POST = Hop("POST", "http://host/a", (("Content-Type", "text/plain"),), b"body")


def redirect(location: str, status: int = 302) -> HttpAnswer:
    return HttpAnswer(status, {"location": location}, b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(status: int) -> None:
    hop = next_hop(FIRST, redirect("http://host/x", status), FIRST)

    assert hop == Hop("GET", "http://host/x", HEADERS, None, trusted=True)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(HttpAnswer(200, {"location": "http://host/x"}, b""), id="a success"),
        pytest.param(HttpAnswer(304, {"location": "http://host/x"}, b""), id="not modified"),
        pytest.param(HttpAnswer(302, {}, b""), id="no location"),
        pytest.param(redirect("file:///etc/passwd"), id="a file"),
        pytest.param(redirect("ftp://host/"), id="another scheme"),
    ],
)
def test_other_answers_are_not_followed(answer: HttpAnswer) -> None:
    assert next_hop(FIRST, answer, FIRST) is None


@pytest.mark.parametrize(
    ("location", "url"),
    [
        pytest.param("x", "http://host/a/x", id="beside"),
        pytest.param("/x?y", "http://host/x?y", id="from the root"),
        pytest.param("//other/x", "http://other/x", id="on another host"),
        pytest.param("/\u00c3\u00a4", "http://host/ä", id="UTF-8 in the header"),
    ],
)
def test_locations_may_be_relative(location: str, url: str) -> None:
    hop = next_hop(FIRST, redirect(location), FIRST)

    assert hop is not None
    assert hop.url == url


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_becomes_a_get(status: int) -> None:
    assert next_hop(POST, redirect("/x", status), POST) == Hop("GET", "http://host/x", (), None)


@pytest.mark.parametrize("status", [307, 308])
def test_a_post_stays_a_post(status: int) -> None:
    assert next_hop(POST, redirect("/x", status), POST) == Hop("POST", "http://host/x", POST.headers, b"body")


@pytest.mark.parametrize(
    ("location", "trusted"),
    [
        pytest.param("http://host:80/x", True, id="the same server"),
        pytest.param("http://HOST/x", True, id="in capitals"),
        pytest.param("https://host/x", True, id="the same host, now encrypted"),
        pytest.param("http://host:8080/x", False, id="another port"),
        pytest.param("https://host:8443/x", False, id="encrypted on another port"),
        pytest.param("http://evil/x", False, id="another host"),
        pytest.param("http://host.evil/x", False, id="a host with the same beginning"),
        pytest.param("http://host@evil/x", False, id="the host as user"),
    ],
)
def test_what_may_be_secret_stays_with_its_server(location: str, trusted: bool) -> None:
    hop = next_hop(FIRST, redirect(location), FIRST)

    assert hop is not None
    assert hop.trusted == trusted
    assert hop.headers == (HEADERS if trusted else (("User-Agent", "me"),))


def test_on_the_way_back_the_secrets_come_along_again() -> None:
    away = next_hop(FIRST, redirect("http://evil/x"), FIRST)
    assert away is not None

    assert next_hop(away, redirect("http://host/y"), FIRST) == Hop("GET", "http://host/y", HEADERS, None, trusted=True)


def test_an_encrypted_request_does_not_give_its_secrets_to_an_open_one() -> None:
    first = FIRST._replace(url="https://host/a")

    hop = next_hop(first, redirect("http://host/a"), first)

    assert hop is not None
    assert not hop.trusted
