"""Options with which MapProxy stumbles, or which mean something odd there."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import MINIMAL, loaded, report_of
from tilekeep.config.loading.base_merge import REPLACED_LISTS
from tilekeep.config.mapproxy.meaning_cache import effective_cache
from tilekeep.config.problems import Severity, path_text
from tilekeep.domain.geometry import Size

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


def test_exactly_these_lists_replace_those_of_a_base() -> None:
    assert {"bbox", "tile_size", "max_output_pixels", "sources", "grids", "res"} == REPLACED_LISTS


def test_a_pair_over_a_base_is_put_behind_it_so_that_the_base_counts() -> None:
    base = MINIMAL.replace(OPTION, f"{OPTION}    meta_size: [4, 5]\n")

    result = loaded("base: base.yaml\ncaches: {osm_cache: {meta_size: [8, 9]}}\n", others={"/etc/maps/base.yaml": base})

    assert effective_cache(result.settings, "osm_cache", result.base_dir).meta_size == Size(4, 5)
    [problem] = result.report.problems
    assert "only the first two" in problem.message


def test_a_time_to_wait_that_nobody_waits_is_warned_of() -> None:
    text = MINIMAL.replace(OPTION, f"{OPTION}    refresh: {{mode: background, deadline: 2s}}\n")

    [problem] = report_of(text).problems

    assert (path_text(problem.path), problem.severity) == ("caches.osm_cache.refresh.deadline", Severity.WARNING)
    assert "mode: deadline" in problem.message


def test_a_layer_that_shows_nothing_is_warned_of() -> None:
    text = MINIMAL.replace("layers:\n", "layers:\n  - {name: empty, title: Nothing to see}\n", 1)

    [problem] = report_of(text).problems

    assert (path_text(problem.path), problem.severity) == ("layers[0]", Severity.WARNING)
    assert "'empty' shows nothing" in problem.message


def test_text_with_commas_is_shown_as_the_list_that_it_should_be() -> None:
    text = MINIMAL.replace(OPTION, f'{OPTION}    meta_size: "4,4"\n')

    [problem] = report_of(text).errors

    assert problem.message.endswith("write a list, such as [4, 4]")
