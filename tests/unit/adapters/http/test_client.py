"""The client, with its transport replaced: headers, redirects, credentials, cookies, errors and the request log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import responses

from tests.fakes.clock import FakeClock
from tilekeep._version import __version__
from tilekeep.adapters.http.client import RequestsHttpClient
from tilekeep.adapters.http.options import HttpOptions
from tilekeep.adapters.http.shared import SharedHttpState
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import SourceContentError, SourceTimeout, SourceUnreachable
from tilekeep.domain.map_query import UpstreamRequest
from tilekeep.domain.secrets import Credentials
from tilekeep.ports.http_client import HttpAnswer

Send = Callable[..., HttpAnswer]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def upstream() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def client(shared: SharedHttpState | None = None, **options: Any) -> RequestsHttpClient:
    return RequestsHttpClient(HttpOptions(**options), FakeClock(), shared)


def request(url: str, *headers: tuple[str, str], body: bytes | None = None) -> UpstreamRequest:
    return UpstreamRequest("POST" if body else "GET", url, headers, body)


def send(to: RequestsHttpClient, url: str, *headers: tuple[str, str], body: bytes | None = None) -> HttpAnswer:
    return to.send(request(url, *headers, body=body), NO_DEADLINE, max_bytes=1000)


def sent_headers(upstream: responses.RequestsMock, index: int = -1) -> dict[str, str]:
    return dict(upstream.calls[index].request.headers)


@pytest.mark.parametrize("status", [200, 204, 304, 400, 404, 500, 503])
def test_every_status_is_an_answer(upstream: responses.RequestsMock, status: int) -> None:
    upstream.get("http://host/", body=b"body", status=status, headers={"X-One": "1"})

    answer = send(client(), "http://host/")

    assert answer.status == status
    assert answer.headers["x-one"] == "1"
    assert answer.body in (b"body", b"")


def test_requests_name_the_program_and_the_encodings_it_reads(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/")

    send(client(), "http://host/")

    headers = sent_headers(upstream)
    assert headers["User-Agent"] == f"Tilekeep/{__version__}"
    assert headers["Accept-Encoding"] == "gzip, deflate"
    assert "Authorization" not in headers


def test_configured_headers_come_along_and_win(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/")

    send(client(headers=(("user-agent", "mine"), ("X-Key", "k"))), "http://host/", ("If-None-Match", '"1"'))

    headers = sent_headers(upstream)
    assert (headers["user-agent"], headers["X-Key"], headers["If-None-Match"]) == ("mine", "k", '"1"')
    assert "User-Agent" not in headers


def test_a_body_is_posted_as_a_form(upstream: responses.RequestsMock) -> None:
    upstream.post("http://host/", body=b"map")

    send(client(), "http://host/", body=b"a=b")

    assert sent_headers(upstream)["Content-Type"] == "application/x-www-form-urlencoded"
    assert sent_headers(upstream)["Content-Length"] == "3"
    assert upstream.calls[0].request.body == b"a=b"


def test_the_url_is_sent_as_it_is(upstream: responses.RequestsMock) -> None:
    url = "http://host/a,b/%2F?layers=a,b&srs=EPSG%3A4326&t=%7B~"
    upstream.get("http://host/a,b/%2F")

    send(client(), url)

    assert upstream.calls[0].request.url == url


def test_redirects_are_followed_to_the_end(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/1", status=301, headers={"Location": "/2"})
    upstream.get("http://host/2", status=307, headers={"Location": "http://other/3"})
    upstream.get("http://other/3", body=b"map")

    answer = send(client(headers=(("X-Key", "hunter2"),)), "http://host/1")

    assert answer.body == b"map"
    assert sent_headers(upstream, 1)["X-Key"] == "hunter2"
    assert "X-Key" not in sent_headers(upstream, 2)


def test_redirects_that_never_end_are_given_up(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", status=302, headers={"Location": "/"})

    answer = send(client(), "http://host/")

    assert answer.status == 302
    assert len(upstream.calls) == 11


def test_credentials_are_sent_when_asked_for_and_from_then_on(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", status=401, headers={"WWW-Authenticate": "Basic realm=x"})
    upstream.get("http://host/", body=b"map")
    with_credentials = client(credentials=Credentials("u", "p"))

    first, second = send(with_credentials, "http://host/"), send(with_credentials, "http://host/")

    assert (first.body, second.body) == (b"map", b"map")
    assert ["Authorization" in call.request.headers for call in upstream.calls] == [False, True, True]


def test_wrong_credentials_are_sent_once(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", status=401, headers={"WWW-Authenticate": "Basic realm=x"})

    answer = send(client(credentials=Credentials("u", "p")), "http://host/")

    assert answer.status == 401
    assert len(upstream.calls) == 2


def test_another_host_gets_no_credentials_even_if_it_asks(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", status=302, headers={"Location": "http://evil/"})
    upstream.get("http://evil/", status=401, headers={"WWW-Authenticate": "Basic realm=x"})

    answer = send(client(credentials=Credentials("u", "p")), "http://host/")

    assert answer.status == 401
    assert all("Authorization" not in call.request.headers for call in upstream.calls)


def test_without_credentials_a_challenge_is_an_answer(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", status=401, headers={"WWW-Authenticate": "Basic realm=x"})

    assert send(client(), "http://host/").status == 401


def test_cookies_are_shared_by_clients_with_the_same_trust(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", headers={"Set-Cookie": "a=1; Path=/"})
    shared = SharedHttpState()

    send(client(shared, manage_cookies=True), "http://host/")
    send(client(shared, manage_cookies=True, timeout_seconds=1.0), "http://host/x/..")
    send(client(shared, manage_cookies=True, verify=False), "http://host/")
    send(client(shared), "http://host/")

    assert [call.request.headers.get("Cookie") for call in upstream.calls] == [None, "a=1", None, None]


def test_cookies_stay_with_their_host(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host.example/", status=302, headers={"Set-Cookie": "a=1", "Location": "http://other.example/"})
    upstream.get("http://other.example/")

    send(client(manage_cookies=True), "http://host.example/")

    assert "Cookie" not in sent_headers(upstream)


def test_a_body_over_the_limit_is_refused(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", body=b"x" * 1001)

    with pytest.raises(SourceContentError, match="1000"):
        send(client(), "http://host/")


def test_the_body_of_an_error_may_be_cut_short(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", body=b"x" * 1001, status=500)

    assert send(client(), "http://host/") == HttpAnswer(500, {"content-type": "text/plain"}, b"")


def test_nothing_is_sent_after_the_deadline(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/")

    with pytest.raises(SourceTimeout):
        client().send(request("http://host/"), Deadline(999.0), max_bytes=1000)

    assert len(upstream.calls) == 0


@pytest.mark.parametrize("url", ["gopher://host/", "http://[host/", "http://host:99999/", "http:///path", "no url"])
def test_impossible_urls_are_called_so(url: str) -> None:
    with pytest.raises(SourceUnreachable) as failure:
        send(client(), url)

    assert failure.value.client_message == "URL not correct (see logs for URL and reason)."


def test_library_errors_are_translated(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", body=requests.exceptions.SSLError("handshake"))

    with pytest.raises(SourceUnreachable, match="Could not verify connection to URL"):
        send(client(), "http://host/")


def test_one_line_per_request_is_logged(upstream: responses.RequestsMock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tilekeep.source.request")
    upstream.get("http://host/a", body=b"x" * 256)
    upstream.get("http://host/b", body=requests.ConnectionError("gone"))

    send(client(), "http://host/a?key=hunter2")
    with pytest.raises(SourceUnreachable):
        send(client(), "http://host/b")

    assert [record.getMessage() for record in caplog.records] == [
        "GET http://host/a?key=*** 200 0.2 0",
        "GET http://host/b - - 0",
    ]


def test_secrets_of_a_url_are_neither_logged_nor_told(
    upstream: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tilekeep.source.request")
    url = "http://host/?key=hunter2"

    with pytest.raises(SourceUnreachable) as failure:
        client(hide_error_details=False).send(UpstreamRequest("GET", url), NO_DEADLINE, max_bytes=10)

    assert "hunter2" not in caplog.text + str(failure.value) + failure.value.client_message


def test_redirects_do_not_lead_to_files(upstream: responses.RequestsMock) -> None:
    upstream.get("http://host/", status=302, headers={"Location": "file:///etc/hosts"})

    assert send(client(), "http://host/").status == 302


def test_options_show_no_secret() -> None:
    options = HttpOptions(headers=(("X-Key", "hunter2"),), credentials=Credentials("u", "hunter2"))

    assert "hunter2" not in repr(options)
