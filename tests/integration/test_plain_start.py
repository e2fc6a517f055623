"""What a start with one cache in files and one Web Map Service does not import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """
services: {tms: }
layers: [{name: world, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
sources: {wms: {type: wms, req: {url: "http://127.0.0.1:9/wms", layers: world}}}
"""

#: Libraries of what the configuration does not name.
ABSENT_LIBRARIES = (
    "PIL",
    "azure",
    "boto3",
    "botocore",
    "celery",
    "cv2",
    "isal",
    "kombu",
    "lxml",
    "mapnik",
    "numpy",
    "opentelemetry",
    "prometheus_client",
    "pyogrio",
    "rasterio",
    "redis",
    "requests",
    "shapely",
    "urllib3",
)

#: Adapters of other stores and sources.
ABSENT_ADAPTERS = tuple(
    f"tilekeep.adapters.{name}"
    for name in (
        "drawing",
        "http.client",
        "imaging.raster",
        "locks.redis_lock",
        "redis.clients",
        "seeding.remote.making",
        "sources.arcgis",
        "sources.geojson",
        "sources.geotiff",
        "sources.mapnik",
        "sources.tile",
        "sources.world",
        "storage.compact",
        "storage.couchdb.store",
        "storage.memory",
        "storage.objects",
        "storage.pmtiles",
        "storage.redis",
        "storage.services",
        "storage.sqlite.stores",
        "storage.tiers",
        "telemetry.prometheus",
    )
)

#: What a run over a cache that is full has no use for.
ABSENT_IN_SEEDING = (
    "concurrent.futures.process",
    "multiprocessing",
    "rich",
    *(
        f"tilekeep.{name}"
        for name in (
            "adapters.documents.xslt",
            "adapters.sources.ogcapi_tiles",
            "adapters.sources.wmts",
            "application.catalogue",
            "application.get_legend",
            "application.get_map",
            "application.scrub",
            "application.seeding.estimate",
            "application.seeding.invalidate",
            "config.assemble.archive_sources",
            "config.assemble.arcgis_sources",
            "config.assemble.drawn_sources",
            "config.assemble.layer_tree",
            "config.assemble.ogcapi_sources",
            "config.mapproxy.meaning_arcgis",
            "config.mapproxy.meaning_archives",
            "config.mapproxy.meaning_drawn",
            "config.mapproxy.meaning_ogcapi",
            "config.mapproxy.meaning_wmts",
        )
    ),
)

#: What belongs to services that are not offered, and to commands.
ABSENT_IN_SERVING = (
    *(f"tilekeep.entrypoints.wsgi.{name}.assembly" for name in ("admin", "demo", "ogcapi", "wms", "wmts")),
    "tilekeep.application.seeding.seed_task",
    "tilekeep.config.assemble.seed_tasks",
    "tilekeep.config.mapproxy.meaning_ogcapi_service",
    "tilekeep.config.mapproxy.meaning_wms",
    "tilekeep.config.seeding.options",
)

TELLING_MODULES = "import atexit, sys; atexit.register(lambda: print('modules', *sys.modules))"
COMMAND = "from tilekeep.entrypoints.cli.main import main; main({arguments!r}, standalone_mode=False)"
SEED = ["seed", "-f", "mapproxy.yaml", "--caches", "world", "--levels", "0"]
APPLICATION = "from tilekeep import make_wsgi_app; app = make_wsgi_app('mapproxy.yaml')"
TILE = b"\x89PNG\r\n\x1a\n a tile"
HIT = f"""
from werkzeug.test import Client
assert Client(app).get('/tms/1.0.0/world/EPSG3857/0/0/1.png').data == {TILE!r}
"""


@pytest.mark.parametrize(
    ("program", "absent"),
    [
        pytest.param(COMMAND.format(arguments=["caches", "mapproxy.yaml"]), (), id="caches"),
        pytest.param(COMMAND.format(arguments=["jobs"]), ("dependency_injector", "pydantic", "ruamel"), id="jobs"),
        pytest.param(COMMAND.format(arguments=SEED), ABSENT_IN_SEEDING, id="seed"),
        pytest.param(COMMAND.format(arguments=[*SEED, "--dry-run"]), ABSENT_IN_SEEDING, id="seed --dry-run"),
        pytest.param(APPLICATION, ABSENT_IN_SERVING, id="application"),
        pytest.param(APPLICATION + HIT, ABSENT_IN_SERVING, id="application and a hit"),
    ],
)
def test_a_plain_start_imports_nothing_that_the_configuration_does_not_name(
    program: str, absent: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG)
    for level in ("00", "01"):
        tile = tmp_path / f"cache_data/world_EPSG3857/{level}/000/000/000/000/000/000.png"
        tile.parent.mkdir(parents=True)
        tile.write_bytes(TILE)
    command = [sys.executable, "-c", f"{TELLING_MODULES}; {program}"]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    imported = set(done.stdout.rpartition("modules ")[2].split())
    assert "tilekeep" in imported
    assert imported & {*ABSENT_LIBRARIES, *ABSENT_ADAPTERS, *absent} == set()
