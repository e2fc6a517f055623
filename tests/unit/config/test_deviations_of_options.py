"""Options with which MapProxy stumbles, or which mean something odd there."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import MINIMAL, report_of
from tilekeep.config.problems import Severity, path_text

OPTION = "    sources: [osm]\n"


@pytest.mark.parametrize(
    ("globals_", "path"),
    [
        ("{image: {merge_method: composite}}", "globals.image.merge_method"),
        ("{image: {formats: {mine: {merge_method: composite}}}}", "globals.image.formats.mine.merge_method"),
    ],
)
def test_the_merge_method_is_ignored_with_a_warning_wherever_it_stands(globals_: str, path: str) -> None:
    [problem] = report_of(f"globals: {globals_}\n{MINIMAL}").problems

    assert (path_text(problem.path), problem.severity) == (path, Severity.WARNING)
    assert "no effect" in problem.message


def test_a_list_emptied_in_the_main_file_is_an_empty_option_and_refused() -> None:
    base = MINIMAL.replace(OPTION, f"{OPTION}    meta_size: [4, 4]\n")

    [problem] = report_of(
        "base: base.yaml\ncaches: {osm_cache: {meta_size: []}}\n", others={"/etc/maps/base.yaml": base}
    ).errors

    assert path_text(problem.path) == "caches.osm_cache.meta_size"


def test_a_list_emptied_on_the_way_is_filled_anew_by_the_file_above() -> None:
    others = {
        "/etc/maps/base.yaml": MINIMAL.replace(OPTION, f"{OPTION}    meta_size: [4, 4]\n"),
        "/etc/maps/empty.yaml": "base: base.yaml\ncaches: {osm_cache: {meta_size: []}}\n",
    }

    report = report_of("base: empty.yaml\ncaches: {osm_cache: {meta_size: [8, 8]}}\n", others=others)

    assert report.problems == ()
