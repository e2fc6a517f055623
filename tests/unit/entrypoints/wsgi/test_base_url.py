"""The address of the application, seen from clients (spec/services.md, 1.3)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.entrypoints.wsgi.base_url import apply_script_name_header, base_url, path_quoted, script_url


def environ(path: str = "/service", **others: Any) -> dict[str, Any]:
    return {
        "wsgi.url_scheme": "http",
        "SERVER_NAME": "inner",
        "SERVER_PORT": "8080",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        **others,
    }


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, "http://inner:8080", id="the server's name and port"),
        pytest.param({"SERVER_PORT": "80"}, "http://inner", id="no default port"),
        pytest.param({"SERVER_NAME": "::1"}, "http://[::1]:8080", id="the server's IPv6 address"),
        pytest.param({"HTTP_HOST": "maps.example:81"}, "http://maps.example:81", id="Host"),
        pytest.param({"HTTP_HOST": "maps.example:80"}, "http://maps.example", id="Host without default port"),
        pytest.param({"HTTP_HOST": "[::1]:81"}, "http://[::1]:81", id="IPv6 host"),
        pytest.param(
            {"HTTP_HOST": "inner", "HTTP_X_FORWARDED_HOST": "a.example, b.example"},
            "http://a.example",
            id="the first forwarded host wins",
        ),
        pytest.param({"HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "a:443"}, "https://a", id="forwarded scheme"),
        pytest.param({"SCRIPT_NAME": "/maps/"}, "http://inner:8080/maps", id="script name without slash at the end"),
        pytest.param({"SCRIPT_NAME": "/m\u00c3\u00bc"}, "http://inner:8080/m%C3%BC", id="script name is quoted"),
        pytest.param({"HTTP_HOST": 'a"><script>'}, "http://inner:8080", id="malformed Host is ignored"),
        pytest.param({"HTTP_X_FORWARDED_HOST": "evil.example/x?"}, "http://inner:8080", id="forwarded path is ignored"),
        pytest.param({"HTTP_HOST": "a.example:65535"}, "http://a.example:65535", id="the last port"),
        pytest.param({"HTTP_HOST": "a.example:65536"}, "http://inner:8080", id="Host with a port beyond the last"),
        pytest.param({"HTTP_HOST": "[::1]:99999"}, "http://inner:8080", id="IPv6 host with such a port"),
        pytest.param(
            {"HTTP_HOST": "a.example:81", "HTTP_X_FORWARDED_HOST": "b.example:70000"},
            "http://a.example:81",
            id="forwarded host with such a port",
        ),
        pytest.param({"HTTP_X_FORWARDED_HOST": "user@evil"}, "http://inner:8080", id="forwarded user is ignored"),
        pytest.param({"HTTP_X_FORWARDED_PROTO": "javascript"}, "http://inner:8080", id="other schemes are ignored"),
    ],
)
def test_script_url(headers: dict[str, str], expected: str) -> None:
    assert script_url(environ(**headers)) == expected


def test_the_base_url_adds_the_path_as_it_was_requested() -> None:
    assert base_url(environ("/service/an y", HTTP_HOST="a")) == "http://a/service/an%20y"


@pytest.mark.parametrize(
    ("header", "path", "script_name", "rest"),
    [
        pytest.param("/maps", "/maps/tms/1.0.0", "/maps", "/tms/1.0.0", id="a path that keeps the prefix"),
        pytest.param("/maps", "/tms/1.0.0", "/maps", "/tms/1.0.0", id="a path without the prefix"),
        pytest.param("/maps/", "/maps/tms", "/maps", "/tms", id="a slash at the end does no harm"),
        pytest.param("/ma", "/maps/tms", "/ma", "/maps/tms", id="only whole segments are taken off"),
        pytest.param("/a%20b", "/a b/tms", "/a b", "/tms", id="escapes"),
        pytest.param('/a"b', "/tms", "", "/tms", id="malformed prefix is ignored"),
        pytest.param("//evil.example", "/tms", "", "/tms", id="a host is no prefix"),
        pytest.param("https://evil.example", "/tms", "", "/tms", id="an address is no prefix"),
        pytest.param("/" + "a" * 256, "/tms", "", "/tms", id="a prefix that would blow up documents is ignored"),
    ],
)
def test_x_script_name(header: str, path: str, script_name: str, rest: str) -> None:
    values = environ(path, HTTP_X_SCRIPT_NAME=header)

    apply_script_name_header(values)

    assert (values["SCRIPT_NAME"], values["PATH_INFO"]) == (script_name, rest)
    assert "HTTP_X_SCRIPT_NAME" not in values


def test_a_part_of_a_path_is_quoted_with_its_slashes() -> None:
    assert path_quoted("a/b ü") == "a%2Fb%20%C3%BC"


HEADER_TEXT = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=60),
    st.from_regex(r"[ a-zA-Z0-9.,:/\[\]@%_-]{0,60}", fullmatch=True),
    st.sampled_from(["maps.example", "maps.example:8080", "[2001:db8::1]:443", "https", "/maps", "/maps/", "a, b"]),
)


@given(
    path=HEADER_TEXT,
    headers=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_SCRIPT_NAME"), HEADER_TEXT
        ),
    ),
)
def test_whatever_headers_say_the_address_is_one_that_documents_can_hold(path: str, headers: dict[str, str]) -> None:
    values = environ(f"/{path}", **headers)
    apply_script_name_header(values)

    host = r"(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    assert re.fullmatch(rf"https?://{host}[A-Za-z0-9/:@!$()*,;=+~._%-]*", base_url(values))
    assert base_url(values).startswith(script_url(values))
