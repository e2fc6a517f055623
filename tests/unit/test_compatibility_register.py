"""The register of deviations from MapProxy says what it has to say, and names tests that exist."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]
_REGISTER = _ROOT / "docs/compatibility.toml"
_FIELDS = {"id", "anchor", "reference", "ours", "verdict", "test"}
_FORMS = {
    "id": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"),
    "anchor": re.compile(r"[a-z]+(-[a-z]+)*\.md#\d+(\.\d+)*"),
    "verdict": re.compile(r"kept|fixed|refused"),
    "test": re.compile(r"tests/[\w/]+\.py(::Test\w+)?::test_\w+"),
}
_GOOD = {
    "id": "quoted-etags",
    "anchor": "services.md#1.5",
    "reference": "The ETag has no quotes.",
    "ours": "It has.",
    "verdict": "fixed",
    "test": "tests/unit/test_sample.py::test_there",
}


def _problems(deviations: list[dict[str, Any]], names_in: Callable[[str], set[str]]) -> Iterator[str]:
    """What is wrong with the register; ``names_in`` gives the tests of a file as ``test_a`` and ``TestB::test_c``."""
    for deviation in deviations:
        name = deviation.get("id", deviation)
        if set(deviation) != _FIELDS:
            yield f"{name}: fields are {sorted(deviation)}, not {sorted(_FIELDS)}"
            continue
        if empty := sorted(field for field in _FIELDS if not str(deviation[field]).strip()):
            yield f"{name}: {', '.join(empty)} is empty"
            continue
        malformed = [field for field, form in _FORMS.items() if not form.fullmatch(deviation[field])]
        yield from (f"{name}: {field} {deviation[field]!r} is malformed" for field in malformed)
        file, _, test = deviation["test"].partition("::")
        if "test" not in malformed and test not in names_in(file):
            yield f"{name}: there is no test {deviation['test']}"
    times = Counter(deviation.get("id") for deviation in deviations)
    yield from (f"{name}: stands {count} times" for name, count in times.items() if count > 1)


def _tests_of_repository(file: str) -> set[str]:
    path = _ROOT / file
    return set(_test_names(ast.parse(path.read_text()))) if path.is_file() else set()


def _test_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef))


def test_the_register_has_no_problems() -> None:
    deviations = tomllib.loads(_REGISTER.read_text()).get("deviation", [])

    assert list(_problems(deviations, _tests_of_repository)) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"verdict": "later"}, "verdict 'later' is malformed", id="verdict outside the three"),
        pytest.param({"anchor": "services.md"}, "anchor 'services.md' is malformed", id="anchor without section"),
        pytest.param({"id": "Quoted ETags"}, "id 'Quoted ETags' is malformed", id="id with spaces"),
        pytest.param({"ours": " "}, "ours is empty", id="empty text"),
        pytest.param({"extra": "x"}, "fields are", id="unknown field"),
        pytest.param({"test": "tests/unit/test_sample.py::test_gone"}, "there is no test", id="test that is gone"),
        pytest.param({"test": "tests/unit/none.py::test_there"}, "there is no test", id="file that is gone"),
        pytest.param({"test": "test_there"}, "test 'test_there' is malformed", id="test without file"),
    ],
)
def test_the_check_notices(change: dict[str, str], problem: str) -> None:
    found = list(_problems([_GOOD | change], _tests_of_sample))

    assert len(found) == 1
    assert problem in found[0]


def test_the_check_notices_an_id_that_stands_twice() -> None:
    assert list(_problems([_GOOD, _GOOD], _tests_of_sample)) == ["quoted-etags: stands 2 times"]


def test_the_check_finds_tests_in_modules_and_in_classes() -> None:
    tree = ast.parse("def test_a(): ...\nclass TestB:\n    def test_c(self): ...\n")

    assert set(_test_names(tree)) == {"test_a", "TestB::test_c"}


def _tests_of_sample(file: str) -> set[str]:
    return {"test_there"} if file == "tests/unit/test_sample.py" else set()
