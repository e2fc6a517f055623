"""Requests are found in the logs of web servers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.access_log import asked_address

COMMON = '127.0.0.1 - frank [10/Oct/2025:13:55:36 -0700] "GET /tiles/web/3/1/2.png HTTP/1.1" 200 2326'
WMS = "/service?LAYERS=a,b&TILED=true&BBOX=0,0,1,1"


@pytest.mark.parametrize(
    ("line", "target"),
    [
        pytest.param(COMMON, "/tiles/web/3/1/2.png", id="common"),
        pytest.param(COMMON + ' "http://a/?\\"x" "Mozilla/5.0"', "/tiles/web/3/1/2.png", id="combined"),
        pytest.param(f'maps.example:443 {COMMON} "-" "-"', "/tiles/web/3/1/2.png", id="with-virtual-host"),
        pytest.param(COMMON.replace("/tiles/web/3/1/2.png", WMS), WMS, id="query-string"),
        pytest.param(COMMON.replace(" HTTP/1.1", " HTTP/2.0"), "/tiles/web/3/1/2.png", id="http-2"),
        pytest.param(COMMON.replace("GET", "HEAD"), "/tiles/web/3/1/2.png", id="head"),
        pytest.param(COMMON.replace(" 200 ", " 304 "), "/tiles/web/3/1/2.png", id="not-modified"),
        pytest.param(COMMON.replace(" 200 ", " 502 "), "/tiles/web/3/1/2.png", id="failed-here"),
        pytest.param(COMMON.replace(" 200 ", " 404 "), None, id="not-found"),
        pytest.param(COMMON.replace("GET", "POST"), None, id="other-method"),
        pytest.param('1.2.3.4 - - [x] "\\x16\\x03\\x01" 400 226', None, id="no-http"),
        pytest.param("/wmts/web/g/3/1/2.png\n", "/wmts/web/g/3/1/2.png", id="bare-path"),
        pytest.param(
            "https://maps.example/wmts/web/g/3/1/2.png", "https://maps.example/wmts/web/g/3/1/2.png", id="url"
        ),
        pytest.param("", None, id="empty"),
        pytest.param("# a comment", None, id="comment"),
    ],
)
def test_a_line_names_what_was_asked_for(line: str, target: str | None) -> None:
    assert asked_address(line) == target


@given(
    user=st.text(st.characters(exclude_characters='"\n'), max_size=20),
    path=st.text(st.characters(exclude_characters='" \\\n\r', min_codepoint=33, max_codepoint=126), max_size=40),
    status=st.sampled_from([200, 206, 301, 304, 500]),
)
def test_any_address_is_found_behind_any_user(user: str, path: str, status: int) -> None:
    line = f'::1 - {user} [10/Oct/2025:13:55:36 +0000] "GET /{path} HTTP/1.1" {status} 17 "-" "-"'

    assert asked_address(line) == f"/{path}"


@given(line=st.text(max_size=200))
def test_any_line_is_read_or_passed_over(line: str) -> None:
    found = asked_address(line)

    assert found is None or found in line
