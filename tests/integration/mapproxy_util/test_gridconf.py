"""``tilekeep util gridconf-from-ogcapitilematrixset`` beside that of mapproxy-util."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.integration.services.mapproxy import mapproxy_util
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.upstream_server import Reply, UpstreamServer

COMMAND = "gridconf-from-ogcapitilematrixset"
_CRS = "http://www.opengis.net/def/crs"


def matrix(level: int, cell_size: float, origin: tuple[float, float], size: tuple[int, int], **more: Any) -> Any:
    return {
        "id": str(level),
        "cellSize": cell_size / 2**level,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": list(origin),
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": size[0] * 2**level,
        "matrixHeight": size[1] * 2**level,
        **more,
    }


WEB = {
    "id": "WebMercatorQuad",
    "crs": f"{_CRS}/EPSG/0/3857",
    "tileMatrices": [
        matrix(z, 156543.03392804097, (-20037508.342789244, 20037508.342789244), (1, 1)) for z in range(4)
    ],
}
CRS84 = {
    "id": "WorldCRS84Quad",
    "crs": f"{_CRS}/OGC/1.3/CRS84",
    "tileMatrices": [matrix(z, 0.703125, (-180, 90), (2, 1)) for z in range(3)],
}
NORTH_FIRST = {
    "id": "EPSG4326",
    "crs": f"{_CRS}/EPSG/0/4326",
    "tileMatrices": [matrix(z, 0.703125, (90, -180), (2, 1)) for z in range(2)],
}
UPWARDS = {
    "id": "FromBelow",
    "crs": f"{_CRS}/EPSG/0/25832",
    "tileMatrices": [matrix(z, 1000, (0, 5000000), (3, 2), cornerOfOrigin="bottomLeft") for z in range(3)],
}
UNUSABLE = [
    {"id": "nowhere", "crs": f"{_CRS}/EPSG/0/999999", "tileMatrices": WEB["tileMatrices"]},
    {**CRS84, "id": "varying", "tileMatrices": [matrix(0, 1, (0, 0), (1, 1), variableMatrixWidths=[{"coalesce": 2}])]},
    {**WEB, "id": "corners", "tileMatrices": [matrix(0, 1, (0, 0), (1, 1), cornerOfOrigin="topRight")]},
    {**WEB, "id": "sizes", "tileMatrices": [WEB["tileMatrices"][0], {**WEB["tileMatrices"][1], "tileWidth": 512}]},
    {**WEB, "id": "points", "tileMatrices": [WEB["tileMatrices"][0], matrix(1, 1000, (0, 0), (1, 1))]},
]


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        yield server


def serve(upstream: UpstreamServer, *sets: dict[str, Any], relation: str = "[ogc-rel:tiling-schemes]") -> str:
    """The landing page."""
    pages: dict[str, Any] = {
        "/api": {
            "links": [
                {"rel": "self", "href": "/api"},
                {"rel": relation, "type": "text/html", "href": "/sets.html"},
                {"rel": relation, "type": "application/json", "href": "/sets"},
            ]
        },
        "/sets": {
            "tileMatrixSets": [
                {"id": found["id"], "links": [{"rel": "self", "href": f"{upstream.url}/sets/{found['id']}"}]}
                for found in sets
            ]
        },
        **{f"/sets/{found['id']}": found for found in sets},
    }
    for path, page in pages.items():
        upstream.on(path, Reply(body=json.dumps(page).encode(), headers={"Content-Type": "application/json"}))
    return f"{upstream.url}/api"


def test_the_grids_are_those_of_mapproxy_util(upstream: UpstreamServer, tmp_path: Path) -> None:
    url = serve(upstream, WEB, CRS84, NORTH_FIRST, UPWARDS)

    ours = tilekeep_command("util", COMMAND, url, directory=tmp_path)

    theirs = mapproxy_util(COMMAND, url, directory=tmp_path)
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr) == (0, "")
    own_title, _, own = ours.stdout.partition("\n\n")
    title, _, other = theirs.stdout.partition("\n\n")
    yaml = YAML(typ="safe")
    assert own_title == title
    assert yaml.load(own) == yaml.load(other)
    assert len(yaml.load(own)["grids"]) == 4


@pytest.mark.parametrize("unusable", UNUSABLE, ids=lambda found: found["id"])
def test_what_can_be_no_grid_is_named_and_passed_over(
    unusable: dict[str, Any], upstream: UpstreamServer, tmp_path: Path
) -> None:
    url = serve(upstream, unusable, WEB)

    ours = tilekeep_command("util", COMMAND, "--url", url, directory=tmp_path)

    theirs = mapproxy_util(COMMAND, "--url", url, directory=tmp_path)
    assert ours.returncode == theirs.returncode == 0
    assert ours.stderr.startswith(f"Cannot handle {upstream.url}/sets/{unusable['id']}: ")
    assert theirs.stderr.startswith(f"Cannot handle {upstream.url}/sets/{unusable['id']}: ")
    found = YAML(typ="safe").load(ours.stdout.partition("\n\n")[2])
    assert list(found["grids"]) == ["WebMercatorQuad"]


def test_a_page_without_a_link_is_no_error(upstream: UpstreamServer, tmp_path: Path) -> None:
    url = serve(upstream, WEB, relation="something")

    ours = tilekeep_command("util", COMMAND, url, directory=tmp_path)

    theirs = mapproxy_util(COMMAND, url, directory=tmp_path)
    assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
    assert ours.returncode == 0


def test_the_grids_can_be_used(upstream: UpstreamServer, tmp_path: Path) -> None:
    printed = tilekeep_command("util", COMMAND, serve(upstream, WEB, UPWARDS), directory=tmp_path).stdout
    caches = "services: {tms: }\nlayers: [{name: a, title: a, sources: [c]}]\nsources: {w: {type: world}}\n"
    caches += "caches: {c: {grids: [WebMercatorQuad, FromBelow], sources: [w]}}\n"
    (tmp_path / "mapproxy.yaml").write_text(caches + printed.partition("\n\n")[2])

    done = tilekeep_command("grids", "mapproxy.yaml", "--json", directory=tmp_path)

    found = {grid["name"]: [level["tiles"] for level in grid["levels"]] for grid in json.loads(done.stdout)}
    assert found == {"WebMercatorQuad": [1, 4, 16, 64], "FromBelow": [6, 24, 96]}


@pytest.mark.parametrize(("path", "code"), [(None, 1), ("/nosuch", 1), ("/text", 1)])
def test_what_cannot_be_had_ends_with_exit_code_1(
    path: str | None, code: int, upstream: UpstreamServer, tmp_path: Path
) -> None:
    upstream.on("/text", Reply(body=b"no JSON"))
    arguments = [] if path is None else [upstream.url + path]

    ours = tilekeep_command("util", COMMAND, *arguments, directory=tmp_path)

    assert ours.returncode == mapproxy_util(COMMAND, *arguments, directory=tmp_path).returncode == code
    assert "Usage:" in ours.stdout or ours.stderr.startswith("ERROR: ")
