"""Credentials are taken out of URLs as MapProxy does, and nothing secret survives redaction."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.secrets import Credentials, is_secret_name, redacted, split_credentials

SECRET_NAMES = (
    "key", "KEY", "apikey", "api_key", "api-key", "API%5FKEY", "token", "access_token", "password", "passwd", "pwd",
    "signature", "sig", "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "subscription-key", "map_key",
    "client_secret", "auth", "authkey", "jsessionid", "connectId", "app_code",
)  # fmt: skip

#: Text that cannot be mistaken for anything else in a URL.
secrets = st.text(st.sampled_from("ghjqvwyzGHJQVWYZ0123456789~_."), min_size=1).map(lambda text: f"s3cr3t{text}")
user_info = st.text(st.characters(exclude_characters="/\n", codec="utf-8"), max_size=10)


@pytest.mark.parametrize(
    ("url", "stripped", "credentials"),
    [
        pytest.param("http://h/a", "http://h/a", None, id="without user info"),
        pytest.param("http://u:p@h/a", "http://h/a", ("u", "p"), id="user and password"),
        pytest.param("http://u@h/a", "http://h/a", None, id="a user alone is dropped"),
        pytest.param("http://u:p:q@r@h/a", "http://h/a", ("u", "p:q@r"), id="first colon, last at sign"),
        pytest.param("https://u:p#;%$@h/a", "https://h/a", ("u", "p#;%$"), id="any character"),
        pytest.param("http://u:a%40b@h/a", "http://h/a", ("u", "a%40b"), id="nothing is percent-decoded"),
        pytest.param("http://h/a@2x.png", "http://h/a@2x.png", None, id="an at sign in the path"),
        pytest.param("http://u:p@h/a@2x.png", "http://h/a@2x.png", ("u", "p"), id="both"),
        pytest.param("http://u:p@h", "http://h", ("u", "p"), id="without a path"),
        pytest.param("http://u:@h/a", "http://h/a", ("u", ""), id="an empty password"),
        pytest.param("no url:at@all", "no url:at@all", None, id="no URL"),
    ],
)
def test_user_info_is_split_off(url: str, stripped: str, credentials: tuple[str, str] | None) -> None:
    expected = Credentials(*credentials) if credentials else None

    assert split_credentials(url) == (stripped, expected)


def test_credentials_do_not_show_in_their_representation() -> None:
    assert "hunter2" not in repr(Credentials("me", "hunter2"))


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["layers", "map", "bbox", "srs", "styles", "sld", "time", "width", "version"])
def test_other_names_are_shown(name: str) -> None:
    assert redacted(f"http://h/?{name}=value&z=1") == f"http://h/?{name}=value&z=1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("http://h/?b=2&key=x&c=3", "http://h/?b=2&key=***&c=3", id="only the value goes"),
        pytest.param("http://h/?b=2;token=x#f", "http://h/?b=2;token=***#f", id="semicolons separate too"),
        pytest.param("http://h/a@2x.png", "http://h/a@2x.png", id="an at sign in the path stays"),
        pytest.param("http://h/wmts/token/x/1/2", "http://h/wmts/token/***/1/2", id="a token in the path"),
        pytest.param("{'x-key': 'a b', 'n': 1}", "{'x-key': '***', 'n': 1}", id="a member of an object"),
        pytest.param('{"token":"x","n":1}', '{"token":"***","n":1}', id="a member of a JSON object"),
        pytest.param("Authorization: Basic x=\nHost: h", "Authorization: ***\nHost: h", id="a header"),
        pytest.param("http://monkey:8080/a", "http://monkey:8080/a", id="a host and its port"),
        pytest.param("X-Api-Key : x y\nHost : h", "X-Api-Key : ***\nHost : h", id="a header with a space"),
        pytest.param(r'{"password": "x\"y", "n": 1}', '{"password": "***", "n": 1}', id="a quote inside a string"),
        pytest.param(r"{'password': 'x\'y', 'n': 1}", "{'password': '***', 'n': 1}", id="the other quote inside"),
        pytest.param("http://u:x/y@h/a", "http://h/a", id="a password with a slash"),
        pytest.param("no 'http://u:x/y@z@h/a@2x', sorry", "no 'http://2x', sorry", id="rather too much is removed"),
        pytest.param("http://h:80/a@2x.png", "http://h:80/a@2x.png", id="an at sign behind a port stays"),
        pytest.param("http://[::1]:80/a@2x.png", "http://[::1]:80/a@2x.png", id="an at sign behind an IPv6 host"),
        pytest.param("http://h/a:b@c", "http://h/a:b@c", id="a colon and an at sign in the path stay"),
        pytest.param(
            "http://h/?u=http%3A%2F%2Fme%3Ax%2Fy%40i%2F%3Fa%3Db",
            "http://h/?u=http%3A%2F%2Fi%2F%3Fa%3Db",
            id="a password with a slash inside a parameter",
        ),
        pytest.param(
            "http://h/?u=http%3A%2F%2Fi%3A80%2Fa%402x",
            "http://h/?u=http%3A%2F%2Fi%3A80%2Fa%402x",
            id="a port inside one",
        ),
        pytest.param("Got 'http://h/?key=x', sorry", "Got 'http://h/?key=***', sorry", id="a URL in a sentence"),
        pytest.param(
            "http://h/?u=http%3A%2F%2Fme%3Ax%40i%2F%3Fkey%3Dx%26b%3D1",
            "http://h/?u=http%3A%2F%2Fi%2F%3Fkey%3D***%26b%3D1",
            id="a URL inside a parameter",
        ),
    ],
)
def test_redaction_leaves_what_is_no_secret(text: str, expected: str) -> None:
    assert redacted(text) == expected


@given(
    user=user_info,
    secret=secrets,
    name=st.sampled_from(SECRET_NAMES),
    others=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3),
    position=st.integers(0, 3),
    separator=st.sampled_from("&;"),
    prefix=st.sampled_from(["", "no image from ", 'failed "', "<a href='", "(Caused by "]),
)
def test_no_secret_survives(
    user: str,
    secret: str,
    name: str,
    others: list[tuple[str, str]],
    position: int,
    separator: str,
    prefix: str,
) -> None:
    pairs = [f"{quote(key)}={quote(value)}" for key, value in others]
    pairs.insert(position, f"{name}={secret}")
    url = f"{prefix}https://{user}:{secret}@host/{quote(secret[:0])}path?{separator.join(pairs)}"

    shown = redacted(url)

    assert secret not in shown
    assert "://host/path?" in shown
    assert redacted(shown) == shown


@given(secret=secrets, name=st.sampled_from(SECRET_NAMES))
def test_no_secret_survives_inside_the_value_of_a_parameter(secret: str, name: str) -> None:
    inner = f"http://me:{secret}@inner/?a=b&{name}={secret}&c=d"

    shown = redacted(f"http://host/?sld={quote(inner, safe='')}&layers=a")

    assert secret not in shown
    assert shown.endswith("&layers=a")


@given(st.text())
def test_redaction_of_any_text_is_idempotent(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


def test_a_long_hostile_text_takes_one_walk() -> None:
    text = "http://h/?" + "x" * 1_000_000 + "=" * 100_000 + "%3D%26" * 100_000 + "&key=hunter2"

    assert "hunter2" not in redacted(text)


@given(user=user_info.filter(lambda text: ":" not in text), password=user_info)
def test_splitting_gives_back_what_was_put_in(user: str, password: str) -> None:
    url, credentials = split_credentials(f"http://{user}:{password}@host/path")

    assert url == "http://host/path"
    assert credentials == Credentials(user, password)
