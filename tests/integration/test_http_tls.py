"""TLS: whom the client trusts, and the one who is trusted blindly."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.support.certificates import own_certificate
from tests.integration.support.connect_proxy import ConnectProxy
from tests.integration.support.http import get, http_client
from tests.integration.support.upstream_server import Reply, UpstreamServer
from tilekeep.domain.errors import SourceTimeout, SourceUnreachable

pytestmark = pytest.mark.service("openssl")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for 127.0.0.1 that nobody has signed but itself, and its key."""
    return own_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def upstream(certificate: tuple[str, str]) -> Iterator[UpstreamServer]:
    with UpstreamServer(certificate) as server:
        server.on("/", Reply(body=b"map"))
        yield server


def test_a_certificate_of_a_configured_authority_is_trusted(
    upstream: UpstreamServer, certificate: tuple[str, str]
) -> None:
    client = http_client(ssl_ca_certs=certificate[0])

    assert get(client, upstream.url).body == b"map"
    assert get(client, upstream.url).body == b"map"
    assert upstream.connections == 1


def test_the_authorities_of_the_system_are_the_default(
    upstream: UpstreamServer, certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])

    assert get(http_client(), upstream.url).body == b"map"


def test_other_certificates_are_refused(upstream: UpstreamServer) -> None:
    with pytest.raises(SourceUnreachable, match="self-signed certificate") as failure:
        get(http_client(), upstream.url)

    assert failure.value.client_message == "Could not verify connection to URL (see logs for URL and reason)."
    assert upstream.requests == []


def test_a_certificate_for_another_name_is_refused(upstream: UpstreamServer, certificate: tuple[str, str]) -> None:
    with pytest.raises(SourceUnreachable, match="Could not verify"):
        get(http_client(ssl_ca_certs=certificate[0]), upstream.url.replace("127.0.0.1", "localhost"))


def test_without_verification_everybody_is_trusted_and_nobody_warned(upstream: UpstreamServer) -> None:
    client = http_client(verify=False, ssl_ca_certs="/does/not/matter")

    assert get(client, upstream.url).body == b"map"


def test_a_missing_file_of_authorities_is_named_in_the_error(upstream: UpstreamServer, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="No such file"):
        get(http_client(ssl_ca_certs=str(tmp_path / "missing.pem")), upstream.url)


class PlainAnswer(socketserver.BaseRequestHandler):
    """Answers whatever comes: the greeting of TLS need not have an end of line, for which a server might wait."""

    def handle(self) -> None:
        self.request.recv(65536)
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def test_a_server_without_tls_is_no_tls_server(certificate: tuple[str, str]) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), PlainAnswer) as plain, ThreadPoolExecutor(1) as threads:
        threads.submit(plain.handle_request)

        with pytest.raises(SourceUnreachable, match="Could not verify"):
            get(http_client(ssl_ca_certs=certificate[0]), f"https://127.0.0.1:{plain.server_address[1]}")


def test_the_deadline_holds_with_tls_too(upstream: UpstreamServer) -> None:
    upstream.on("/slow", Reply(body=b"x" * 1000, trickle=(1, 0.02)))

    with pytest.raises(SourceTimeout):
        get(http_client(verify=False), f"{upstream.url}/slow", seconds=0.3)


def test_a_stale_connection_is_replaced_with_tls_too(upstream: UpstreamServer) -> None:
    upstream.on("/again", Reply(no_answer=True), Reply(body=b"map"))
    client = http_client(verify=False)
    get(client, upstream.url)

    assert get(client, f"{upstream.url}/again").body == b"map"


def test_a_proxy_of_the_environment_is_asked_for_a_tunnel(
    upstream: UpstreamServer, certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = http_client(ssl_ca_certs=certificate[0])

    with ConnectProxy() as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:hunter2@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        bodies = [get(client, upstream.url).body for _ in range(2)]

    assert bodies == [b"map", b"map"]
    assert [tunnel.target for tunnel in proxy.tunnels] == [upstream.host]
    assert proxy.tunnels[0].headers["proxy-authorization"].startswith("Basic ")
    assert upstream.connections == 1
