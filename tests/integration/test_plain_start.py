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
    "dependency_injector.wiring",
    "multiprocessing",
    "rich",
    "werkzeug",
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

#: Services that are not offered.
OTHER_SERVICES = tuple(
    f"tilekeep.entrypoints.wsgi.{name}.assembly" for name in ("admin", "demo", "ogcapi", "wms", "wmts")
)

TELLING_MODULES = "import atexit, sys; atexit.register(lambda: print('modules', *sys.modules))"
COMMAND = "from tilekeep.entrypoints.cli.main import main; main({arguments!r}, standalone_mode=False)"
SEED = ["seed", "-f", "mapproxy.yaml", "--caches", "world", "--levels", "0"]
APPLICATION = "from tilekeep import make_wsgi_app; make_wsgi_app('mapproxy.yaml')"


@pytest.mark.parametrize(
    ("program", "absent"),
    [
        pytest.param(COMMAND.format(arguments=["caches", "mapproxy.yaml"]), (), id="caches"),
        pytest.param(COMMAND.format(arguments=["jobs"]), ("dependency_injector", "pydantic", "ruamel"), id="jobs"),
        pytest.param(COMMAND.format(arguments=SEED), ABSENT_IN_SEEDING, id="seed"),
        pytest.param(COMMAND.format(arguments=[*SEED, "--dry-run"]), ABSENT_IN_SEEDING, id="seed --dry-run"),
        pytest.param(APPLICATION, OTHER_SERVICES, id="application"),
    ],
)
def test_a_plain_start_imports_nothing_that_the_configuration_does_not_name(
    program: str, absent: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG)
    tile = tmp_path / "cache_data/world_EPSG3857/00/000/000/000/000/000/000.png"
    tile.parent.mkdir(parents=True)
    tile.write_bytes(b"a tile")
    command = [sys.executable, "-c", f"{TELLING_MODULES}; {program}"]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    imported = set(done.stdout.rpartition("modules ")[2].split())
    assert "tilekeep" in imported
    assert imported & {*ABSENT_LIBRARIES, *ABSENT_ADAPTERS, *absent} == set()


WIRED = """
from tilekeep.config.injection import containers, providers
import sys
print("dependency_injector.wiring" in sys.modules)

class Container(containers.DeclarativeContainer):
    answer = providers.Object(42)

container = Container()
{imported}

@inject
def answer(given=Provide[Container.answer]):
    return given

container.wire(modules=[__name__])
print(answer())
container.unwire()
print(type(answer()).__name__)
"""


@pytest.mark.parametrize(
    "imported",
    [
        pytest.param("from dependency_injector.wiring import Provide, inject", id="from the module"),
        pytest.param(
            "import dependency_injector.wiring as wiring; Provide, inject = wiring.Provide, wiring.inject",
            id="the module",
        ),
    ],
)
def test_plugins_can_wire_containers_of_their_own(imported: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WIRED.format(imported=imported)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["False", "42", "Provide"]


TELLING_GROUPS = """
import importlib.metadata as metadata
found = metadata.entry_points
metadata.entry_points = lambda **wanted: (print("group", wanted["group"]), found(**wanted))[1]
"""


@pytest.mark.parametrize(
    ("variables", "looks"),
    [
        pytest.param({}, False, id="as it is"),
        pytest.param({"PYDANTIC_DISABLE_PLUGINS": ""}, True, id="let in"),
    ],
)
def test_commands_look_for_plugins_of_pydantic_only_if_these_are_let_in(
    variables: dict[str, str], looks: bool, tmp_path: Path
) -> None:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG)
    command = [sys.executable, "-c", TELLING_GROUPS + COMMAND.format(arguments=["check", "mapproxy.yaml"])]
    environment = {name: value for name, value in os.environ.items() if name != "PYDANTIC_DISABLE_PLUGINS"}
    environment |= {"PYTHONPATH": os.getcwd(), **variables}

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    assert ("group pydantic" in done.stdout) is looks
