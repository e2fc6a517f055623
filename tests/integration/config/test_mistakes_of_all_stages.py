"""Mistakes of every stage of the start stand in one report: of options, files, areas, SRS codes and caches."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.unit.config.configurations import MINIMAL
from tests.unit.config.test_planted_mistakes import ERRORS as MISTAKES
from tilekeep.config.checked_container import checked_container, problems_of_parts
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.problems import ConfigurationProblems, Report, path_text

CONFIG = """
    services: {wms: {srs: ['EPSG:4326', 'EPSG:999991']}}
    layers: [{name: a, title: A, sources: [ranged, broken, missing, lines, tiles, grids, above]}]
    caches:
      ranged: {grids: [GLOBAL_WEBMERCATOR], sources: [ranged]}
      broken: {grids: [GLOBAL_WEBMERCATOR], sources: [broken], meta_size: 4}
      missing: {grids: [GLOBAL_WEBMERCATOR], sources: [missing]}
      lines: {grids: [GLOBAL_WEBMERCATOR, nowhere], sources: [], cache: {type: file, coverage: {polygons: lines.wkt, srs: 'EPSG:4326'}}}
      tiles: {grids: [GLOBAL_GEODETIC], sources: [tiles]}
      grids: {grids: [short], sources: []}
      above: {grids: [GLOBAL_GEODETIC], sources: [ranged]}
    sources:
      ranged: {type: wms, min_res: 1, max_res: 10, req: {url: 'http://a.example/', layers: a}}
      broken: {type: world, coverage: {datasource: broken.geojson, srs: 'EPSG:4326'}}
      missing: {type: world, coverage: {datasource: missing.geojson, srs: 'EPSG:4326'}}
      unused: {type: world, coverage: {datasource: broken.geojson, srs: 'EPSG:4326'}}
      tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: 'http://a.example/%(z)s/%(x)s/%(y)s.png'}
    grids:
      nowhere: {srs: 'EPSG:999992', origin: nw}
      below: {base: nowhere, num_levels: 3}
      unused: {srs: 'EPSG:25832', bbox: [5, 47, 15, 55], bbox_srs: 'EPSG:999993', origin: nw}
      short: {srs: 'EPSG:25832', bbox: [0, 0, 9, 9], num_levels: 1, max_res: 1, origin: nw}
"""  # noqa: E501


def report(path: Path) -> Report:
    with pytest.raises(ConfigurationProblems) as caught:
        checked_container(load_settings(str(path), variables={}, further=problems_of_parts))
    return caught.value.report


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mapproxy.yaml"
    path.write_text(dedent(CONFIG))
    (tmp_path / "broken.geojson").write_text('{"type": "Polygon"')
    (tmp_path / "lines.wkt").write_text("LINESTRING(0 0, 1 1)\n")
    return path


def test_mistakes_of_all_stages_stand_in_one_report(config: Path) -> None:
    errors = report(config).errors

    assert sorted(path_text(problem.path) for problem in errors) == [
        "caches.broken.meta_size",
        "caches.lines.cache.coverage.polygons",
        "grids.nowhere.srs",
        "grids.short.num_levels",
        "grids.unused.bbox_srs",
        "services.wms.srs[1]",
        "sources.broken.coverage.datasource",
        "sources.missing.coverage.datasource",
        "sources.ranged.min_res",
        "sources.tiles.grid",
    ]
    assert all(problem.line is not None for problem in errors)


def test_what_is_sound_is_checked_as_at_the_start_and_found_alike(config: Path) -> None:
    """Without the early mistakes the late ones are found by the checks of the start, in the same words."""
    together = {(problem.path, problem.message) for problem in report(config).errors}
    text = config.read_text()
    for old, new in [
        ("min_res: 1, max_res: 10, ", ""),
        (", meta_size: 4", ""),
        ("datasource: missing.geojson", "bbox: [1, 2, 3, 4]"),
        ("srs: 'EPSG:999992', origin", "srs: 'EPSG:999992', bbox: [1, 2, 3, 4], origin"),
        ("num_levels: 1, max_res: 1, ", ""),
    ]:
        assert old in text
        text = text.replace(old, new)
    config.write_text(text)

    late = report(config).errors

    assert {path_text(problem.path) for problem in late} == {
        "caches.lines.cache.coverage.polygons",
        "grids.nowhere.srs",
        "grids.unused.bbox_srs",
        "services.wms.srs[1]",
        "sources.broken.coverage.datasource",
        "sources.tiles.grid",
    }
    assert {(problem.path, problem.message) for problem in late} <= together


@pytest.mark.parametrize("options", ["{srs: 'EPSG:999999', origin: nw}", "{srs: 'EPSG:999999', base: h, origin: nw}"])
def test_a_code_that_does_not_exist_is_not_told_to_need_a_bbox(tmp_path: Path, options: str) -> None:
    path = tmp_path / "mapproxy.yaml"
    path.write_text(f"services: {{tms: }}\ngrids:\n  g: {options}\n  h: {{base: g2, origin: nw}}\n  g2: {{}}\n")

    errors = report(path).errors

    assert ["grids.g.srs"] == [path_text(problem.path) for problem in errors]
    assert "EPSG:999999 is not known to PROJ" in errors[0].message


def test_wrong_globals_hide_no_other_mistake_and_make_none_up(tmp_path: Path) -> None:
    path = tmp_path / "mapproxy.yaml"
    path.write_text(
        "services: {tms: , wms: {srs: ['EPSG:999999']}}\n"
        "globals: {image: {formats: {photo: {format: 5}}}}\n"
        "caches: {c: {grids: [GLOBAL_WEBMERCATOR], sources: [s], format: photo}}\n"
        "sources: {s: {type: world}}\n"
    )

    errors = report(path).errors

    assert ["globals.image.formats.photo.format", "services.wms.srs[0]"] == sorted(
        path_text(problem.path) for problem in errors
    )


def test_codes_are_not_judged_by_data_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "mapproxy.yaml"
    path.write_text("services: {wms: {srs: ['OWN:1']}}\nglobals: {srs: {proj_data_dir: nowhere}}\n")

    assert ["globals.srs.proj_data_dir"] == [path_text(problem.path) for problem in report(path).errors]


def test_no_mistake_of_the_options_brings_the_later_checks_to_a_stop(tmp_path: Path) -> None:
    path = tmp_path / "mapproxy.yaml"
    for mistake in MISTAKES:
        path.write_text(MINIMAL.replace(mistake.old, mistake.new, 1))

        assert mistake.path in {path_text(problem.path) for problem in report(path).errors}, mistake.rule


def test_a_cache_may_have_the_name_of_a_source_with_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "mapproxy.yaml"
    path.write_text(
        dedent("""
            services: {tms: }
            layers: [{name: a, title: A, sources: [a]}]
            caches: {a: {grids: [GLOBAL_WEBMERCATOR], sources: [a]}}
            sources: {a: {type: wms, req: "http://a.example/"}}
        """)
    )

    (problem,) = report(path).errors

    assert path_text(problem.path) == "sources.a.req"
