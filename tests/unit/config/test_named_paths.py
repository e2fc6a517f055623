"""Files and directories that a configuration names, on a disk that says what is wrong with them."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import MINIMAL, report_of
from tilekeep.config.problems import Severity, path_text

ERROR, WARNING = Severity.ERROR, Severity.WARNING

IN_CACHE = "    sources: [osm]\n"


@pytest.mark.parametrize(
    ("old", "new", "wrong", "severity", "path", "says"),
    [
        pytest.param(
            "layers:\n",
            "globals: {http: {ssl_ca_certs: ca.pem}}\nlayers:\n",
            "/etc/maps/ca.pem",
            ERROR,
            "globals.http.ssl_ca_certs",
            "the file 'ca.pem' cannot be read: the reason",
            id="certificates-of-the-globals",
        ),
        pytest.param(
            "    type: wms\n",
            "    type: wms\n    http: {ssl_ca_certs: /nope.pem}\n",
            "/nope.pem",
            ERROR,
            "sources.osm.http.ssl_ca_certs",
            "the file '/nope.pem' cannot be read: the reason",
            id="certificates-of-a-source",
        ),
        pytest.param(
            "layers:\n",
            "globals: {srs: {proj_data_dir: proj}}\nlayers:\n",
            "/etc/maps/proj",
            ERROR,
            "globals.srs.proj_data_dir",
            "there is no directory 'proj'",
            id="data-of-PROJ",
        ),
        pytest.param(
            "    type: wms\n",
            "    type: wms\n    coverage: {polygons: area.wkt, srs: '4326'}\n",
            "/etc/maps/area.wkt",
            ERROR,
            "sources.osm.coverage.polygons",
            "the area cannot be read from 'area.wkt': the reason",
            id="area-of-a-source",
        ),
        pytest.param(
            IN_CACHE,
            IN_CACHE
            + "    cache: {type: file, coverage: {difference: [{expire_tiles: a}, {union: [{expire_tiles: b}]}]}}\n",
            "/etc/maps/b",
            ERROR,
            "caches.osm_cache.cache.coverage.difference[1].union[0].expire_tiles",
            "the area cannot be read from 'b': the reason",
            id="area-of-a-member",
        ),
        pytest.param(
            IN_CACHE,
            IN_CACHE + "    refresh_before: {mtime: stamp}\n",
            "/etc/maps/stamp",
            WARNING,
            "caches.osm_cache.refresh_before.mtime",
            "there is no file 'stamp', so no tile counts as stale",
            id="time-of-a-file",
        ),
        pytest.param(
            "layers:\n",
            "globals: {cache: {base_dir: /data}}\nlayers:\n",
            "/data",
            WARNING,
            "globals.cache.base_dir",
            "nothing can be stored in '/data': the reason",
            id="base-directory",
        ),
        pytest.param(
            "layers:\n",
            "globals: {cache: {lock_dir: locks}}\nlayers:\n",
            "/etc/maps/locks",
            WARNING,
            "globals.cache.lock_dir",
            "nothing can be stored in 'locks': the reason",
            id="directory-of-slots",
        ),
        pytest.param(
            "layers:\n",
            "globals: {cache: {tile_lock_dir: locks}}\nlayers:\n",
            "/etc/maps/locks",
            WARNING,
            "globals.cache.tile_lock_dir",
            "nothing can be stored in 'locks': the reason",
            id="directory-of-locks",
        ),
        pytest.param(
            IN_CACHE,
            IN_CACHE + "    cache_dir: tiles\n",
            "/etc/maps/tiles",
            WARNING,
            "caches.osm_cache.cache_dir",
            "nothing can be stored in 'tiles': the reason",
            id="directory-of-caches",
        ),
        pytest.param(
            IN_CACHE,
            IN_CACHE + "    cache: {type: file, directory: tiles}\n",
            "/etc/maps/tiles",
            WARNING,
            "caches.osm_cache.cache.directory",
            "nothing can be stored in 'tiles': the reason",
            id="directory-of-a-cache",
        ),
        pytest.param(
            IN_CACHE,
            IN_CACHE + "    cache: {type: file, tile_lock_dir: locks}\n",
            "/etc/maps/locks",
            WARNING,
            "caches.osm_cache.cache.tile_lock_dir",
            "nothing can be stored in 'locks': the reason",
            id="directory-of-locks-of-a-cache",
        ),
    ],
)
def test_a_path_that_cannot_be_used_is_named(
    old: str, new: str, wrong: str, severity: Severity, path: str, says: str
) -> None:
    text = MINIMAL.replace(old, new, 1)

    [problem] = report_of(text, wrong_paths={wrong: "the reason"}).problems

    assert (problem.severity, path_text(problem.path)) == (severity, path)
    assert says in problem.message
    assert report_of(text).problems == ()


def test_the_default_directory_is_looked_at_too() -> None:
    [problem] = report_of(MINIMAL, wrong_paths={"/etc/maps/./cache_data": "the reason"}).problems

    assert "nothing can be stored in './cache_data'" in problem.message


def test_a_directory_that_no_cache_uses_does_not_matter() -> None:
    text = MINIMAL.replace(IN_CACHE, IN_CACHE + "    cache_dir: tiles\n")

    assert report_of(text, wrong_paths={"/etc/maps/./cache_data": "the reason"}).problems == ()
