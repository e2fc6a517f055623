"""Whose headers about proxies count (own addition to spec/services.md, 1.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.catalogue import PNG_TILE, WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import WsgiClient, client
from tilekeep.entrypoints.wsgi.trusted_proxies import TrustedProxies

FORWARDED = {"X_Script_Name": "/maps", "X_Forwarded_Host": "maps.example", "X_Forwarded_Proto": "https"}


@pytest.mark.parametrize(
    ("networks", "address", "trusted"),
    [
        pytest.param(["10.0.0.1"], "10.0.0.1", True, id="an address"),
        pytest.param(["10.0.0.1"], "10.0.0.2", False, id="the address next to it"),
        pytest.param(["10.0.0.0/8", "192.0.2.0/24"], "192.0.2.77", True, id="in one of several networks"),
        pytest.param(["10.0.0.0/8"], "11.0.0.1", False, id="outside the network"),
        pytest.param(["::1"], "::1", True, id="an IPv6 address"),
        pytest.param(["2001:db8::/32"], "2001:0db8:0:1::5", True, id="in an IPv6 network, spelled otherwise"),
        pytest.param(["fe80::/10"], "fe80::1%eth0", True, id="with the zone of a link"),
        pytest.param(["10.0.0.0/8"], "::ffff:10.1.2.3", True, id="IPv4 written as IPv6"),
        pytest.param(["::ffff:10.0.0.0/104"], "10.1.2.3", True, id="a network of IPv4 written as IPv6"),
        pytest.param(["::/0"], "10.1.2.3", False, id="all of IPv6 is nothing of IPv4"),
        pytest.param(["unix"], "", True, id="a Unix socket"),
        pytest.param(["unix"], "localhost", True, id="a Unix socket as waitress says it"),
        pytest.param(["unix"], "127.0.0.1", False, id="TCP is no Unix socket"),
        pytest.param(["0.0.0.0/0", "::/0"], "", False, id="a Unix socket has no address"),
        pytest.param(["0.0.0.0/0"], "proxy.example", False, id="a name is no address"),
        pytest.param([], "127.0.0.1", False, id="nobody"),
    ],
)
def test_a_peer_is_trusted_by_its_address(networks: list[str], address: str, trusted: bool) -> None:
    assert TrustedProxies(networks).trusts(address) is trusted


@given(st.one_of(st.text(max_size=50), st.ip_addresses().map(str)))
def test_no_address_is_too_odd_to_be_judged(address: str) -> None:
    nobody, world = TrustedProxies([]), TrustedProxies(["0.0.0.0/0", "::/0", "unix"])

    assert nobody.trusts(address) is False
    assert world.trusts(address) in {True, False}


@given(st.ip_addresses())
def test_a_network_of_one_address_trusts_just_that(address: object) -> None:
    proxies = TrustedProxies([str(address)])

    assert proxies.trusts(str(address))
    assert not proxies.trusts("192.0.2.1") or str(address) in {"192.0.2.1", "::ffff:c000:201"}


@pytest.fixture
def layers() -> FakeLayers:
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR).put((1, 0, 0))
    return layers


def href(web: WsgiClient, path: str = "/tms", **environ: str) -> str:
    """The address of the service in a document."""
    text = web.get(path, environ={"HTTP_HOST": "inner", **environ}, **FORWARDED).text
    return text.partition('href="')[2].partition('"')[0]


def test_without_the_option_everybody_is_believed(layers: FakeLayers) -> None:
    assert href(client(layers), REMOTE_ADDR="203.0.113.9") == "https://maps.example/maps/tms/1.0.0/"


def test_a_trusted_proxy_is_believed(layers: FakeLayers) -> None:
    web = client(layers, trusted_proxies=["10.0.0.0/8"])

    assert href(web, REMOTE_ADDR="10.0.0.1") == "https://maps.example/maps/tms/1.0.0/"


@pytest.mark.parametrize("proxies", [["10.0.0.0/8"], []], ids=["others are trusted", "nobody is trusted"])
def test_headers_of_others_are_as_if_they_were_not_there(layers: FakeLayers, proxies: list[str]) -> None:
    web = client(layers, trusted_proxies=proxies)

    assert href(web, REMOTE_ADDR="203.0.113.9") == "http://inner/tms/1.0.0/"


def test_who_is_not_trusted_cannot_change_where_a_request_goes(layers: FakeLayers) -> None:
    web = client(layers, trusted_proxies=["10.0.0.0/8"])
    path = "/maps/tiles/osm/EPSG3857/1/0/0.png"

    believed = web.get(path, environ={"REMOTE_ADDR": "10.0.0.1"}, X_Script_Name="/maps")
    not_believed = web.get(path, environ={"REMOTE_ADDR": "203.0.113.9"}, X_Script_Name="/maps")

    assert (believed.status_code, believed.data) == (200, PNG_TILE)
    assert not_believed.status_code == 404


def test_a_server_that_names_no_address_is_a_unix_socket(layers: FakeLayers) -> None:
    environ = {"HTTP_HOST": "inner"}

    trusting, strict = (client(layers, trusted_proxies=proxies) for proxies in (["unix"], ["127.0.0.1"]))

    assert "https://maps.example/maps/tms" in trusting.get("/tms", environ=environ, **FORWARDED).text
    assert "http://inner/tms" in strict.get("/tms", environ=environ, **FORWARDED).text
