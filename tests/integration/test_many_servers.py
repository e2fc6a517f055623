"""Several servers of several processes over one cache: the source has one client, and stale tiles stay on the map.

Each server is a real one: two masters of gunicorn that load the application before they fork two workers each, and two
of uWSGI whose processes have no threads.  They meet in the files of one host; or they are two hosts, which have
nothing but the cache in common, and meet in a Redis.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from tests.integration.services.process import HOST, Server, living_members, wait_until
from tests.integration.services.redis import RedisProcess
from tests.integration.support.answers import Answer, ask
from tests.integration.support.drawing import encoded
from tests.integration.support.gunicorn import gunicorn
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tests.integration.support.uwsgi import uwsgi
from tilekeep.adapters.outage import OUTAGE_SECONDS

HOUR = 3600.0
OLD, NEW = (200, 30, 30), (30, 160, 60)

MODULE = """
from tilekeep import make_wsgi_app

application = make_wsgi_app("mapproxy.yaml")
"""

CONFIG = """
services: {{tms: }}
globals:
  cache: {{meta_size: [2, 2], meta_buffer: 0, failure_seconds: 60{directories}}}
  redis: {redis}
  http: {{client_timeout: 30}}
  tiles: {{state_header: true, expires: by_age}}
layers:
  - {{name: plain, title: Waits, sources: [plain]}}
  - {{name: quick, title: Shown at once, sources: [quick]}}
  - {{name: broken, title: Has a breaker, sources: [broken]}}
  - {{name: watched, title: Is counted, sources: [watched]}}
  - {{name: narrow, title: Takes two at a time, sources: [narrow]}}
  - {{name: limited, title: Is asked to wait, sources: [limited]}}
  - {{name: paced, title: Takes ten a second, sources: [paced]}}
caches:
  plain: {{grids: [GLOBAL_WEBMERCATOR], sources: [plain], refresh_before: {{hours: 1}}}}
  quick: {{grids: [GLOBAL_WEBMERCATOR], sources: [quick], refresh_before: {{hours: 1}}, refresh: {{mode: background}}}}
  broken: {{grids: [GLOBAL_WEBMERCATOR], sources: [broken]}}
  watched: {{grids: [GLOBAL_WEBMERCATOR], sources: [watched]}}
  narrow: {{grids: [GLOBAL_WEBMERCATOR], sources: [narrow]}}
  limited: {{grids: [GLOBAL_WEBMERCATOR], sources: [limited]}}
  paced: {{grids: [GLOBAL_WEBMERCATOR], sources: [paced]}}
sources:
  plain: {{type: wms, req: {{url: "{url}/plain", layers: land}}}}
  quick: {{type: wms, req: {{url: "{url}/quick", layers: land}}}}
  broken:
    type: wms
    req: {{url: "http://localhost:{port}/broken", layers: land}}
    http: {{breaker: {{failures: 3, seconds: 3600}}}}
  watched:
    type: wms
    req: {{url: "http://LocalHost:{port}/watched", layers: land}}
    http: {{breaker: {{failures: 1000, seconds: 3600}}}}
  narrow: {{type: wms, concurrent_requests: 2, req: {{url: "http://LOCALhost:{port}/narrow", layers: land}}}}
  limited: {{type: wms, req: {{url: "http://LOCALHOST:{port}/limited", layers: land}}}}
  paced:
    type: wms
    req: {{url: "http://localHOST:{port}/paced", layers: land}}
    http: {{requests_per_second: 10}}
"""

#: What hosts share that have a cache in common, and what each has for itself.
DIRECTORIES = (
    ", base_dir: {shared}/cache_data, ledger_dir: {shared}/ledger"
    ", lock_dir: {own}/locks, tile_lock_dir: {own}/tile_locks"
)


class Form(NamedTuple):
    """Which servers they are, whether they are two hosts that meet in a Redis, and whether each has lost a worker."""

    program: Callable[[Path, str], Server]
    meet_in_redis: bool
    lost_a_worker: bool = False


GUNICORN = pytest.param(Form(gunicorn, False), id="gunicorn")
UWSGI = pytest.param(Form(uwsgi, False), id="uwsgi")
GUNICORN_AND_REDIS = pytest.param(Form(gunicorn, True), id="gunicorn and redis")
UWSGI_AND_REDIS = pytest.param(Form(uwsgi, True), id="uwsgi and redis")

GUNICORN_AFTER_A_LOSS = pytest.param(Form(gunicorn, False, True), id="gunicorn after a worker was killed")
UWSGI_AND_REDIS_AFTER_A_LOSS = pytest.param(Form(uwsgi, True, True), id="uwsgi and redis after a worker was killed")

#: For what has to be shown of all, and for what only hosts have that meet.
in_all_forms = pytest.mark.parametrize(
    "started",
    [GUNICORN, UWSGI, GUNICORN_AND_REDIS, UWSGI_AND_REDIS, GUNICORN_AFTER_A_LOSS, UWSGI_AND_REDIS_AFTER_A_LOSS],
    indirect=True,
)
with_redis = pytest.mark.parametrize("started", [GUNICORN_AND_REDIS, UWSGI_AND_REDIS], indirect=True)


@dataclass
class MapServer:
    """The source: maps of one colour, each held back until it may be sent, or a failure."""

    server: UpstreamServer
    color: tuple[int, int, int] = OLD
    failure: Reply | None = None
    may_answer: threading.Event = field(default_factory=threading.Event)
    asking: int = 0
    most_at_a_time: int = 0
    arrivals: list[float] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Received) -> Reply:
        with self._guard:
            self.arrivals.append(time.monotonic())
            self.asking += 1
            self.most_at_a_time = max(self.most_at_a_time, self.asking)
        self.may_answer.wait(20)
        with self._guard:
            self.asking -= 1
        return self.drawn(request)

    def drawn(self, request: Received) -> Reply:
        if self.failure is not None:
            return self.failure
        size = (int(request.parameters["width"]), int(request.parameters["height"]))
        return image_reply(encoded(Image.new("RGB", size, self.color), "PNG"))


@dataclass
class Farm:
    """Two servers over one cache."""

    directory: Path
    source: MapServer
    servers: list[Server]
    redis: RedisProcess | None
    together_at: float = 0.0

    def start_redis(self) -> None:
        """After it was killed; each process looks for it again when it thinks it out of reach no more."""
        assert self.redis is not None
        self.redis.start()
        self.together_at = time.monotonic() + OUTAGE_SECONDS

    def ask(self, layer: str, place: str, turn: int = 0) -> Answer:
        """Asks the server whose turn it is."""
        return ask(f"{self.servers[turn % len(self.servers)].url}/tiles/{layer}/EPSG3857/{place}.png")

    def crowd(self, layer: str, places: list[str], clients: int) -> list[Answer]:
        """One answer for each place, of as many clients at a time."""
        with ThreadPoolExecutor(clients) as pool:
            return list(pool.map(lambda numbered: self.ask(layer, numbered[1], numbered[0]), enumerate(places)))

    def kill_workers(self, turn: int) -> None:
        """Those of one server; its master, or what of it is left, starts others."""
        master = self.servers[turn].pid
        for worker in living_members(master):
            if worker != master:
                os.kill(worker, signal.SIGKILL)

    def fill(self, layer: str, places: list[str]) -> None:
        assert {self.ask(layer, place).status for place in places} == {200}

    def age(self, seconds: float) -> None:
        """All stored tiles are that old."""
        for tile in self.directory.glob("cache_data/**/*.png"):
            os.utime(tile, (time.time() - seconds, time.time() - seconds))


def colors(answers: list[Answer]) -> Counter[object]:
    return Counter(answer.pixels().convert("RGB").getpixel((9, 9)) for answer in answers)


@pytest.fixture(scope="module", params=[GUNICORN, UWSGI, GUNICORN_AND_REDIS])
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    form: Form = request.param
    directory = tmp_path_factory.mktemp("farm")
    with UpstreamServer() as upstream, ExitStack() as stack:
        source = MapServer(upstream)
        for path in ("/plain", "/quick", "/broken", "/watched", "/narrow", "/limited", "/paced"):
            upstream.on(path, source.answer)
        redis = stack.enter_context(RedisProcess(directory)) if form.meet_in_redis else None
        hosts = [directory] * 2 if redis is None else [directory / "one", directory / "other"]
        for host in hosts:
            host.mkdir(exist_ok=True)
            (host / "mapproxy.yaml").write_text(config(upstream, directory, host, redis))
        servers = [stack.enter_context(form.program(host, MODULE)) for host in hosts]
        if form.lost_a_worker:
            for server in servers:
                lose_a_worker(server)
        yield Farm(directory, source, servers, redis)


def lose_a_worker(server: Server) -> None:
    """Until the master has another one in its place."""
    before = set(living_members(server.pid))
    os.kill(max(before - {server.pid}), signal.SIGKILL)
    wait_until(lambda: len(set(living_members(server.pid)) - before) == 1)


def config(upstream: UpstreamServer, shared: Path, own: Path, redis: RedisProcess | None) -> str:
    """That of one host."""
    return CONFIG.format(
        url=upstream.url,
        port=upstream.port,
        redis="" if redis is None else f"{{url: 'redis://{HOST}:{redis.port}/0'}}",
        directories="" if redis is None else DIRECTORIES.format(shared=shared, own=own),
    )


@pytest.fixture
def farm(started: Farm) -> Farm:
    """The servers with a source that works at once; each test has levels of its own."""
    wait_until(lambda: time.monotonic() >= started.together_at)
    started.source.failure = None
    started.source.color = OLD
    started.source.may_answer.set()
    started.source.server.forget()
    started.source.arrivals.clear()
    return started


@in_all_forms
def test_a_hundred_clients_of_a_missing_meta_tile_are_one_client_of_the_source(farm: Farm) -> None:
    farm.source.may_answer.clear()
    threading.Timer(0.5, farm.source.may_answer.set).start()

    answers = farm.crowd("plain", ["3/0/0", "3/1/0", "3/0/1", "3/1/1"] * 25, clients=100)

    assert Counter(answer.status for answer in answers) == {200: 100}
    assert len(farm.source.server.requests) == 1


@in_all_forms
def test_a_hundred_clients_of_a_failing_source_are_one_client_too(farm: Farm) -> None:
    farm.source.failure = Reply(500)
    farm.source.may_answer.clear()
    threading.Timer(0.5, farm.source.may_answer.set).start()

    answers = farm.crowd("plain", ["3/4/0", "3/5/0", "3/4/1", "3/5/1"] * 25, clients=100)

    assert Counter((answer.status, answer.headers["x-tilekeep-cache"]) for answer in answers) == {(500, "error"): 100}
    assert len(farm.source.server.requests) == 1


@in_all_forms
@pytest.mark.parametrize(("layer", "level"), [("plain", 4), ("quick", 5)])
def test_while_the_source_is_down_stale_tiles_stay_on_the_map(farm: Farm, layer: str, level: int) -> None:
    places = [f"{level}/{x}/{y}" for x in range(4) for y in range(4)]
    farm.fill(layer, places)
    farm.source.failure = Reply(503)
    farm.source.server.forget()

    answers = []
    for minute in range(10):
        farm.age(2 * HOUR + minute * 60.0)
        answers += farm.crowd(layer, places * 2, clients=8)

    assert Counter(answer.status for answer in answers) == {200: 320}
    assert {answer.headers["x-tilekeep-cache"] for answer in answers} == {"stale"}
    assert colors(answers) == {OLD: 320}
    assert {"stale-if-error=86400"} <= set(answers[0].cache_control.split(", "))
    assert int(answers[-1].headers["age"]) >= 2 * HOUR
    assert len(farm.source.server.requests) == 4, "once for each of the four blocks, by all servers together"


def test_when_the_source_is_back_the_map_is_new_again(farm: Farm) -> None:
    farm.fill("quick", ["6/0/0"])
    farm.age(2 * HOUR)
    farm.source.color = NEW

    assert colors([farm.ask("quick", "6/0/0")]) == {OLD: 1}

    wait_for_new(farm, "6/0/0")


def test_a_worker_that_is_killed_while_it_refreshes_is_followed_by_another(farm: Farm) -> None:
    farm.fill("quick", ["6/4/4"])
    farm.age(2 * HOUR)
    farm.source.color = NEW
    farm.source.server.forget()
    farm.source.may_answer.clear()
    assert colors([farm.ask("quick", "6/4/4")]) == {OLD: 1}
    while not farm.source.server.requests:
        time.sleep(0.01)

    farm.kill_workers(0)
    farm.source.may_answer.set()

    assert farm.ask("quick", "6/4/4", turn=1).status == 200
    wait_for_new(farm, "6/4/4")


@in_all_forms
def test_when_those_who_make_a_tile_are_killed_one_who_waits_for_it_makes_it(farm: Farm) -> None:
    farm.source.may_answer.clear()

    with ThreadPoolExecutor(2) as pool:
        pool.submit(farm.ask, "plain", "9/0/0", 0)
        wait_until(lambda: len(farm.source.server.requests) == 1)
        waiting = pool.submit(farm.ask, "plain", "9/0/0", 1)
        farm.kill_workers(0)
        farm.source.may_answer.set()
        answer = waiting.result()

    assert answer.status == 200
    assert len(farm.source.server.requests) == 2
    assert farm.ask("plain", "9/1/1", 0).headers["x-tilekeep-cache"] == "hit"
    assert len(farm.source.server.requests) == 2


@in_all_forms
def test_a_source_that_takes_ten_requests_a_second_gets_no_more_though_workers_are_killed(farm: Farm) -> None:
    places = [f"6/{x}/{y}" for x in range(0, 20, 2) for y in range(0, 8, 2)]

    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(farm.ask, "paced", place, turn) for turn, place in enumerate(places)]
        wait_until(lambda: len(farm.source.arrivals) >= 12)
        farm.kill_workers(0)
        # What a killed worker had taken on has no answer.
        answers = [request.result() for request in asked if request.exception() is None]

    arrivals = sorted(farm.source.arrivals)
    assert {answer.status for answer in answers} == {200}
    assert len(arrivals) >= 24
    # A request arrives a little later than it is admitted, so that neighbours may seem to come closer.
    for index in range(len(arrivals) - 11):
        assert arrivals[index + 11] - arrivals[index] > 0.7


@in_all_forms
def test_a_server_that_asks_to_be_left_alone_is_left_alone_by_all_processes(farm: Farm) -> None:
    farm.source.failure = Reply(429, headers={"Retry-After": "3600"})

    first = farm.ask("limited", "3/0/0")
    others = farm.crowd("limited", [f"3/{x}/{y}" for x in (2, 4, 6) for y in (0, 2, 4, 6)], clients=6)

    assert {answer.status for answer in (first, *others)} == {500}
    assert min(int(answer.headers["retry-after"]) for answer in others) > 500
    assert len(farm.source.server.requests) == 1


@in_all_forms
def test_a_source_that_takes_two_requests_at_a_time_gets_no_more_from_all_processes(farm: Farm) -> None:
    farm.source.most_at_a_time = 0
    farm.source.may_answer.clear()

    with ThreadPoolExecutor(1) as pool:
        places = [f"4/{x}/{y}" for x in range(0, 8, 2) for y in (0, 2)]
        asked = pool.submit(farm.crowd, "narrow", places, 8)
        try:
            wait_until(lambda: farm.source.most_at_a_time >= 2)
            # A third would come now.
            time.sleep(0.5)
        finally:
            farm.source.may_answer.set()
        answers = asked.result()

    assert Counter(answer.status for answer in answers) == {200: 8}
    assert len(farm.source.server.requests) == 8
    assert farm.source.most_at_a_time == 2


@in_all_forms
def test_failures_seen_by_all_processes_open_one_breaker(farm: Farm) -> None:
    farm.source.failure = Reply(500)

    for turn, column in enumerate((0, 2, 4)):
        farm.ask("broken", f"3/{column}/0", turn)
    answers = farm.crowd("broken", [f"3/{x}/{y}" for x in (0, 2, 4, 6) for y in (2, 4, 6)], clients=6)

    assert {answer.status for answer in answers} == {500}
    assert len(farm.source.server.requests) == 3


@with_redis
def test_hosts_know_of_sources_what_is_in_redis(farm: Farm) -> None:
    farm.source.failure = Reply(500)

    farm.ask("watched", "7/0/0", turn=0)
    farm.ask("watched", "7/4/0", turn=1)

    assert farm.redis is not None
    states = [json.loads(farm.redis.client.get(key)) for key in farm.redis.client.keys("tilekeep:upstream:*")]
    assert 2 in [state["failures"] for state in states]


@with_redis
def test_when_redis_is_killed_in_the_middle_the_service_goes_on(farm: Farm) -> None:
    assert farm.redis is not None
    farm.source.may_answer.clear()
    threading.Timer(0.5, farm.source.may_answer.set).start()

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(farm.crowd, "plain", ["8/0/0", "8/1/0", "8/0/1", "8/1/1"] * 5, 20)
        while not farm.source.server.requests:
            time.sleep(0.01)
        farm.redis.kill()
        answers = asked.result()
    meanwhile = farm.crowd("plain", [f"8/{x}/2" for x in range(8)] * 2, clients=8)
    farm.start_redis()
    afterwards = farm.crowd("plain", [f"8/{x}/4" for x in range(8)] * 2, clients=8)

    assert Counter(answer.status for answer in (*answers, *meanwhile, *afterwards)) == {200: 52}
    # Each host makes a tile once while it is alone.
    assert len(farm.source.server.requests) <= 2 * (1 + 4 + 4)


def wait_for_new(farm: Farm, place: str) -> None:
    """Until the tile is new; a test that waits in vain ends by its time limit."""
    while True:
        answer = farm.ask("quick", place)
        assert answer.status == 200
        if colors([answer]) == {NEW: 1}:
            return
        time.sleep(0.05)
