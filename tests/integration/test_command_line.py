"""The commands as scripts and people meet them: what is printed where, exit codes, signals, changed files."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.services.process import HOST, Server, answers, free_port, living_members
from tests.integration.support.answers import ask
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer
from tests.integration.support.workers import connections_to_workers

CONFIG = """\
services:
  tms:
  wmts:
layers:
  - {{name: world, title: World, sources: [world]}}
caches:
  world:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [wms]
sources:
  wms: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}
environments:
  staging:
    globals: {{tiles: {{expires_hours: 1}}}}
"""

BROKEN = """\
services:
  tms:
layers:
  - {name: world, title: World, sources: [wrld]}
caches:
  world:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [wms]
    meta_bufer: 10
    meta_size: four
sources:
  wms: {type: wms, req: {url: "http://127.0.0.1/", layers: all}}
"""

SECRETS = """\
services: {tms: }
layers: [{name: world, title: World, sources: [world]}]
caches:
  world: {grids: [GLOBAL_WEBMERCATOR], sources: [osm], cache: {type: redis, password: [hunter2]}, meta_size: $TOKEN}
sources:
  osm:
    type: wms
    req: {url: "http://user:hunter2@maps.example.org:port/", layers: all}
    http: {headers: {Authorization: [hunter2], X-Token: [$TOKEN]}}
"""


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


@pytest.fixture
def config(tmp_path: Path, upstream: UpstreamServer) -> Path:
    path = tmp_path / "mapproxy.yaml"
    path.write_text(CONFIG.format(url=upstream.url))
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)
    return path


class TestSchema:
    def test_prints_the_json_schema_and_nothing_else(self, tmp_path: Path) -> None:
        done = tilekeep_command("schema", directory=tmp_path)

        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["$schema"] == "http://json-schema.org/draft-07/schema#"


class TestCheck:
    def test_says_that_there_are_no_problems(self, config: Path) -> None:
        done = tilekeep_command("check", "mapproxy.yaml", directory=config.parent)

        assert (done.returncode, done.stdout, done.stderr) == (0, "mapproxy.yaml: no problems\n", "")

    def test_reports_all_problems_with_place_and_suggestion(self, broken: Path) -> None:
        done = tilekeep_command("check", "broken.yaml", directory=broken.parent)

        lines = done.stdout.splitlines()
        assert done.returncode == 2
        assert [line.partition(": ")[0].rpartition("broken.yaml")[2] for line in lines] == [
            ":4:43",
            ":9:5",
            ":10:16",
        ]
        assert ": error: layers[0].sources[0]: " in lines[0]
        assert "Did you mean 'world'?" in lines[0]
        assert ": warning: caches.world.meta_bufer: " in lines[1]
        assert "Did you mean 'meta_buffer'?" in lines[1]
        assert ": error: caches.world.meta_size: " in lines[2]

    def test_reports_the_same_as_json(self, broken: Path) -> None:
        done = tilekeep_command("check", "broken.yaml", "--json", directory=broken.parent)

        problems = json.loads(done.stdout)["problems"]
        assert done.returncode == 2
        assert [(problem["line"], problem["column"]) for problem in problems] == [(4, 43), (9, 5), (10, 16)]
        assert [problem["severity"] for problem in problems] == ["error", "warning", "error"]
        assert [problem["suggestion"] for problem in problems] == ["world", "meta_buffer", None]
        assert problems[2]["path"] == "caches.world.meta_size"

    def test_the_json_form_is_the_documented_one(self, config: Path, broken: Path) -> None:
        keys = {"severity", "message", "path", "file", "line", "column", "suggestion"}

        good, bad = (
            tilekeep_command("check", "--json", name, directory=directory)
            for name, directory in ((config.name, config.parent), (broken.name, broken.parent))
        )

        assert (good.returncode, json.loads(good.stdout)) == (0, {"errors": 0, "warnings": 0, "problems": []})
        report = json.loads(bad.stdout)
        assert (bad.returncode, report["errors"], report["warnings"]) == (2, 2, 1)
        assert all(set(problem) == keys for problem in report["problems"])
        assert {problem["file"] for problem in report["problems"]} == {broken.name}
        assert good.stderr == bad.stderr == ""

    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    def test_secrets_are_not_shown(self, tmp_path: Path, form: tuple[str, ...]) -> None:
        (tmp_path / "mapproxy.yaml").write_text(SECRETS)

        done = tilekeep_command("check", "mapproxy.yaml", *form, directory=tmp_path, environ={"TOKEN": "hunter2"})

        assert done.returncode == 2
        for place in ("sources.osm.req.url", "sources.osm.http.headers", "caches.world.cache.password"):
            assert place in done.stdout
        assert "hunter2" not in done.stdout + done.stderr

    def test_warnings_alone_are_no_failure(self, config: Path) -> None:
        config.write_text(config.read_text().replace("    sources: [wms]", "    sources: [wms]\n    meta_bufer: 10"))

        done = tilekeep_command("check", "mapproxy.yaml", directory=config.parent)

        assert done.returncode == 0
        assert "meta_buffer" in done.stdout

    def test_a_file_that_is_no_yaml_is_reported_with_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "mapproxy.yaml").write_text("services:\n  tms: [\n")

        done = tilekeep_command("check", "mapproxy.yaml", directory=tmp_path)

        assert done.returncode == 2
        assert "mapproxy.yaml:3:1: error: " in done.stdout
        assert "Traceback" not in done.stderr

    def test_an_unknown_environment_is_an_error_that_names_the_known_ones(self, config: Path) -> None:
        done = tilekeep_command("check", "mapproxy.yaml", "--env", "stagin", directory=config.parent)

        assert done.returncode == 2
        assert "staging" in done.stdout


class TestExplain:
    @pytest.mark.parametrize(
        "url",
        [
            pytest.param("/tms/1.0.0/world/EPSG3857/2/3/4.png", id="TMS"),
            pytest.param("http://tiles.example.org/maps/tms/1.0.0/world/EPSG3857/2/3/4.png", id="address with prefix"),
            pytest.param("/tiles/world/EPSG3857/3/3/3.png", id="tiles"),
            pytest.param("/wmts/world/GLOBAL_WEBMERCATOR/03/3/3.png", id="WMTS by path"),
            pytest.param(
                "/service?service=WMTS&request=GetTile&version=1.0.0&layer=world&style=&format=image/png"
                "&tilematrixset=GLOBAL_WEBMERCATOR&tilematrix=03&tilerow=3&tilecol=3",
                id="WMTS by parameters",
            ),
        ],
    )
    def test_names_tile_store_and_upstream_request_without_making_it(
        self, config: Path, upstream: UpstreamServer, url: str
    ) -> None:
        done = tilekeep_command("explain", url, "--json", directory=config.parent)

        facts = json.loads(done.stdout)
        (made,) = facts["made with"]
        assert done.returncode == 0
        assert (facts["layer"], facts["cache"]) == ("world", "world")
        assert (facts["level"], facts["column"], facts["row"]) == (3, 3, 3)
        assert facts["stored at"].endswith("cache_data/world_EPSG3857/03/000/000/003/000/000/003.png")
        assert facts["verdict"].startswith("missing")
        assert (made["pixels"], made["tiles"]) == ([1104, 1104], 16)
        assert made["requests"][0].startswith(f"GET {upstream.url}/wms?layers=all&format=image%2Fpng&bbox=")
        assert upstream.requests == []

    def test_tells_the_age_of_a_stored_tile(self, config: Path, tilekeep_server: Callable[..., Server]) -> None:
        server = tilekeep_server(config.read_text(), directory=config.parent)
        tile = ask(f"{server.url}/tiles/world/EPSG3857/3/3/3.png")
        stored = config.parent / "cache_data/world_EPSG3857/03/000/000/003/000/000/003.png"
        an_hour_ago = time.time() - 3600
        os.utime(stored, (an_hour_ago, an_hour_ago))

        done = tilekeep_command("explain", "/tiles/world/EPSG3857/3/3/3.png", "--json", directory=config.parent)

        facts = json.loads(done.stdout)
        assert facts["verdict"].startswith("fresh")
        assert facts["size"] == len(tile.body)
        assert 3600 <= facts["age"] < 4000

    def test_says_that_a_tile_lies_outside_the_coverage_of_the_cache(self, config: Path) -> None:
        config.write_text(
            config.read_text().replace(
                "  world:\n    grids:",
                "  world:\n    cache: {type: file, coverage: {bbox: [5, 50, 10, 55], srs: EPSG:4326}}\n    grids:",
            )
        )

        done = tilekeep_command("explain", "/tiles/world/EPSG3857/3/0/0.png", "--json", directory=config.parent)

        facts = json.loads(done.stdout)
        assert facts["verdict"].startswith("outside the coverage")
        assert facts["made with"] == []

    def test_says_from_which_level_gaps_are_filled(self, config: Path) -> None:
        config.write_text(
            config.read_text().replace("  world:\n    grids:", "  world:\n    upscale_tiles: 2\n    grids:")
        )

        done = tilekeep_command("explain", "/tiles/world/EPSG3857/3/3/3.png", "--json", directory=config.parent)

        assert json.loads(done.stdout)["gaps"].startswith("drawn from the tiles of level 2")

    def test_is_text_for_people(self, config: Path) -> None:
        done = tilekeep_command("explain", "/tiles/world/EPSG3857/3/3/3.png", directory=config.parent)

        words = [line.split()[0] for line in done.stdout.splitlines()]
        assert done.returncode == 0
        assert {"layer", "cache", "grid", "level", "verdict", "upstream"} <= set(words)

    @pytest.mark.parametrize(
        "url", ["/tiles/nothing/3/3/3.png", "/tiles/world/EPSG3857/3/99/3.png", "/wmts/1.0.0/WMTSCapabilities.xml"]
    )
    def test_an_address_without_tile_is_said_to_be_one(self, config: Path, url: str) -> None:
        done = tilekeep_command("explain", url, directory=config.parent)

        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.startswith(f"{url}: ")


class TestServe:
    def test_a_configuration_with_errors_is_not_served(self, broken: Path) -> None:
        done = tilekeep_command("serve", "broken.yaml", "--bind", f"{HOST}:{free_port()}", directory=broken.parent)

        assert done.returncode == 2
        assert "broken.yaml:10:16: error: caches.world.meta_size: " in done.stderr

    @pytest.mark.parametrize(
        ("bind", "message"),
        [
            pytest.param("localhost", "is not HOST:PORT", id="no port"),
            pytest.param("127.0.0.1:99999", "is not HOST:PORT with a port from 1 to 65535", id="no such port"),
            pytest.param("256.1.1.1:8080", "cannot listen on 256.1.1.1:8080: ", id="no such address"),
            pytest.param("192.0.2.1:8080", "cannot listen on 192.0.2.1:8080: ", id="address of another machine"),
        ],
    )
    def test_an_address_that_cannot_be_used_is_named(self, config: Path, bind: str, message: str) -> None:
        done = tilekeep_command("serve", "mapproxy.yaml", "--bind", bind, directory=config.parent)

        assert done.returncode != 0
        assert message in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_host_may_be_given_by_its_name(self, config: Path, start: Callable[..., subprocess.Popen[bytes]]) -> None:
        port = free_port()

        start("serve", "mapproxy.yaml", "--bind", f"localhost:{port}")

        _until(lambda: answers(f"http://localhost:{port}/"))

    def test_a_port_in_use_is_named(self, config: Path) -> None:
        with socket.create_server((HOST, 0)) as other:
            bind = f"{HOST}:{other.getsockname()[1]}"

            done = tilekeep_command("serve", "mapproxy.yaml", "--bind", bind, directory=config.parent)

        assert done.returncode != 0
        assert f"cannot listen on {bind}: Address already in use" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_worker_that_dies_is_replaced_and_the_others_go_on(
        self, config: Path, tilekeep_server: Callable[..., Server]
    ) -> None:
        server = tilekeep_server(config.read_text(), workers=2)
        with connections_to_workers(server, workers=2) as connections:
            victim = connections[0][0].worker(server)
        assert victim is not None

        os.kill(victim, signal.SIGKILL)

        _until(lambda: "Unexpected exit from worker" in server.log and server.log.count("Started worker-") == 3)
        assert answers(server.url)
        assert victim not in living_members(server.pid)

    @pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_with_all_its_workers(
        self, config: Path, tilekeep_server: Callable[..., Server], stop: signal.Signals
    ) -> None:
        server = tilekeep_server(config.read_text(), workers=2)
        with connections_to_workers(server, workers=2):
            pass

        leader = server.pid
        os.kill(leader, stop)

        _until(lambda: not server.running)
        assert not answers(server.url)
        assert living_members(leader) == []
        assert "Stopped worker-2" in server.log

    def test_a_signal_ends_it_while_it_is_still_starting(
        self, config: Path, start: Callable[..., subprocess.Popen[bytes]]
    ) -> None:
        port = free_port()
        process = start("serve", "mapproxy.yaml", "--bind", f"{HOST}:{port}", "--workers", "2")
        _until(lambda: answers(f"http://{HOST}:{port}/"))

        process.terminate()

        assert process.wait(60) == 0
        assert living_members(process.pid) == []

    def test_an_environment_is_laid_over_the_configuration(
        self, config: Path, start: Callable[..., subprocess.Popen[bytes]]
    ) -> None:
        port = free_port()
        start("serve", "mapproxy.yaml", "--bind", f"{HOST}:{port}", "--env", "staging")
        _until(lambda: answers(f"http://{HOST}:{port}/"))

        tile = ask(f"http://{HOST}:{port}/tiles/world/EPSG3857/3/3/3.png")

        assert tile.cache_control == "public, max-age=3600, s-maxage=3600"

    def test_the_environment_may_come_from_a_variable(
        self, config: Path, tilekeep_server: Callable[..., Server]
    ) -> None:
        server = tilekeep_server(config.read_text(), env={"TILEKEEP_ENV": "staging"}, directory=config.parent)

        assert "max-age=3600" in ask(f"{server.url}/tiles/world/EPSG3857/3/3/3.png").cache_control

    def test_log_lines_can_be_json(
        self, config: Path, start: Callable[..., subprocess.Popen[bytes]], upstream: UpstreamServer
    ) -> None:
        port = free_port()
        start("serve", "mapproxy.yaml", "--bind", f"{HOST}:{port}", "--log-format", "json")
        _until(lambda: answers(f"http://{HOST}:{port}/"))

        ask(f"http://{HOST}:{port}/tiles/world/EPSG3857/3/3/3.png")

        lines = (config.parent / "output.log").read_text().splitlines()
        records = [json.loads(line) for line in lines if line.startswith("{")]
        (request,) = [record for record in records if record["logger"] == "tilekeep.source.request"]
        assert request["level"] == "info"
        assert f"{upstream.url}/wms?" in request["event"]

    def test_with_reload_a_changed_file_is_used_and_a_broken_one_is_not(
        self, config: Path, start: Callable[..., subprocess.Popen[bytes]]
    ) -> None:
        port = free_port()
        start("serve", "mapproxy.yaml", "--bind", f"{HOST}:{port}", "--reload", "--workers", "2")
        document = f"http://{HOST}:{port}/tms/1.0.0"
        _until(lambda: answers(document))
        good = config.read_text()
        assert "Another World" not in ask(document).body.decode()

        config.write_text(good.replace("title: World", "title: Another World"))
        _until(lambda: all("Another World" in ask(document).body.decode() for _ in range(10)))
        config.write_text(good.replace("sources: [world]", "sources: [wrld]"))
        while_broken = [ask(document) for _ in range(10)]
        config.write_text(good.replace("title: World", "title: Last World"))
        _until(lambda: all("Last World" in ask(document).body.decode() for _ in range(10)))

        assert {answer.status for answer in while_broken} == {200}
        # One of the workers may not have come to the other title before the file was broken.
        assert all("World" in answer.body.decode() for answer in while_broken)
        assert "the changed configuration is not used" in (config.parent / "output.log").read_text()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """A function that starts ``tilekeep ARGUMENTS`` beside the configuration; it prints into ``output.log``."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", *arguments]
        with (tmp_path / "output.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True)
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()
        process.wait(60)


def _until(true: Callable[[], bool]) -> None:
    """Waits for something that must come to pass; the time limit of the test ends what never does."""
    while not true():
        time.sleep(0.05)
