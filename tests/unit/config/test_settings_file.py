"""From files to settings: bases, environments, variables, and what is wrong with them."""

from __future__ import annotations

import json

import pytest

from tests.unit.config.configurations import MINIMAL, loaded, report_of
from tilekeep.config.mapproxy.backends import FileBackend
from tilekeep.config.problems import ConfigurationProblems, path_text
from tilekeep.domain.errors import ConfigurationError

BASE = "/etc/maps/base.yaml"


def test_settings_are_frozen() -> None:
    settings = loaded(MINIMAL).settings

    with pytest.raises(ValueError, match="frozen"):
        settings.layers = ()  # type: ignore[misc]


def test_the_base_directory_is_that_of_the_main_file() -> None:
    assert loaded(MINIMAL).base_dir == "/etc/maps"


def test_a_file_wins_over_its_base() -> None:
    result = loaded(
        "base: base.yaml\nglobals: {cache: {meta_buffer: 10}}\n",
        others={BASE: MINIMAL + "globals: {cache: {meta_buffer: 20, meta_size: [2, 2]}}\n"},
    )

    cache = result.settings.globals.cache
    assert (cache.meta_buffer, cache.meta_size) == (10, (2, 2))
    assert result.files == ("/etc/maps/mapproxy.yaml", BASE)


def test_of_several_bases_the_one_named_earlier_wins_and_its_list_items_come_later() -> None:
    result = loaded(
        "base: [a.yaml, b.yaml]\n" + MINIMAL.replace("layers: roads", "layers: roads\n    supported_srs: ['EPSG:1']"),
        others={
            "/etc/maps/a.yaml": "globals: {cache: {meta_buffer: 1}}\nsources: {osm: {supported_srs: ['EPSG:2']}}",
            "/etc/maps/b.yaml": "globals: {cache: {meta_buffer: 2}}\nsources: {osm: {supported_srs: ['EPSG:3']}}",
        },
    )

    source = result.settings.sources["osm"]
    assert result.settings.globals.cache.meta_buffer == 1
    assert source.supported_srs == ("EPSG:3", "EPSG:2", "EPSG:1")  # type: ignore[union-attr]


def test_a_base_is_found_beside_the_file_that_names_it_and_may_have_a_base_itself() -> None:
    result = loaded(
        "base: sub/a.yaml\n",
        others={"/etc/maps/sub/a.yaml": "base: ../base.yaml\nglobals: {cache: {meta_buffer: 1}}\n", BASE: MINIMAL},
    )

    assert result.settings.globals.cache.meta_buffer == 1
    assert list(result.settings.caches) == ["osm_cache"]


def test_variables_are_filled_into_names_of_bases() -> None:
    assert loaded("base: ${WHICH}.yaml\n", variables={"WHICH": "base"}, others={BASE: MINIMAL}).report.problems == ()


def test_a_mistake_in_a_base_is_found_in_the_base() -> None:
    report = report_of("base: base.yaml\n", others={BASE: MINIMAL.replace("title: OSM", "title: 5")})

    [problem] = report.errors
    assert (problem.file, problem.line, problem.column) == (BASE, 5, 12)


def test_a_mistake_in_a_layer_merged_of_two_files_is_found_where_it_was_made() -> None:
    override = "base: base.yaml\nlayers:\n  - name: osm\n    sources: [nowhere]\n"

    [problem] = report_of(override, others={BASE: MINIMAL}).errors

    assert (problem.file, problem.line, problem.column) == ("/etc/maps/mapproxy.yaml", 4, 15)


@pytest.mark.parametrize(
    ("text", "others", "position", "says"),
    [
        pytest.param(
            "base: no.yaml\n",
            {},
            "/etc/maps/mapproxy.yaml:1:7",
            "'/etc/maps/no.yaml' cannot be read",
            id="a base that is missing",
        ),
        pytest.param(
            "base: [a.yaml, no.yaml]\n",
            {"/etc/maps/a.yaml": MINIMAL},
            "/etc/maps/mapproxy.yaml:1:16",
            "No such file",
            id="the second base is missing",
        ),
        pytest.param("base: mapproxy.yaml\n", {}, "/etc/maps/mapproxy.yaml:1:7", "circle", id="a file based on itself"),
        pytest.param(
            "base: base.yaml\n",
            {BASE: "base: mapproxy.yaml\n"},
            "/etc/maps/base.yaml:1:7",
            "in a circle (/etc/maps/mapproxy.yaml -> /etc/maps/base.yaml",
            id="files based on each other",
        ),
        pytest.param(
            "base: {a: b}\n",
            {},
            "/etc/maps/mapproxy.yaml:1:7",
            "expected the name of a file",
            id="a base that is a mapping",
        ),
        pytest.param(
            "base: base.yaml\n",
            {BASE: "a: [1"},
            "/etc/maps/base.yaml:2:1",
            "not valid YAML",
            id="a base that is no YAML",
        ),
        pytest.param(
            "base: base.yaml\n",
            {BASE: "- a\n"},
            "/etc/maps/base.yaml:1:1",
            "at the top level",
            id="a base that is a list",
        ),
        pytest.param("", {}, "/etc/maps/mapproxy.yaml:1:1", "empty", id="an empty file"),
        pytest.param("# nothing\n", {}, "/etc/maps/mapproxy.yaml:1:1", "empty", id="a file of comments"),
        pytest.param("hello\n", {}, "/etc/maps/mapproxy.yaml:1:1", "at the top level", id="a file of text"),
        pytest.param("\n- a\n", {}, "/etc/maps/mapproxy.yaml:2:1", "at the top level", id="a file with a list"),
        pytest.param("a:\n\t- b\n", {}, "/etc/maps/mapproxy.yaml:2:1", "not tabs", id="tabs"),
        pytest.param(b"a: \xff\n", {}, "/etc/maps/mapproxy.yaml:1:4", "UTF-8", id="bytes that are no text"),
    ],
)
def test_files_that_cannot_be_used_are_reported_with_their_place(
    text: str | bytes, others: dict[str, str], position: str, says: str
) -> None:
    problem = report_of(text, others=others).errors[0]

    assert problem.position == position
    assert says in problem.message


ENVIRONMENTS = (
    MINIMAL
    + """\
environments:
  production:
    globals: {cache: {base_dir: /var/cache/tiles}}
  broken:
    globals: {cache: {meta_buffer: much}}
  empty:
"""
)


def test_an_environment_is_laid_over_everything_else() -> None:
    assert loaded(ENVIRONMENTS, environment="production").settings.globals.cache.base_dir == "/var/cache/tiles"


@pytest.mark.parametrize("environment", [None, "empty"])
def test_without_an_environment_nothing_is_laid_over(environment: str | None) -> None:
    assert loaded(ENVIRONMENTS, environment=environment).settings.globals.cache.base_dir == "./cache_data"


def test_an_environment_may_stand_in_a_base_and_wins_over_the_main_file() -> None:
    result = loaded(
        "base: base.yaml\nglobals: {cache: {base_dir: here}}\n", environment="production", others={BASE: ENVIRONMENTS}
    )

    assert result.settings.globals.cache.base_dir == "/var/cache/tiles"


def test_a_mistake_in_an_environment_is_found_in_the_environment() -> None:
    [problem] = report_of(ENVIRONMENTS, environment="broken").errors

    assert (problem.line, problem.column) == (21, 36)
    assert path_text(problem.path) == "globals.cache.meta_buffer"


def test_an_environment_that_is_not_defined_is_refused_with_a_suggestion() -> None:
    [problem] = report_of(ENVIRONMENTS, environment="prodction").errors

    assert problem.suggestion == "production"
    assert (problem.line, problem.column) == (17, 1)
    assert "'prodction' was chosen but is not defined (defined: broken, empty, production)" in problem.message


def test_environments_that_are_no_mappings_are_refused_even_if_none_is_chosen() -> None:
    [problem] = report_of(MINIMAL + "environments:\n  a: [1]\n").errors

    assert (problem.line, problem.column) == (18, 6)


def test_variables_are_filled_in_as_values_and_not_as_keys() -> None:
    text = MINIMAL.replace("OSM", "${TITLE} of $WHERE").replace("osm_cache", "$WHERE")

    result = loaded(text, variables={"TITLE": "Map", "WHERE": "$WHERE"})

    assert result.settings.layers[0].title == "Map of $WHERE"
    assert list(result.settings.caches) == ["$WHERE"]


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("meta_buffer", "12", 12),
        ("minimize_meta_requests", "yes", True),
        ("sqlite_timeout", "2.5", 2.5),
        ("link_single_color_images", "hardlink", "hardlink"),
        ("link_single_color_images", "on", True),
        ("file_permissions", "0644", "0644"),
        ("base_dir", "8080", "8080"),
    ],
)
def test_a_variable_becomes_what_the_option_wants(option: str, value: str, expected: object) -> None:
    result = loaded(MINIMAL + f"globals: {{cache: {{{option}: '${{VALUE}}'}}}}\n", variables={"VALUE": value})

    assert getattr(result.settings.globals.cache, option) == expected


def test_variables_may_stand_in_lists_of_numbers() -> None:
    text = MINIMAL + "globals: {cache: {meta_size: ['$N', 3]}}\n"

    assert loaded(text, variables={"N": "2"}).settings.globals.cache.meta_size == (2, 3)


def test_a_variable_of_the_wrong_kind_is_reported_by_its_name_and_not_its_value() -> None:
    text = MINIMAL + "globals: {cache: {meta_buffer: '$SECRET'}}\n"

    [problem] = report_of(text, variables={"SECRET": "hunter2"}).errors

    assert "the value of '$SECRET'" in problem.message
    assert "hunter2" not in str(problem)


def test_a_variable_without_value_stays_as_it_is_with_one_warning_where_it_is_first_used() -> None:
    text = MINIMAL.replace("OSM", "$NAME, ${NAME} and $100")

    result = loaded(text)

    assert result.settings.layers[0].title == "$NAME, ${NAME} and $100"
    assert [(problem.line, problem.column) for problem in result.report.warnings] == [(5, 12), (5, 12)]
    assert {"'NAME'" in str(p) or "'100'" in str(p) for p in result.report.warnings} == {True}


def test_anchors_and_merge_keys_keep_the_place_of_what_they_stand_for() -> None:
    text = MINIMAL.replace("  osm_cache:\n", "  osm_cache:\n    <<: *common\n") + "parts: &x {}\n"
    text = "parts:\n  common: &common\n    meta_buffer: much\n" + text.replace("parts: &x {}\n", "")

    [problem] = report_of(text).errors

    assert path_text(problem.path) == "caches.osm_cache.meta_buffer"
    assert (problem.line, problem.column) == (3, 18)


def test_aliases_nested_too_deeply_are_refused() -> None:
    chain = "".join(f"  l{n}: &l{n} [*l{n - 1}]\n" for n in range(1, 3000))

    [problem] = report_of(f"parts:\n  l0: &l0 []\n{chain}{MINIMAL}").errors

    assert "nested too deeply" in problem.message


def test_the_exception_is_a_configuration_error_that_lists_everything() -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(MINIMAL.replace("title: OSM", "title: 5").replace("[osm_cache]", "[x]"))

    assert isinstance(caught.value, ConfigurationProblems)
    assert str(caught.value).startswith("/etc/maps/mapproxy.yaml:5:12: error: layers[0].title: expected text, got 5")


def test_a_report_can_be_read_by_programs() -> None:
    text = MINIMAL.replace("sources: [osm]", "sources: [osmm]").replace("  tms:", "  tms:\n  demo:")

    document = json.loads(report_of(text).as_json())

    assert (document["errors"], document["warnings"]) == (1, 1)
    assert document["problems"][1] == {
        "severity": "error",
        "message": "the source 'osmm' does not exist; add it to sources",
        "path": "caches.osm_cache.sources[0]",
        "file": "/etc/maps/mapproxy.yaml",
        "line": 11,
        "column": 15,
        "suggestion": "osm",
    }


def test_paths_quote_names_that_are_not_plain_words() -> None:
    assert path_text(("caches", "a.b c", "grids", 1)) == 'caches["a.b c"].grids[1]'


def test_the_default_store_is_a_directory_of_files() -> None:
    assert FileBackend().directory_layout == "tc"
