"""Challenges are understood, and answered with Digest before Basic."""

from __future__ import annotations

import base64
import hashlib
import threading

import pytest
from requests.utils import parse_dict_header

from tilekeep.adapters.http.authentication import Authenticator, challenges
from tilekeep.domain.secrets import Credentials

DIGEST = 'Digest realm="maps", nonce="n0nce", qop="auth", opaque="o", algorithm=SHA-256'
URL = "http://host/wms?layers=a,b"


def md5_or_sha(algorithm: str, text: str) -> str:
    name = "sha256" if algorithm == "SHA-256" else "md5"
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def authenticator() -> Authenticator:
    return Authenticator(Credentials("us:er", "pä55"))


@pytest.mark.parametrize(
    ("header", "schemes"),
    [
        pytest.param('Basic realm="a, b"', {"basic"}, id="one"),
        pytest.param('Basic realm="a", Digest realm="b", nonce="c"', {"basic", "digest"}, id="two in one header"),
        pytest.param("Negotiate, Basic realm=a", {"negotiate", "basic"}, id="without parameters"),
        pytest.param("", set(), id="none"),
    ],
)
def test_the_schemes_of_a_header_are_told_apart(header: str, schemes: set[str]) -> None:
    assert challenges(header).keys() == schemes


def test_basic_credentials_are_utf8(authenticator: Authenticator) -> None:
    header = authenticator.answer('Basic realm="maps"', "GET", URL)

    assert header == "Basic " + base64.b64encode("us:er:pä55".encode()).decode()


def test_credentials_are_not_sent_before_they_are_asked_for(authenticator: Authenticator) -> None:
    assert authenticator.header("GET", URL) is None


def test_once_asked_for_basic_credentials_go_along(authenticator: Authenticator) -> None:
    first = authenticator.answer("Basic realm=maps", "GET", URL)

    assert authenticator.header("GET", URL) == first


@pytest.mark.parametrize(
    ("challenge", "algorithm"),
    [
        pytest.param(DIGEST, "SHA-256", id="SHA-256"),
        pytest.param('Digest realm="maps", nonce="n0nce", qop="auth,auth-int"', "MD5", id="MD5, several qop"),
        pytest.param(f'Basic realm="x", {DIGEST}', "SHA-256", id="beside Basic"),
    ],
)
def test_a_digest_is_computed_over_method_and_path_with_query(
    authenticator: Authenticator, challenge: str, algorithm: str
) -> None:
    header = authenticator.answer(challenge, "GET", URL)

    assert header is not None
    assert header.startswith("Digest ")
    sent = parse_dict_header(header.removeprefix("Digest "))  # type: ignore[no-untyped-call]
    secret = md5_or_sha(algorithm, "us:er:maps:pä55")
    asked = md5_or_sha(algorithm, "GET:/wms?layers=a,b")
    expected = md5_or_sha(algorithm, f"{secret}:n0nce:{sent['nc']}:{sent['cnonce']}:auth:{asked}")
    assert sent["response"] == expected
    assert sent["uri"] == "/wms?layers=a,b"
    assert sent["nc"] == "00000001"


def test_a_nonce_is_counted_while_it_lasts(authenticator: Authenticator) -> None:
    authenticator.answer(DIGEST, "GET", URL)

    header = authenticator.header("GET", URL)

    assert header is not None
    assert "nc=00000002" in header


def test_each_thread_answers_challenges_of_its_own(authenticator: Authenticator) -> None:
    authenticator.answer(DIGEST, "GET", URL)
    headers: list[str | None] = []

    other = threading.Thread(target=lambda: headers.append(authenticator.header("GET", URL)))
    other.start()
    other.join()

    assert headers == [None]


@pytest.mark.parametrize("challenge", ["Negotiate", 'Bearer realm="x"', 'Digest realm="no nonce"', ""])
def test_other_challenges_are_not_answered(authenticator: Authenticator, challenge: str) -> None:
    assert authenticator.answer(challenge, "GET", URL) is None
