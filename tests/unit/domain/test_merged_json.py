"""Several JSON documents as one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.merged_json import json_value, merged_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def merged(*documents: Any) -> Any:
    return json.loads(merged_json([json.dumps(document) for document in documents]))


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        pytest.param([{"a": 1}, {"b": 2}], {"a": 1, "b": 2}, id="keys are joined"),
        pytest.param([{"a": 1}, {"a": 2}], {"a": 2}, id="of plain values the last counts"),
        pytest.param([{"a": [1]}, {"a": [2, 1]}], {"a": [1, 2, 1]}, id="lists are joined"),
        pytest.param([{"a": {"b": [1]}}, {"a": {"b": [2], "c": 3}}], {"a": {"b": [1, 2], "c": 3}}, id="at any depth"),
        pytest.param([[1], [2]], [1, 2], id="documents may be lists"),
        pytest.param([{"a": [1]}, {"a": 2}], {"a": [1, 2]}, id="a value that meets a list joins it"),
        pytest.param([{"a": 1}, {"a": [2]}], {"a": [2]}, id="a list that meets a value replaces it"),
        pytest.param([{"a": {"b": 1}}, {"a": 2}], {"a": 2}, id="a value that meets a mapping replaces it"),
        pytest.param([{}, {"a": 1}, [], None], {"a": 1}, id="empty documents do not count"),
        pytest.param([{}, {}], {}, id="nothing at all"),
    ],
)
def test_documents_are_merged(documents: list[Any], expected: Any) -> None:
    assert merged(*documents) == expected


@given(first=st.dictionaries(st.text(max_size=3), VALUES), second=st.dictionaries(st.text(max_size=3), VALUES))
def test_nothing_of_the_later_document_is_lost(first: dict[str, Any], second: dict[str, Any]) -> None:
    result = merged(first, second)

    assert result.keys() == first.keys() | second.keys()
    assert all(result[key] == value for key, value in second.items() if key not in first)


@given(documents=st.lists(VALUES, min_size=1, max_size=4))
def test_any_documents_can_be_merged(documents: list[Any]) -> None:
    merged(*documents)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="cut"),
        pytest.param("", id="empty"),
        pytest.param("<a/>", id="something else"),
        pytest.param("[" * 101 + "]" * 101, id="too deep"),
        pytest.param('{"a":' * 50_000 + "1" + "}" * 50_000, id="deeper than Python can follow"),
        pytest.param("9" * 5000, id="a number without end"),
        pytest.param('{"a": 1e999}', id="a number beyond all"),
        pytest.param("[NaN, -Infinity]", id="numbers that JSON has not"),
    ],
)
def test_what_cannot_be_used_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        json_value(text)
