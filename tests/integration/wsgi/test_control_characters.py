"""Control characters in the text of any parameter of the admin API and of the pages: a 400 that names the parameter."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

TOKEN = "a-token-of-some-length"

CONFIG = """
services: {{demo: , tms: , wmts: , wms: , admin: {{token: {token}, seed_config: seed.yaml}}}}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [world]}}}}
sources: {{world: {{type: world}}}}
globals: {{cache: {{base_dir: {directory}/cache, lock_dir: {directory}/locks}}}}
"""

AREA = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
NAMES = {"cache": "world", "grid": "GLOBAL_WEBMERCATOR"}

#: All operations of the API with all their parameters.
QUESTIONS: dict[str, dict[str, str]] = {
    "caches": {},
    "cache": NAMES,
    "squares": {**NAMES, "level": "1", "bbox": "0,0,1,1"},
    "servers": {},
    "tasks": {},
    "runs": {},
}
CHANGES: dict[str, dict[str, Any]] = {
    "count": NAMES,
    "invalidate": {"cache": "world", "area": AREA, "srs": "EPSG:4326", "levels": [1], "derived": True},
    "start": {"seeds": ["all"], "cleanups": []},
    "stop": {"run": "20260101T000000-abcdef"},
    "go-on": {"run": "20260101T000000-abcdef"},
}
PAGES: list[tuple[str, dict[str, str]]] = [
    ("/demo/", {"wms_layer": "world", "srs": "EPSG:3857", "format": "image/png", "extent": "0,0,1,1"}),
    ("/demo/", {"tms_layer": "world", "srs": "EPSG:3857", "format": "png", "grid": "GLOBAL_WEBMERCATOR"}),
    ("/demo/", {"wmts_layer": "world", "srs": "EPSG:3857", "format": "png"}),
    ("/demo/", {"wms_capabilities": "", "type": "external", "layer": "world"}),
    ("/demo/world.json", {"srs": "EPSG:3857"}),
    ("/admin/world.json", {"srs": "EPSG:3857"}),
]

CONTROLS = [
    pytest.param("\x00", id="NUL"),
    pytest.param("\n", id="end of line"),
    pytest.param("\x1b[2J", id="escape"),
    pytest.param("\x7f", id="DEL"),
    pytest.param("\x85", id="C1"),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    directory: Path = tmp_path_factory.mktemp("controls")
    config = directory / "mapproxy.yaml"
    config.write_text(CONFIG.format(token=TOKEN, directory=directory))
    (directory / "seed.yaml").write_text("seeds: {all: {caches: [world], levels: [0]}}")
    return Client(make_wsgi_app(str(config)))


def change(client: Client, operation: str, body: object) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    path = f"/admin/api/{operation}"
    return client.post(path, data=json.dumps(body), content_type="application/json", headers=headers)


def spoilt(value: Any, control: str) -> Iterator[Any]:
    """The value with the control character in each text that it has, or as text if it has none."""
    if isinstance(value, dict):
        for name in value:
            for inner in spoilt(value[name], control):
                yield {**copy.deepcopy(value), name: inner}
    elif isinstance(value, str):
        yield value + control
        yield control + value
    else:
        yield [f"{value}{control}"] if isinstance(value, list) else f"{value}{control}"


def test_the_table_has_all_operations(client: Client) -> None:
    answer = client.get("/admin/api/nothing")

    assert answer.json is not None
    known = answer.json["error"].partition("there are ")[2]
    assert sorted(known.split(", ")) == sorted([*QUESTIONS, *CHANGES])


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(
    ("operation", "name"), [(operation, name) for operation, given in QUESTIONS.items() for name in given]
)
def test_a_question_with_them_is_refused(client: Client, operation: str, name: str, control: str) -> None:
    for value in spoilt(QUESTIONS[operation][name], control):
        answer = client.get(f"/admin/api/{operation}", query_string={**QUESTIONS[operation], name: value})

        assert answer.status_code == 400, answer.text
        assert answer.json is not None
        assert answer.json["error"].startswith(f"{name} ")


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(
    ("operation", "name"), [(operation, name) for operation, given in CHANGES.items() for name in given]
)
def test_a_change_with_them_is_refused(client: Client, operation: str, name: str, control: str) -> None:
    for value in spoilt(CHANGES[operation][name], control):
        answer = change(client, operation, {**CHANGES[operation], name: value})

        assert answer.status_code == 400, answer.text
        assert answer.json["error"].startswith(f"{name} ")


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(("path", "name"), [(path, name) for path, given in PAGES for name in given])
def test_a_page_with_them_is_refused(client: Client, path: str, name: str, control: str) -> None:
    for _, good in [page for page in PAGES if page[0] == path and name in page[1]]:
        assert client.get(path, query_string=good).status_code == 200

        answer = client.get(path, query_string={**good, name: good[name] + control})

        assert answer.status_code == 400
        assert f"{name} has control characters" in answer.text
