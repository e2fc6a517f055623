"""Names that addresses cannot hold are found where they stand."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import MINIMAL, report_of
from tilekeep.config.problems import Severity, path_text

GRIDS = 'grids:\n  "a/b": {base: GLOBAL_WEBMERCATOR}\n  c: {base: GLOBAL_WEBMERCATOR, name: ..}\n'


@pytest.mark.parametrize("name", ["a/b", ".", ".."])
@pytest.mark.parametrize(
    ("services", "reached_by"),
    [("tms: ", "TMS"), ("wmts: {restful: true}", "RESTful WMTS"), ("{tms: , wmts: }", "RESTful WMTS and TMS")],
)
def test_a_layer_that_no_path_can_name_is_doubted(name: str, services: str, reached_by: str) -> None:
    text = MINIMAL.replace("name: osm", f"name: {name!r}").replace("tms:", services)

    [problem] = report_of(text).problems

    assert (problem.severity, path_text(problem.path), problem.line, problem.column) == (
        Severity.WARNING,
        "layers[0].name",
        4,
        11,
    )
    assert f"cannot be reached by {reached_by} addresses; " in problem.message


def test_layers_within_groups_are_looked_at_too() -> None:
    group = "  - title: Group\n    layers: [{name: a/b, title: x, sources: [osm_cache]}]\n"

    [problem] = report_of(MINIMAL.replace("layers:\n", "layers:\n" + group)).problems

    assert path_text(problem.path) == "layers[0].layers[0].name"


def test_an_empty_name_is_an_error() -> None:
    [problem] = report_of(MINIMAL.replace("name: osm", "name: ''")).errors

    assert (path_text(problem.path), problem.column) == ("layers[0].name", 11)
    assert "the name is empty" in problem.message


def test_services_by_parameters_take_every_name() -> None:
    text = GRIDS + MINIMAL.replace("name: osm", "name: a/b").replace("tms:", "wmts: {kvp: true}")

    assert not [problem for problem in report_of(text).problems if "reached" in problem.message]


def test_grids_count_where_addresses_hold_their_names() -> None:
    def found(services: str) -> list[str]:
        report = report_of(GRIDS + MINIMAL.replace("tms:", services))
        return [path_text(problem.path) for problem in report.problems if "cannot be reached" in problem.message]

    assert found("tms:") == []
    assert found("tms: {use_grid_names: true}") == ['grids["a/b"]', "grids.c.name"]
    assert found("wmts:") == ['grids["a/b"]', "grids.c.name"]


def test_layers_with_commas_cannot_be_asked_for_in_wms() -> None:
    group = "  - title: Group\n    layers: [{name: 'c,d', title: x, sources: [osm_cache]}]\n"
    text = MINIMAL.replace("name: osm\n", "name: 'a,b'\n").replace("layers:\n", "layers:\n" + group, 1)

    problems = report_of(text.replace("tms:", "wms:")).problems

    assert [(path_text(problem.path), problem.severity) for problem in problems if "comma" in problem.message] == [
        ("layers[0].layers[0].name", Severity.WARNING),
        ("layers[1].name", Severity.WARNING),
    ]
    assert not report_of(text).problems
