"""Which requests come from our own pages, behind proxies and in browsers that say less."""

from __future__ import annotations

import contextlib

import pytest

from tilekeep.entrypoints.wsgi.admin.access import Access, Refused

_BEHIND = {
    "wsgi.url_scheme": "http",
    "HTTP_HOST": "127.0.0.1:8080",
    "HTTP_X_FORWARDED_HOST": "maps.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_AUTHORIZATION": "Bearer token",
}


@pytest.mark.parametrize(
    ("knows_proxies", "headers", "may"),
    [
        pytest.param(True, {"HTTP_ORIGIN": "https://maps.example"}, True, id="a trusted proxy tells our address"),
        pytest.param(False, {"HTTP_ORIGIN": "https://maps.example"}, False, id="anybody may have told it"),
        pytest.param(False, {"HTTP_ORIGIN": "http://127.0.0.1:8080"}, True, id="the server itself knows it"),
        pytest.param(
            False,
            {"HTTP_ORIGIN": "https://maps.example", "HTTP_SEC_FETCH_SITE": "same-origin"},
            True,
            id="the browser says so",
        ),
        pytest.param(
            True,
            {"HTTP_ORIGIN": "https://maps.example", "HTTP_SEC_FETCH_SITE": "cross-site"},
            False,
            id="the browser says otherwise",
        ),
        pytest.param(False, {}, True, id="no browser"),
    ],
)
def test_who_may_change_something(knows_proxies: bool, headers: dict[str, str], may: bool) -> None:
    access = Access("token", knows_proxies=knows_proxies)

    with contextlib.nullcontext() if may else pytest.raises(Refused, match="only pages of this server"):
        access.check({**_BEHIND, **headers})
