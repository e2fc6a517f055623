"""A file laid over its base (spec/config-globals-grids.md, 3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.config.loading.base_merge import REPLACED_LISTS, merged
from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.plain_data import plain_data
from tilekeep.config.loading.yaml_nodes import ListNode, MappingNode, Node, Scalar


def node(value: Any) -> Node:
    """Plain data as nodes without places."""
    if isinstance(value, dict):
        return MappingNode({key: (None, node(inner)) for key, inner in value.items()}, None)
    if isinstance(value, list | tuple):
        return ListNode([node(item) for item in value], None)
    return Scalar(value, None)


def over(override: dict[Any, Any], base: dict[Any, Any]) -> Any:
    """The merge as plain data; lists are tuples."""
    upper, lower = node(override), node(base)
    assert isinstance(upper, MappingNode)
    assert isinstance(lower, MappingNode)
    return plain_data(merged(upper, lower), Expansion({}))


@pytest.mark.parametrize(
    ("override", "base", "expected"),
    [
        pytest.param({"a": 1}, {"b": 2}, {"b": 2, "a": 1}, id="keys of both, those of the base first"),
        pytest.param({"a": None}, {"b": 2}, {"b": 2, "a": None}, id="a key the base lacks is taken even if empty"),
        pytest.param({"a": 1}, {"a": 2}, {"a": 1}, id="a scalar is replaced"),
        pytest.param({"a": None}, {"a": 2}, {"a": None}, id="a scalar is replaced by nothing"),
        pytest.param({"a": {"b": 1}}, {"a": None}, {"a": {"b": 1}}, id="nothing is replaced"),
        pytest.param({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"c": 2, "b": 1}}, id="mappings are merged"),
        pytest.param({"a": None}, {"a": {"c": 2}}, {"a": {"c": 2}}, id="an empty section leaves the mapping"),
        pytest.param({"a": 3}, {"a": {"c": 2}}, {"a": 3}, id="a scalar on a mapping replaces it"),
        pytest.param({"a": [3]}, {"a": [1, 2]}, {"a": (1, 2, 3)}, id="lists are put together, base first"),
        pytest.param({"a": None}, {"a": [1]}, {"a": (1,)}, id="an empty value leaves the list"),
        pytest.param({"a": []}, {"a": [1]}, {"a": None}, id="an empty list removes the list"),
        pytest.param({"a": 3}, {"a": [1]}, {"a": 3}, id="a scalar on a list replaces it"),
        pytest.param({"sources": []}, {"sources": [1]}, {"sources": ()}, id="replaced lists can be emptied"),
        pytest.param({"layers": [{"x": 1}]}, {"layers": ["y"]}, {"layers": ("y", {"x": 1})}, id="layers without names"),
    ],
)
def test_merging_follows_the_table(override: dict[Any, Any], base: dict[Any, Any], expected: dict[Any, Any]) -> None:
    assert over(override, base) == expected


@pytest.mark.parametrize("key", sorted(REPLACED_LISTS))
def test_some_lists_are_replaced_as_a_whole(key: str) -> None:
    assert over({key: [8, 8]}, {key: [4, 4]}) == {key: (8, 8)}


def test_layers_are_merged_by_name_in_the_order_of_the_base() -> None:
    override = {"layers": [{"name": "new"}, {"name": "b", "title": "B2"}]}
    base = {"layers": [{"name": "a", "title": "A"}, {"name": "b", "title": "B", "sources": ["s"]}]}

    result = over(override, base)

    assert [layer["name"] for layer in result["layers"]] == ["a", "b", "new"]
    assert result["layers"][1] == {"name": "b", "title": "B2", "sources": ("s",)}


def test_layers_within_layers_are_merged_by_name_too() -> None:
    override = {"layers": [{"name": "g", "layers": [{"name": "x", "title": "new"}]}]}
    base = {"layers": [{"name": "g", "layers": [{"name": "w"}, {"name": "x", "title": "old"}]}]}

    assert over(override, base)["layers"][0]["layers"] == ({"name": "w"}, {"name": "x", "title": "new"})


_SCALARS = st.one_of(st.integers(), st.text(max_size=3), st.booleans(), st.none())
_KEYS = st.sampled_from(["a", "b", "bbox", "grids", "sources", "layers", "globals"])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=8,
)
_MAPPINGS = st.dictionaries(_KEYS, _VALUES, max_size=4)


@given(_MAPPINGS, _MAPPINGS)
def test_the_file_wins_over_its_base(override: dict[str, Any], base: dict[str, Any]) -> None:
    result = over(override, base)

    assert result.keys() == override.keys() | base.keys()
    for key, value in override.items():
        if key not in base or not isinstance(base[key], dict | list):
            assert result[key] == plain_data(node(value), Expansion({}))


@given(_MAPPINGS, _MAPPINGS)
def test_both_files_stay_as_they_are(override: dict[str, Any], base: dict[str, Any]) -> None:
    upper, lower = node(override), node(base)
    assert isinstance(upper, MappingNode)
    assert isinstance(lower, MappingNode)

    merged(upper, lower)

    assert plain_data(upper, Expansion({})) == plain_data(node(override), Expansion({}))
    assert plain_data(lower, Expansion({})) == plain_data(node(base), Expansion({}))


@given(_MAPPINGS)
def test_an_empty_file_over_a_base_is_the_base(base: dict[str, Any]) -> None:
    assert over({}, base) == plain_data(node(base), Expansion({}))


@given(st.lists(_SCALARS, min_size=1), st.lists(_SCALARS, min_size=1), _KEYS)
def test_lists_are_either_replaced_or_put_together(override: list[Any], base: list[Any], key: str) -> None:
    expected = tuple(override) if key in REPLACED_LISTS else (*base, *override)

    assert over({key: override}, {key: base}) == {key: expected}


_NAMES = st.lists(st.sampled_from("abcdef"), unique=True)


@given(_NAMES, _NAMES)
def test_merged_layers_keep_every_name_once_and_the_order_of_the_base(override: list[str], base: list[str]) -> None:
    result = over({"layers": [{"name": n} for n in override]}, {"layers": [{"name": n} for n in base]})
    names = [layer["name"] for layer in result["layers"]]

    if not override and base:
        assert names == base
    else:
        assert names == [*base, *(name for name in override if name not in base)]
