"""Plugins take part in the option model; a wrong one is reported where it is named, and is nobody else's trouble."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.plugins import entry, installed
from tilekeep.config.loading.settings_file import LoadedSettings, load_settings
from tilekeep.config.mapproxy.json_schema import json_schema
from tilekeep.config.plugins.installed import InstalledPlugins
from tilekeep.config.plugins.layers import layer_facts
from tilekeep.config.plugins.model import model_with_all
from tilekeep.config.problems import ConfigurationProblems

DOTS = entry("tilekeep.sources", "dots", "DOTS")
REVIEW = entry("tilekeep.layer_metadata", "review", "REVIEW")

CONFIG = """
services: {tms: }
layers: [{name: l, title: L, sources: [c]}]
caches: {c: {grids: [GLOBAL_MERCATOR], sources: [s]}}
sources: {s: {type: dots, radius: 5}}
"""


def loaded(text: str, plugins: InstalledPlugins) -> LoadedSettings:
    return load_settings("/x/mapproxy.yaml", variables={}, read=lambda _: text.encode(), plugins=plugins)


def problems(text: str, plugins: InstalledPlugins) -> list[str]:
    try:
        return [str(problem) for problem in loaded(text, plugins).report.problems]
    except ConfigurationProblems as error:
        return [str(problem) for problem in error.report.problems]


def test_options_of_a_plugin_are_read_as_its_model_says() -> None:
    settings = loaded(CONFIG, installed(DOTS)).settings

    source: Any = settings.sources["s"]
    assert (source.type, source.radius) == ("dots", 5)


def test_a_configuration_that_is_read_again_has_the_model_it_had() -> None:
    plugins = installed(DOTS, REVIEW)

    first, again = (type(loaded(CONFIG, plugins).settings) for _ in range(2))
    other = type(loaded(CONFIG.replace("title: L", "title: L, md: {review: [{year: 2020}]}"), plugins).settings)

    assert first is again
    assert other is not first


@pytest.mark.parametrize(
    ("before", "after", "place", "said"),
    [
        pytest.param("radius: 5", "radius: wide", "sources.s.radius", "expected a whole number", id="wrong-value"),
        pytest.param("radius: 5", "radus: 5", "sources.s.radus", "Did you mean 'radius'?", id="unknown-option"),
        pytest.param("radius: 5", "min_res: x", "sources.s.min_res", "expected a number", id="option-of-all-sources"),
        pytest.param("dots", "dotz", "sources.s.type", "Did you mean", id="unknown-type-beside-it"),
    ],
)
def test_mistakes_in_options_of_plugins_are_reported_like_others(
    before: str, after: str, place: str, said: str
) -> None:
    text = CONFIG.replace(before, after) + "\n"
    if after == "dotz":
        text = text.replace("sources: {s:", "sources: {t: {type: dots}, s:")

    found = problems(text, installed(DOTS))

    assert any(f" {place}: " in problem and said in problem for problem in found), found


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("tests.fakes.no_such_module:X", "ModuleNotFoundError"),
        ("NO_SUCH_OBJECT", "AttributeError"),
        ("NO_PLUGIN", "an object of type dict, not to a tilekeep.plugins.SourcePlugin"),
        ("DotsOptions", "the class DotsOptions, not to"),
        ("NAMELESS", 'NamelessOptions lacks the option type: Literal["dots"]'),
        ("OF_STORES", "no subclass of PluginSource"),
        ("NOT_MADE", "its 'make' is an object of type str"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_named_with_its_distribution_and_the_remedy(target: str, reason: str) -> None:
    found = problems(CONFIG, installed(entry("tilekeep.sources", "dots", target, "broken-dist")))

    (only,) = found
    assert only.startswith("/x/mapproxy.yaml:5:21: error: sources.s.type: the plugin 'dots' (tilekeep.sources)")
    assert "broken-dist 1.0" in only
    assert reason in only
    assert "upgrade or reinstall" in only


def test_two_distributions_with_one_name_are_no_lottery() -> None:
    other = entry("tilekeep.sources", "dots", "DOTS", "dist-b")

    (only,) = problems(CONFIG, installed(DOTS, other))

    assert "dist-a 1.0 and dist-b 1.0" in only
    assert "uninstall all but one" in only


def test_plugins_that_nobody_names_are_not_even_imported() -> None:
    broken = entry("tilekeep.sources", "broken", "tests.fakes.no_such_module:X")

    assert problems(CONFIG, installed(DOTS, broken)) == problems(CONFIG, installed(DOTS))


def test_a_type_of_our_own_is_never_taken_from_a_plugin() -> None:
    text = CONFIG.replace("type: dots, radius: 5", "type: debug")

    assert problems(text, installed(entry("tilekeep.sources", "debug", "tests.fakes.no_such_module:X"))) == []


def test_metadata_of_plugins_is_read_in_layers_of_any_depth() -> None:
    text = CONFIG.replace(
        "layers: [{",
        "layers: [{title: Group, md: {review: [{year: 2020}]}, layers: [{name: g, title: G, sources: [c], "
        "md: {abstract: a, review: [{year: 2024}, {year: 2025}]}}]}, {",
    )

    facts = layer_facts(loaded(text, installed(DOTS, REVIEW)).settings)

    years = {layer.title: [review.year for review in layer.metadata.get("review", ())] for layer in facts}
    assert years == {"Group": [2020], "G": [2024, 2025], "L": []}


def test_a_mistake_in_metadata_of_a_plugin_has_its_place() -> None:
    text = CONFIG.replace("title: L", "title: L, md: {review: [{year: soon}]}")

    (only,) = problems(text, installed(DOTS, REVIEW))

    assert "layers[0].md.review[0].year: expected a whole number" in only


def test_interceptors_keep_the_order_of_the_configuration() -> None:
    first, second = (entry("tilekeep.interceptors", name, name.upper()) for name in ("first", "second"))
    text = CONFIG + "globals: {interceptors: {second: , first: }}\n"

    settings = loaded(text, installed(DOTS, first, second)).settings

    assert list(type(settings.globals.interceptors).model_fields) == ["second", "first"]


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("globals: {interceptors: {door: }}", "globals.interceptors.door: the interceptor 'door' does not exist"),
        ("services: {tms: , demo: {pages: {door: }}}", "services.demo.pages.door: the page 'door' does not exist"),
        ("services: {tms: , door: }", "services.door: the service 'door' does not exist"),
    ],
)
def test_what_is_named_and_not_installed_is_an_error_not_a_warning(section: str, message: str) -> None:
    text = CONFIG.replace("services: {tms: }", section if section.startswith("services") else "services: {tms: }")

    found = problems(text if section in text else f"{text}{section}\n", installed(DOTS))

    assert any("error" in problem and message in problem for problem in found), found


def test_the_schema_has_the_options_of_all_sound_plugins() -> None:
    broken = entry("tilekeep.sources", "broken", "tests.fakes.no_such_module:X")

    model, failures = model_with_all(installed(DOTS, REVIEW, broken))

    definitions = json_schema(model)["definitions"]
    assert definitions["DotsOptions"]["properties"]["radius"]["description"] == "of the dots."
    assert "review" in definitions["LayerMetadata"]["properties"]
    assert ["'broken'" in failure.message for failure in failures] == [True]
