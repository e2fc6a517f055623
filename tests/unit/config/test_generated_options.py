"""Options laid over others, and how generated options are written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.config.autoconfig.overwriting import overwritten
from tilekeep.config.autoconfig.yaml_text import yaml_text
from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.plain_data import plain_data
from tilekeep.config.loading.yaml_nodes import parse
from tilekeep.domain.errors import ConfigurationError

BASE = {"a_wms": {"type": "wms", "req": {"url": "u", "layers": "x"}}, "b_wms": {"type": "wms"}, "list": [1]}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param({"a_wms": {"req": {"layers": "y"}}}, {"a_wms": {"req": {"layers": "y"}}}, id="within"),
        pytest.param({"a_wms": 7}, {"a_wms": 7}, id="replaced"),
        pytest.param({"c": {"d": 1}}, {"c": {"d": 1}}, id="added"),
        pytest.param({"list__extend__": [2]}, {"list": [1, 2]}, id="extended"),
        pytest.param({"new__extend__": [2]}, {"new": [2]}, id="extended though not there"),
        pytest.param({"____wms": {"x": 1}}, {"a_wms": {"x": 1}, "b_wms": {"x": 1}}, id="ending"),
        pytest.param({"b___": {"x": 1}}, {"b_wms": {"x": 1}}, id="beginning"),
    ],
)
def test_options_are_laid_over_others(by: dict[str, Any], expected: dict[str, Any]) -> None:
    result = overwritten(BASE, by)

    assert contains(result, expected)
    assert result.keys() == BASE.keys() | expected.keys()


def contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(contains(whole.get(key), value) for key, value in part.items())
    return bool(whole == part)


def test_all_entries_are_meant_by_all_those_that_are_added_too() -> None:
    result = overwritten({"a": {"x": 1}}, {"__all__": {"y": 2}, "b": {"z": 3}})

    assert result == {"a": {"x": 1, "y": 2}, "b": {"z": 3, "y": 2}}


def test_only_lists_are_extended() -> None:
    with pytest.raises(ConfigurationError, match="a_wms__extend__"):
        overwritten(BASE, {"a_wms__extend__": [1]})


def test_what_is_laid_over_and_under_stays_as_it_is() -> None:
    by = {"a_wms": {"req": {"more": [1]}}}

    overwritten(BASE, by)["a_wms"]["req"]["more"].append(2)

    assert by == {"a_wms": {"req": {"more": [1]}}}
    assert "more" not in BASE["a_wms"]["req"]  # type: ignore[index]


def test_keys_are_sorted_and_short_lists_stand_in_a_line() -> None:
    text = yaml_text({"b": ["EPSG:4326", 1.5], "a": [{"name": None}], "c": {}})

    assert text == "a:\n- name:\nb: ['EPSG:4326', 1.5]\nc: {}\n"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]), max_size=12)
    | st.sampled_from(["yes", "no", "on", "1:30", "12e3", "~", "null", "0o7", "a: b", "# x", "2024-01-01", "<<", "="]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.from_regex(r"[a-z_:.-]{1,8}", fullmatch=True), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), _VALUES, max_size=4))
def test_what_is_written_is_read_again(data: dict[str, Any]) -> None:
    root = parse(yaml_text(data).encode(), "x").root

    assert root is not None
    assert with_lists(plain_data(root, Expansion({}))) == data


def with_lists(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: with_lists(value) for key, value in data.items()}
    return [with_lists(item) for item in data] if isinstance(data, tuple) else data


def test_times_stay_times() -> None:
    moment = dt.datetime(2024, 1, 2, 3, 4, 5)  # noqa: DTZ001 - as in files

    assert yaml_text({"time": moment}) == "time: 2024-01-02 03:04:05\n"
