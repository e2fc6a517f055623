"""Reading query strings (spec/services.md, 1.2)."""

from __future__ import annotations

from urllib.parse import unquote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.entrypoints.wsgi.query_string import parameters, unquoted


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("LAYER=Osm", {"layer": "Osm"}, id="keys know no case, values do"),
        pytest.param("style=&x", {"style": "", "x": ""}, id="blank values are kept"),
        pytest.param("a=1&A=2&a=3", {"a": "1,2,3"}, id="repeated keys are joined by commas"),
        pytest.param("service=WMTS&SERVICE=WMS", {"service": "WMTS"}, id="the first service counts"),
        pytest.param("a=1;b=2", {"a": "1;b=2"}, id="a semicolon separates nothing"),
        pytest.param("format=image%2Fpng&t=a+b", {"format": "image/png", "t": "a b"}, id="escapes"),
        pytest.param("a=b=c", {"a": "b=c"}, id="only the first equals sign separates"),
        pytest.param("&&a=1&", {"a": "1"}, id="empty parts"),
        pytest.param("=1", {}, id="a value without key"),
        pytest.param("l=M%C3%BCnchen", {"l": "München"}, id="UTF-8"),
        pytest.param("l=M\u00c3\u00bcnchen", {"l": "München"}, id="UTF-8 bytes that are not escaped"),
        pytest.param("l=%FF%", {"l": "\ufffd%"}, id="what is no UTF-8"),
    ],
)
def test_parameters(query_string: str, expected: dict[str, str]) -> None:
    assert parameters(query_string) == expected


@given(st.dictionaries(st.text(min_size=1, max_size=20).map(str.lower), st.text(max_size=20)))
def test_what_was_encoded_is_read_back(values: dict[str, str]) -> None:
    lower = {key.lower(): value for key, value in values.items()}

    assert parameters(urlencode(lower)) == lower


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=200))
def test_no_query_string_is_an_error(query_string: str) -> None:
    assert all(key == key.lower() for key in parameters(query_string))


@given(st.text(alphabet="%2CcFf3Aa5+,/:é", max_size=40))
def test_the_short_way_over_frequent_escapes_changes_nothing(text: str) -> None:
    assert unquoted(text) == unquote_plus(text)
