"""Who gets a compressed body (RFC 9110, 12.5.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.entrypoints.wsgi.accept_encoding import prefers_gzip


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("", False, id="no header"),
        pytest.param("gzip", True, id="gzip"),
        pytest.param("GZIP", True, id="in any case"),
        pytest.param("gzip, deflate, br, zstd", True, id="as browsers send it"),
        pytest.param("br;q=1.0, gzip;q=0.8, *;q=0.1", True, id="behind what we do not have"),
        pytest.param("*", True, id="anything"),
        pytest.param("deflate, br", False, id="others only"),
        pytest.param("identity", False, id="plain only"),
        pytest.param("gzip;q=0", False, id="not gzip"),
        pytest.param("gzip;q=0, *", False, id="anything but gzip"),
        pytest.param("*;q=0", False, id="nothing"),
        pytest.param("gzip;q=0.5, identity", False, id="plain is preferred"),
        pytest.param("gzip;q=0.5, identity;q=0.5", True, id="both alike"),
        pytest.param("gzip;q=0.001", True, id="if need be"),
        pytest.param("identity;q=0, gzip;q=0.1", True, id="not plain"),
        pytest.param("gzip" + " " * 300, False, id="a header that is too long to be one"),
    ],
)
def test_the_preference_of_a_client(header: str, expected: bool) -> None:
    assert prefers_gzip(header) is expected


@given(st.one_of(st.text(max_size=100), st.from_regex(r"(gzip|\*|identity|br)(;q=[0-9a-z.]{0,5})?(,.*)?")))
def test_no_header_is_too_odd_to_be_read(header: str) -> None:
    assert prefers_gzip(header) in {True, False}
