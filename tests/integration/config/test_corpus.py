"""Configurations as people run them load in both programs, and validate in editors."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pyproj.datadir
import pytest

from tests.integration.services.mapproxy import mapproxy_python
from tests.integration.support.corpus import CORPUS, OWN, Example, all_options, examples, options_set
from tests.integration.support.yaml_language_server import diagnostics
from tilekeep.config.checked_container import checked_container, problems_of_parts
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.mapproxy.globals import MeetingPoint
from tilekeep.config.mapproxy.json_schema import json_schema
from tilekeep.config.problems import ConfigurationProblems, path_text

SHARED = examples(CORPUS)
OWN_ONES = examples(OWN)

#: What the reference does not know; the second folder sets it.
OWN_ADDITIONS = {
    ("AdminService", "progress_files"),
    ("AdminService", "runs_dir"),
    ("AdminService", "seed_config"),
    ("AdminService", "token"),
    ("AdminService", "workers"),
    ("Services", "admin"),
    ("Cache", "ledger"),
    ("Cache", "quota"),
    ("Cache", "variants"),
    ("VariantOptions", "formats"),
    ("VariantOptions", "double"),
    ("VariantOptions", "keep"),
    ("DemoService", "pages"),
    ("GlobalSettings", "interceptors"),
    ("GlobalSettings", "tracing"),
    ("TracingOptions", "accept"),
    ("TracingOptions", "propagate"),
    ("BreakerOptions", "failures"),
    ("BreakerOptions", "seconds"),
    ("GlobalSettings", "logging"),
    ("GlobalSettings", "metrics"),
    ("GlobalTiles", "accel_redirect"),
    ("GlobalTiles", "expires"),
    ("GlobalTiles", "state_header"),
    ("HttpOptions", "breaker"),
    ("HttpOptions", "requests_per_second"),
    ("HttpOptions", "honor_cache_control"),
    ("BackendOptions", "max_age"),
    ("WmtsSource", "mirrors"),
    ("WmsSource", "mirrors"),
    ("TileSource", "mirrors"),
    ("OgcApiTilesSource", "mirrors"),
    ("OgcApiMapsSource", "mirrors"),
    ("ArcgisSource", "mirrors"),
    ("Cache", "refresh"),
    ("Cache", "vector_layers"),
    ("Coverage", "buffer"),
    ("GeojsonSource", "background"),
    ("GeojsonSource", "filename"),
    ("GeojsonSource", "image"),
    ("GeojsonSource", "srs"),
    ("GeojsonSource", "style"),
    ("GeojsonSource", "type"),
    ("GeojsonStyle", "fill"),
    ("GeojsonStyle", "fill_opacity"),
    ("GeojsonStyle", "point_radius"),
    ("GeojsonStyle", "stroke"),
    ("GeojsonStyle", "stroke_opacity"),
    ("GeojsonStyle", "stroke_width"),
    ("EncodingOptions", "avif_quality"),
    ("EncodingOptions", "avif_speed"),
    ("EncodingOptions", "jpeg_progressive"),
    ("EncodingOptions", "jpeg_subsampling"),
    ("EncodingOptions", "webp_lossless"),
    ("EncodingOptions", "webp_method"),
    ("EncodingOptions", "webp_quality"),
    ("GeopackageBackend", "row_order"),
    ("GeotiffSource", "bands"),
    ("GeotiffSource", "filename"),
    ("GeotiffSource", "image"),
    ("GeotiffSource", "nodata"),
    ("GeotiffSource", "transparent"),
    ("FileBackend", "share_identical_images"),
    ("GeotiffSource", "type"),
    ("GlobalCache", "failure_seconds"),
    ("GlobalCache", "ledger"),
    ("GlobalCache", "ledger_dir"),
    ("GlobalCache", "max_map_tiles"),
    ("GlobalCache", "min_free_inodes"),
    ("GlobalCache", "min_free_space"),
    ("GlobalCache", "refresh"),
    ("GlobalHttpOptions", "max_image_bytes"),
    ("GlobalHttpOptions", "max_image_pixels"),
    ("GlobalHttpOptions", "trusted_proxies"),
    ("MbtilesBackend", "row_order"),
    ("MbtilesBackend", "share_identical_images"),
    ("SqliteBackend", "share_identical_images"),
    ("Quota", "max_size"),
    *{("MeetingPoint", name) for name in MeetingPoint.model_fields},
    *{
        ("RedisBackend", name)
        for name in ("cluster", "master_name", "nodes", "sentinels", "timeout", "unix_socket", "url")
    },
    ("GlobalSettings", "redis"),
    ("Refresh", "deadline"),
    ("Refresh", "max_stale"),
    ("Refresh", "mode"),
    ("VectorLayerOptions", "description"),
    ("VectorLayerOptions", "fields"),
    ("VectorLayerOptions", "id"),
    ("VectorLayerOptions", "maxzoom"),
    ("VectorLayerOptions", "minzoom"),
    ("LoggingOptions", "access"),
    ("LoggingOptions", "upstream"),
    ("MemoryBackend", "max_size"),
    ("MemoryBackend", "type"),
    ("MetricsOptions", "bind"),
    ("MetricsOptions", "directory"),
    ("MetricsOptions", "path"),
    ("MbtilesSource", "filename"),
    ("MbtilesSource", "type"),
    ("PmtilesBackend", "filename"),
    ("PmtilesBackend", "http"),
    ("PmtilesBackend", "type"),
    ("PmtilesBackend", "url"),
    ("PmtilesSource", "filename"),
    ("PmtilesSource", "http"),
    ("PmtilesSource", "type"),
    ("PmtilesSource", "url"),
    ("Refresh", "deadline"),
    ("Refresh", "max_stale"),
    ("Refresh", "mode"),
    ("TiersBackend", "tiers"),
    ("TiersBackend", "type"),
    ("WmtsSource", "dimensions"),
    ("WmtsSource", "format"),
    ("WmtsSource", "http"),
    ("WmtsSource", "image"),
    ("WmtsSource", "layer"),
    ("WmtsSource", "matrix_set"),
    ("WmtsSource", "on_error"),
    ("WmtsSource", "style"),
    ("WmtsSource", "transparent"),
    ("WmtsSource", "type"),
    ("WmtsSource", "url"),
    ("WorldSource", "image"),
    ("WorldSource", "transparent"),
    ("WorldSource", "type"),
}

#: The section from which others are derived and that the reference ignores where it is used itself.
NOWHERE_OF_ITS_OWN = {("LaterSource", "concurrent_requests")}

MAPPROXY = Path(__file__).parents[1] / "mapproxy_config_program.py"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the corpus, beside which caches may be made."""
    return shutil.copytree(CORPUS, tmp_path / "corpus")


def test_the_corpus_is_as_wide_as_it_says() -> None:
    assert sum(not example.refused for example in SHARED) >= 60
    assert all(example.purpose for example in [*SHARED, *OWN_ONES])
    assert len({example.purpose for example in SHARED}) == len(SHARED)


def test_the_corpus_sets_every_option() -> None:
    assert all_options() - OWN_ADDITIONS - NOWHERE_OF_ITS_OWN - set().union(*map(options_set, SHARED)) == set()


def test_own_options_stand_in_a_folder_of_their_own() -> None:
    assert OWN_ADDITIONS - set().union(*map(options_set, OWN_ONES)) == set()
    assert OWN_ADDITIONS & set().union(*map(options_set, SHARED)) == set()


@pytest.mark.parametrize("example", [*SHARED, *OWN_ONES], ids=lambda example: example.file.stem)
def test_an_example_loads_or_is_refused_for_exactly_what_it_says(example: Example) -> None:
    variables = {"PROJ_DATA": pyproj.datadir.get_data_dir(), **example.variables}

    try:
        checked_container(load_settings(str(example.file), variables=variables, further=problems_of_parts))
    except ConfigurationProblems as problems:
        errors = problems.report.errors
    else:
        errors = ()

    assert {path_text(problem.path): problem.message for problem in errors}.keys() == example.refused, errors
    if example.refused:
        assert all("by this version of Tilekeep" in problem.message for problem in errors)


def test_the_reference_loads_every_example(copied: Path) -> None:
    wanted = [(str(copied / example.file.name), example.built, example.variables) for example in SHARED]

    done = subprocess.run(
        [mapproxy_python(), MAPPROXY], input=json.dumps(wanted), capture_output=True, text=True, check=True
    )

    assert {Path(file).name: problem for file, problem in json.loads(done.stdout).items() if problem} == {}


def test_editors_have_nothing_to_say_of_the_corpus(tmp_path: Path) -> None:
    schema = tmp_path / "mapproxy.schema.json"
    schema.write_text(json.dumps(json_schema()))
    files = [*sorted(CORPUS.rglob("*.yaml")), *sorted(OWN.glob("*.yaml"))]

    found = diagnostics(schema, files)

    assert {file.name: items for file, items in found.items() if items} == {}
