"""URLs that need no preparing: those that the library would leave as they are, and no others."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from requests import PreparedRequest

from tilekeep.adapters.http.plain_urls import is_plain

SERVERS = ["http://", "https://", "HTTP://", "host", "a", "Z", "0", "-", ":80", ":08", ":60000", ":99999", "@"]
PATHS = [".", "..", "/", "//", "/./", "/../", "?", "#", ":", "~", "&", "=", ",", "+", "'", "[", "|", "\\", " ", "ä"]
ESCAPES = ["%", "%2F", "%2f", "%3A", "%41", "%7E", "%5B", "%7B", "%C3%A4", "%zz", "%2", "%00", "%7F", "%25", "%20"]
PIECES = st.sampled_from([*SERVERS, *PATHS, *ESCAPES])


def prepared(url: str) -> str | None:
    request = PreparedRequest()
    request.prepare_url(url, None)
    return request.url


@pytest.mark.parametrize(
    "url",
    [
        "http://host/",
        "https://maps.example.org/tiles/3/4/5.png",
        "http://127.0.0.1:8080/cgi-bin/mapserv.cgi?map=/a/b.map&LAYERS=a,b&BBOX=-1.5,0,1e-05,2&SRS=EPSG%3A4326",
        "http://host/%C3%A4/..hidden/a.b",
    ],
)
def test_what_sources_ask_for_is_plain(url: str) -> None:
    assert is_plain(url)
    assert prepared(url) == url


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://host", id="no path"),
        pytest.param("http://Host/", id="letters of the host in upper case"),
        pytest.param("http://user:password@host/", id="credentials"),
        pytest.param("http://host:99999/", id="no port"),
        pytest.param("http://host/a/../b", id="a segment that leads upwards"),
        pytest.param("http://host/a/.", id="a segment that leads nowhere"),
        pytest.param("http://host/?", id="an empty query"),
        pytest.param("http://host/#part", id="a fragment"),
        pytest.param("http://host/a b", id="a character to be quoted"),
        pytest.param("http://host/ä", id="a letter to be quoted"),
        pytest.param("http://host/%2f", id="quoted in lower case"),
        pytest.param("http://host/%41", id="quoted without need"),
        pytest.param("http://host/100%", id="a stray sign for quoting"),
        pytest.param("ftp://host/", id="another scheme"),
        pytest.param("http://host/\n", id="the end of a line"),
    ],
)
def test_what_has_to_be_looked_at_is_not(url: str) -> None:
    assert not is_plain(url)


@given(st.lists(PIECES, max_size=12).map(lambda pieces: "http://host" + "".join(pieces)))
@example("http://host//a")
@example("http://host/a//b/")
@example("http://-/")
def test_the_library_leaves_plain_urls_as_they_are(url: str) -> None:
    if is_plain(url):
        assert prepared(url) == url
