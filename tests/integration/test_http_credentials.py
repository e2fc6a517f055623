"""Basic and Digest against a server that checks them, redirects, cookies and proxies."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator

import pytest
from requests.utils import parse_dict_header

from tests.integration.support.http import get, http_client
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer
from tilekeep.domain.errors import SourceUnreachable
from tilekeep.domain.secrets import Credentials

ME = Credentials("me", "hunter2")
NOT_ME = Credentials("me", "wrong")


def basic(request: Received) -> Reply:
    expected = "Basic " + base64.b64encode(b"me:hunter2").decode()
    if request.headers.get("authorization") == expected:
        return Reply(body=b"map")
    return Reply(401, b"who?", {"WWW-Authenticate": 'Basic realm="maps"'})


class Digest:
    """Checks as RFC 7616, 3.4 says; each nonce is good for two requests."""

    def __init__(self) -> None:
        self.nonce = 0

    def __call__(self, request: Received) -> Reply:
        header = request.headers.get("authorization", "Digest x=y")
        sent = parse_dict_header(header.removeprefix("Digest "))  # type: ignore[no-untyped-call]
        if self.accepts(request, sent):
            return Reply(body=b"map")
        self.nonce += 1
        challenge = f'Digest realm="maps", nonce="{self.nonce}", qop="auth", algorithm=SHA-256, stale=true'
        return Reply(401, b"who?", {"WWW-Authenticate": challenge})

    def accepts(self, request: Received, sent: dict[str, str]) -> bool:
        if sent.get("nonce") != str(self.nonce) or sent["nc"] not in ("00000001", "00000002"):
            return False
        secret = hashlib.sha256(b"me:maps:hunter2").hexdigest()
        asked = hashlib.sha256(f"{request.method}:{request.target}".encode()).hexdigest()
        text = f"{secret}:{self.nonce}:{sent['nc']}:{sent['cnonce']}:auth:{asked}"
        return hashlib.sha256(text.encode()).hexdigest() == sent["response"] and sent["uri"] == request.target


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


@pytest.mark.parametrize("check", [basic, Digest()], ids=["Basic", "Digest"])
def test_a_server_that_asks_is_given_the_credentials(
    upstream: UpstreamServer, check: Callable[[Received], Reply]
) -> None:
    upstream.on("/wms", check)
    client = http_client(credentials=ME)

    answers = [get(client, f"{upstream.url}/wms?layers=a,b&x=%2F") for _ in range(2)]

    assert [answer.body for answer in answers] == [b"map", b"map"]
    assert len(upstream.requests) == 3
    assert upstream.connections == 1


def test_a_digest_is_that_of_the_url_as_it_is_sent(upstream: UpstreamServer) -> None:
    upstream.on("/a%20map", Digest())

    assert get(http_client(credentials=ME), f"{upstream.url}/a map?layers=[x]").body == b"map"


def test_challenges_on_lines_of_their_own_all_count(upstream: UpstreamServer) -> None:
    def check(request: Received) -> Reply:
        if "authorization" in request.headers:
            return basic(request)
        lines = {"WWW-Authenticate": 'Basic realm="maps"', "Www-Authenticate": "Negotiate", "www-authenticate": "NTLM"}
        return Reply(401, headers=lines)

    upstream.on("/wms", check)

    assert get(http_client(credentials=ME), f"{upstream.url}/wms").body == b"map"


def test_a_digest_whose_nonce_is_used_up_is_computed_anew(upstream: UpstreamServer) -> None:
    upstream.on("/wms", Digest())
    client = http_client(credentials=ME)

    answers = [get(client, f"{upstream.url}/wms") for _ in range(5)]

    assert [answer.body for answer in answers] == [b"map"] * 5
    assert len(upstream.requests) == 8


@pytest.mark.parametrize("check", [basic, Digest()], ids=["Basic", "Digest"])
def test_wrong_credentials_get_the_refusal(upstream: UpstreamServer, check: Callable[[Received], Reply]) -> None:
    upstream.on("/wms", check)

    assert get(http_client(credentials=NOT_ME), f"{upstream.url}/wms").status == 401
    assert len(upstream.requests) == 2


def test_a_server_that_asks_for_nothing_is_given_nothing(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(body=b"map"))

    get(http_client(credentials=ME), upstream.url)

    assert "authorization" not in upstream.requests[0].headers


def test_credentials_do_not_follow_a_redirect_to_another_server(
    upstream: UpstreamServer, other: UpstreamServer
) -> None:
    upstream.on("/in", basic)
    upstream.on("/away", Reply(302, headers={"Location": f"{other.url}/wms"}))
    other.on("/wms", basic)
    client = http_client(credentials=ME, headers=(("X-Key", "hunter2"),))
    get(client, f"{upstream.url}/in")

    answer = get(client, f"{upstream.url}/away")

    assert answer.status == 401
    assert "authorization" in upstream.requests_to("/away")[0].headers
    assert "hunter2" not in str(other.requests)
    assert all("authorization" not in request.headers for request in other.requests)


def test_cookies_are_kept_only_if_configured(upstream: UpstreamServer) -> None:
    upstream.on("/", Reply(body=b"map", headers={"Set-Cookie": "session=1; Path=/"}))
    keeping, forgetting = http_client(manage_cookies=True), http_client()

    for client in (keeping, keeping, forgetting, forgetting):
        get(client, upstream.url)

    assert [request.headers.get("cookie") for request in upstream.requests] == [None, "session=1", None, None]


def test_a_proxy_of_the_environment_is_used(
    upstream: UpstreamServer, other: UpstreamServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.on("/wms", Reply(body=b"by proxy"))
    monkeypatch.setenv("http_proxy", other.url)
    monkeypatch.setenv("no_proxy", "elsewhere")

    answer = get(http_client(), "http://host.invalid/wms?a=b")

    assert answer.body == b"by proxy"
    assert other.requests[0].target == "http://host.invalid/wms?a=b"
    assert upstream.requests == []


def test_servers_that_need_no_proxy_are_asked_directly(
    upstream: UpstreamServer, other: UpstreamServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.on("/", Reply(body=b"direct"))
    monkeypatch.setenv("http_proxy", other.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert get(http_client(), upstream.url).body == b"direct"


def test_a_port_that_needs_no_proxy_says_nothing_of_the_others(
    upstream: UpstreamServer, other: UpstreamServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.on("/", Reply(body=b"direct"))
    other.on("/", Reply(body=b"by proxy"))
    monkeypatch.setenv("http_proxy", other.url)
    monkeypatch.setenv("no_proxy", f"localhost:{upstream.port}")
    client = http_client()

    assert get(client, f"http://localhost:{upstream.port}/").body == b"direct"
    assert get(client, "http://localhost:9/").body == b"by proxy"


def test_a_proxy_that_is_gone_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:hunter2@127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")

    with pytest.raises(SourceUnreachable) as failure:
        get(http_client(hide_error_details=False), "http://host.invalid/")

    assert "Connection refused" in str(failure.value)
    assert "hunter2" not in str(failure.value) + failure.value.client_message


def test_netrc_and_bundle_variables_of_the_library_mean_nothing(
    upstream: UpstreamServer, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    upstream.on("/", basic)

    assert get(http_client(), upstream.url).status == 401
    assert "authorization" not in upstream.requests[0].headers
