"""A directory of configurations behind one address: the same paths lead to the same as in MapProxy 7.0.0."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.services.mapproxy import mapproxy_python
from tests.integration.services.process import Server
from tests.integration.support.answers import Answer, ask
from tests.integration.support.gunicorn import gunicorn

_CONFIG = """
services: {{tms: , wmts: , wms: {{srs: ['EPSG:3857'], md: {{title: Maps of {name}}}}}, demo: }}
layers: [{{name: {name}, title: "{name}", sources: [cache]}}]
caches: {{cache: {{grids: [GLOBAL_WEBMERCATOR], sources: [debug], disable_storage: true}}}}
sources: {{debug: {{type: debug}}}}
"""

#: The application of ``{program}`` behind a hook that permits the tiles of one instance alone.
_MODULE = """
import json
from {program}.multiapp import make_wsgi_app

inner = make_wsgi_app({directory!r}, allow_listing={lists})

def application(environ, start_response):
    asked = []

    def authorize(service, layers=(), environ=None, **more):
        asked.append([service, list(layers), environ['mapproxy.instance_name']])
        return {{'authorized': 'full' if environ['mapproxy.instance_name'] == 'open' else 'none'}}

    environ['mapproxy.authorize'] = authorize

    def start(status, headers, *error):
        return start_response(status, [*headers, ('X-Asked', json.dumps(asked))], *error)

    return inner(environ, start)
"""


class Pair(NamedTuple):
    """Tilekeep and MapProxy over the same directory."""

    tilekeep: Server
    mapproxy: Server

    def ask(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[Answer, Answer]:
        """The answers of both."""
        return ask(self.tilekeep.url + path, headers), ask(self.mapproxy.url + path, headers)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    below = tmp_path_factory.mktemp("below")
    (below / "outside.yaml").write_text(_CONFIG.format(name="outside"))
    configurations = below / "configurations"
    configurations.mkdir()
    for name in ("open", "closed", "with.dots", "with space"):
        (configurations / f"{name}.yaml").write_text(_CONFIG.format(name=name))
    (configurations / "folder.yaml").mkdir()
    (configurations / "notes.txt").write_text("nothing")
    return configurations


@pytest.fixture(scope="module", params=[pytest.param(True, id="listed"), pytest.param(False, id="not listed")])
def pair(request: pytest.FixtureRequest, directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    def server(program: str, python: str) -> Server:
        module = _MODULE.format(program=program, directory=str(directory), lists=request.param)
        return gunicorn(tmp_path_factory.mktemp(program), module, workers=1, python=python)

    with ExitStack() as stack:
        yield Pair(
            stack.enter_context(server("tilekeep", sys.executable)),
            stack.enter_context(server("mapproxy", str(mapproxy_python()))),
        )


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/", id="the root"),
        pytest.param("//", id="two slashes"),
        pytest.param("/open", id="an instance without a slash"),
        pytest.param("/open/", id="an instance"),
        pytest.param("//open/tms/1.0.0", id="an instance after two slashes"),
        pytest.param("/open/tms/1.0.0", id="a document"),
        pytest.param("/open/tms/1.0.0/open/EPSG3857/0/0/0.png", id="a tile"),
        pytest.param("/open/tms/1.0.0/closed/EPSG3857/0/0/0.png", id="a tile of a layer of another instance"),
        pytest.param("/open/unknown", id="nothing in an instance"),
        pytest.param("/closed/tms/1.0.0/closed/EPSG3857/0/0/0.png", id="a tile that the hook forbids"),
        pytest.param("/with.dots/tms/1.0.0", id="dots in the name"),
        pytest.param("/with%20space/", id="a space in the name"),
        pytest.param("/OPEN/", id="another case"),
        pytest.param("/open.yaml/", id="the name of the file"),
        pytest.param("/unknown/", id="no such instance"),
        pytest.param("/unknown", id="no such instance, without a slash"),
        pytest.param("/folder/", id="a folder"),
        pytest.param("/notes/", id="another file"),
        pytest.param("/notes.txt/", id="the name of another file"),
        pytest.param("/../outside/", id="a way out"),
        pytest.param("/%2e%2e/outside/", id="a quoted way out"),
        pytest.param("/..%2foutside/", id="a way out with a quoted slash"),
    ],
)
def test_status_type_and_questions_are_the_same(pair: Pair, path: str) -> None:
    ours, theirs = pair.ask(path)

    assert (ours.status, ours.media_type) == (theirs.status, theirs.media_type)
    assert json.loads(ours.headers["x-asked"]) == json.loads(theirs.headers["x-asked"])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/open/tms/1.0.0",
        "/open/wmts/1.0.0/WMTSCapabilities.xml",
        "/open/service?REQUEST=GetCapabilities&SERVICE=WMS&VERSION=1.1.1",
    ],
)
@pytest.mark.parametrize(
    ("prefix", "headers"),
    [
        pytest.param("", {}, id="in the open"),
        pytest.param("", {"X-Script-Name": "/maps"}, id="below a prefix that the proxy takes off"),
        pytest.param("/maps", {"X-Script-Name": "/maps"}, id="below a prefix that it leaves"),
        pytest.param("/a/b", {"X-Script-Name": "/a/b"}, id="below a longer prefix"),
        pytest.param("", {"X-Forwarded-Host": "maps.example", "X-Forwarded-Proto": "https"}, id="behind another host"),
    ],
)
def test_documents_name_the_same_addresses(pair: Pair, path: str, prefix: str, headers: Mapping[str, str]) -> None:
    ours, theirs = pair.ask(prefix + path, headers)

    found = addresses(ours, pair.tilekeep)
    assert (ours.status, theirs.status) == (200, 200)
    assert found == addresses(theirs, pair.mapproxy)
    assert found or path == "/"


def test_names_are_listed_only_where_that_is_allowed(pair: Pair) -> None:
    ours, theirs = pair.ask("/")

    assert named(ours) == named(theirs)
    assert named(ours) in ([], ["closed", "open", "with space", "with.dots"])


def addresses(answer: Answer, server: Server) -> set[str]:
    """The addresses of the server in a document, without its port."""
    text = answer.body.decode().replace(f"127.0.0.1:{server.port}", "HOST")
    found = re.findall(r'https?://(?:HOST|maps\.example)[^"<>]*', text)
    return {address.replace("%20", " ").rstrip("?&") for address in found}


def named(answer: Answer) -> list[str]:
    """The instances of the page at the root."""
    return re.findall(r"<a [^>]*>([^<]+)</a>", answer.body.decode())
