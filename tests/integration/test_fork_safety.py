"""An application that was made, and even used, before a server forks works in every child."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.services.process import Server
from tests.integration.support.drawing import draw_wms
from tests.integration.support.gunicorn import gunicorn
from tests.integration.support.upstream_server import UpstreamServer
from tests.integration.support.workers import connections_to_workers

CONFIG = """
services: {{tms: }}
layers:
  - {{name: quick, title: Quick, sources: [quick]}}
  - {{name: slow, title: Slow, sources: [slow]}}
caches:
  quick: {{grids: [GLOBAL_WEBMERCATOR], sources: [quick], meta_size: [1, 1], meta_buffer: 0}}
  slow: {{grids: [GLOBAL_WEBMERCATOR], sources: [slow]}}
sources:
  quick: {{type: wms, req: {{url: "{url}/quick", layers: all}}}}
  slow: {{type: wms, req: {{url: "{url}/slow", layers: all}}, concurrent_requests: 1}}
"""
# One tile has come over the pool when the workers are forked, another is being fetched by a thread of the parent.
MODULE = """
import pathlib, threading, time
from werkzeug.test import Client
from tilekeep import make_wsgi_app

application = make_wsgi_app("mapproxy.yaml")

def ask(path):
    return Client(application).get(path)

assert ask("/tiles/quick/EPSG3857/1/0/0.png").status_code == 200
threading.Thread(target=ask, args=["/tiles/slow/EPSG3857/1/0/0.png"]).start()
while not list(pathlib.Path("cache_data/tile_locks").glob("*.lck")):
    time.sleep(0.005)
"""


# A thread of the parent is in the middle of a document when the workers are forked, and never gets to its end.
MODULE_WITH_DOCUMENT = """
import os, threading, time
from werkzeug.test import Client
from tilekeep import make_wsgi_app
from tilekeep.application.catalogue import Catalogue

parent, started, describe = os.getpid(), threading.Event(), Catalogue.description

def description(self, name, grid):
    started.set()
    while os.getpid() == parent:
        time.sleep(0.01)
    return describe(self, name, grid)

Catalogue.description = description
application = make_wsgi_app("mapproxy.yaml")
document = dict(path="/tms/1.0.0", headers={"Host": "maps.example"})
threading.Thread(target=Client(application).get, kwargs=document, daemon=True).start()
started.wait()
"""


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/quick", draw_wms)
        server.on("/slow", lambda request: replace(draw_wms(request), delay_seconds=1.5))
        yield server


@pytest.fixture
def server(upstream: UpstreamServer, tmp_path: Path) -> Iterator[Server]:
    upstream.forget()
    (tmp_path / "mapproxy.yaml").write_text(CONFIG.format(url=upstream.url))
    with gunicorn(tmp_path, MODULE) as running:
        yield running


def test_workers_do_not_wait_for_a_thread_that_only_their_parent_has(server: Server, upstream: UpstreamServer) -> None:
    with connections_to_workers(server, workers=2) as ((one,), (other,)):
        slow = [worker.get("/tiles/slow/EPSG3857/1/1/1.png") for worker in (one, other)]

    assert [answer.status for answer in slow] == [200, 200]
    assert slow[0].body == slow[1].body
    assert len(upstream.requests_to("/slow")) == 1


def test_workers_share_no_connection(server: Server, upstream: UpstreamServer) -> None:
    with connections_to_workers(server, workers=2) as ((one,), (other,)):
        made_before = [worker.get("/tiles/quick/EPSG3857/1/0/0.png") for worker in (one, other)]
        made_after = [
            worker.get(f"/tiles/quick/EPSG3857/4/{column}/{row}.png")
            for row in range(4)
            for column, worker in enumerate((one, other))
        ]

    assert {answer.status for answer in made_before + made_after} == {200}
    used = [request.connection for request in upstream.requests_to("/quick")]
    of_parent, of_one, of_other = {used[0]}, set(used[1::2]), set(used[2::2])
    assert [len(of_parent), len(of_one), len(of_other)] == [1, 1, 1]
    assert len(of_parent | of_one | of_other) == 3


def test_both_workers_answer_alike(server: Server) -> None:
    paths = ["/", "/tms/1.0.0", "/tms/1.0.0/quick/EPSG3857", "/tiles/quick/EPSG3857/1/0/0.png", "/nothing"]

    with connections_to_workers(server, workers=2) as ((one,), (other,)):
        answers = [(one.get(path), other.get(path)) for path in paths]

    for first, second in answers:
        assert (first.status, first.body) == (second.status, second.body)
        assert first.headers.get("etag") == second.headers.get("etag")


def test_workers_do_not_wait_for_a_document_that_a_thread_of_their_parent_writes(
    upstream: UpstreamServer, tmp_path: Path
) -> None:
    (tmp_path / "mapproxy.yaml").write_text(CONFIG.format(url=upstream.url))

    with (
        gunicorn(tmp_path, MODULE_WITH_DOCUMENT) as server,
        connections_to_workers(server, workers=2) as ((one,), (other,)),
    ):
        answers = [worker.get("/tms/1.0.0", {"Host": "maps.example"}) for worker in (one, other)]

    assert [answer.status for answer in answers] == [200, 200]
    assert len({(answer.body, answer.headers["etag"]) for answer in answers}) == 1
