"""Parsing keeps the place of everything, and says where a file stops being YAML."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.plain_data import plain_data
from tilekeep.config.loading.positions import Position, position_of
from tilekeep.config.loading.yaml_nodes import Node, YamlProblem, parse
from tilekeep.config.problems import Place


def tree(text: str) -> Node:
    root = parse(text.encode(), "x.yaml").root
    assert root is not None
    return root


def data(text: str) -> Any:
    return plain_data(tree(text), Expansion({}))


def problem_in(body: bytes) -> YamlProblem | None:
    try:
        parse(body, "x.yaml")
    except YamlProblem as problem:
        return problem
    return None


def test_lists_become_tuples_and_mappings_dictionaries() -> None:
    assert data("a: [1, {b: c}]\n2: x") == {"a": (1, {"b": "c"}), 2: "x"}


def test_aliases_stand_for_the_value_of_their_anchor() -> None:
    assert data("a: &one {x: 1}\nb: *one\nc: &two hi\nd: *two") == {"a": {"x": 1}, "b": {"x": 1}, "c": "hi", "d": "hi"}


def test_an_anchor_may_be_defined_again() -> None:
    assert data("a: &x 1\nb: &x 2\nc: *x") == {"a": 1, "b": 2, "c": 2}


def test_merge_keys_add_what_the_mapping_lacks_and_earlier_sources_win() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}"

    assert data(text)["c"] == {"x": 1, "y": 1, "z": 3}


def test_nested_aliases_do_not_multiply() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 40))

    result = data(f"l0: &l0 [x]\n{levels}")

    assert result["l39"][0] is result["l38"]


def test_a_key_that_stands_twice_is_noted_and_the_later_one_counts() -> None:
    document = parse(b"a: 1\nb: 2\na: 3\n", "x.yaml")

    [duplicate] = document.duplicates
    assert (duplicate.key, duplicate.first_line, duplicate.mark.line + 1) == ("a", 1, 3)


def test_a_key_that_overrides_a_merged_one_is_no_duplicate() -> None:
    assert parse(b"a: &a {x: 1}\nb: {<<: *a, x: 2}\n", "x.yaml").duplicates == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[EPSG:4326, EPSG:3857]", ("EPSG:4326", "EPSG:3857")),
        ("{url: http://x:8080/y?, layers: a}", {"url": "http://x:8080/y?", "layers": "a"}),
        ("{url: http://x/y?m=1&b:c, n: [p:q]}", {"url": "http://x/y?m=1&b:c", "n": ("p:q",)}),
        ("{b:c}", {"b:c": None}),
        ("[12:30:45]", (45045,)),
        ('["x:y?z", b:c, {"k":v}]', ("x:y?z", "b:c", {"k": "v"})),
        ("[b:c, !!str 5, &x d:e, *x]", ("b:c", "5", "d:e", "d:e")),
        ("[\ue000b:c]", ("\ue000b:c",)),
    ],
)
def test_colons_and_question_marks_inside_text_in_brackets_are_text(text: str, expected: object) -> None:
    assert data(f"a: {text}")["a"] == expected


def test_hidden_signs_leave_every_place_as_it_is() -> None:
    with pytest.raises(YamlProblem) as problem:
        parse(b"a: [EPSG:4326, EPSG:3857]\nb: c: d\n", "x.yaml")

    assert (problem.value.line, problem.value.column) == (2, 5)
    assert position_of(tree("a: [E:4, E:5]"), ("a", 1)) == Position("x.yaml", 1, 10)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        pytest.param(b"a: [1, 2", 2, 1, "flow sequence that starts in line 1", id="an open bracket"),
        pytest.param(b"a:\n\t- b", 2, 1, "not tabs", id="a tab as indentation"),
        pytest.param(b"a: b: c", 1, 5, "mapping is not allowed here", id="a mapping inside a value"),
        pytest.param(b"a: @b", 1, 4, "cannot start a value", id="a reserved sign"),
        pytest.param(b"a: 'b", 1, 6, "quoted scalar", id="an open quote"),
        pytest.param(b"a: *b", 1, 4, "no anchor", id="an alias without anchor"),
        pytest.param(b"a: &b [*b]", 1, 8, "no anchor", id="an alias inside its anchor"),
        pytest.param(b"a: 1\n--- \nb: 2\n", 3, 1, "second document", id="two documents"),
        pytest.param(b"? [1]\n: 2", 1, 3, "cannot be a key", id="a list as key"),
        pytest.param(b"<<: 3", 1, 5, "merge key", id="a merge key without mapping"),
        pytest.param(b"a: ok\nb: \xe9t\xe9", 2, 4, "UTF-8", id="bytes that are no UTF-8"),
        pytest.param(b"a: ok\nb: \x07", 2, 4, "control characters", id="a control character"),
        pytest.param(b"a: !ruby/object x", 1, 4, "tag", id="a foreign tag"),
        pytest.param(b"a: !thing {b: c}", 1, 4, "tag", id="a foreign tag on a mapping"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_place(text: bytes, line: int, column: int, message: str) -> None:
    with pytest.raises(YamlProblem) as problem:
        parse(text, "x.yaml")

    assert message in problem.value.message
    assert (problem.value.line, problem.value.column) == (line, column)


def test_deep_nesting_is_refused() -> None:
    problem = problem_in(b"a: " + b"[" * 5000 + b"]" * 5000)

    assert problem is not None
    assert (problem.message, problem.line, problem.column) == ("nested more than 100 deep", 1, 103)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_document_or_a_problem_with_a_place(body: bytes) -> None:
    problem = problem_in(body)

    assert problem is None or (problem.line >= 1 and problem.column >= 1)


@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@`#? \n\t<0", max_size=40))
def test_any_signs_give_a_document_or_a_problem_inside_the_file(text: str) -> None:
    problem = problem_in(text.encode())

    assert problem is None or problem.line <= text.count("\n") + 2


def test_the_place_of_a_value_is_where_the_value_starts() -> None:
    root = tree("caches:\n  osm:\n    grids: [a, b]\n")

    assert position_of(root, ("caches", "osm", "grids", 1)) == Position("x.yaml", 3, 16)
    assert position_of(root, ("caches", "osm", "grids"), Place.KEY) == Position("x.yaml", 3, 5)


def test_the_place_of_a_missing_option_is_the_key_it_should_stand_under() -> None:
    root = tree("caches:\n  osm:\n    grids: [a, b]\n")

    assert position_of(root, ("caches", "osm", "sources")) == Position("x.yaml", 2, 3)
