"""What is logged, where and in which form: by the command, under other servers, and with set-ups made for MapProxy."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.services.mapproxy import mapproxy_python
from tests.integration.services.process import HOST, Server, free_port, wait_until
from tests.integration.support.answers import ask
from tests.integration.support.command_line import tilekeep_command
from tests.integration.support.drawing import draw_wms
from tests.integration.support.upstream_server import UpstreamServer

_CONFIG = """
{more}
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], meta_size: [1, 1], meta_buffer: 0}}}}
sources: {{wms: {{type: wms, req: {{url: "http://user:secret@{host}/wms?token=secret", layers: all}}}}}}
"""
_TILE = "/tms/1.0.0/world/EPSG3857/2/1/1.png"

#: As ``mapproxy-util create -t log-ini`` writes it, in its own words: everything here, requests to sources there.
_LOG_INI = """
[loggers]
keys=root,requests
[handlers]
keys=all,requests
[formatters]
keys=all,requests
[logger_root]
level=INFO
handlers=all
[logger_requests]
level=INFO
qualname={program}.source.request
propagate=0
handlers=requests
[handler_all]
class=FileHandler
formatter=all
args=(r"%(here)s/all.log", "a")
[handler_requests]
class=FileHandler
formatter=requests
args=(r"%(here)s/requests.log", "a")
[formatter_all]
format=%(asctime)s - %(levelname)s - %(name)s - %(message)s
[formatter_requests]
format=[%(asctime)s] %(message)s
"""


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_wms)
        yield server


@pytest.fixture
def write(upstream: UpstreamServer, tmp_path: Path) -> Callable[[str], Path]:
    """A function from further options to a configuration file."""

    def written(more: str = "") -> Path:
        path = tmp_path / "mapproxy.yaml"
        path.write_text(_CONFIG.format(more=more, host=upstream.url.removeprefix("http://")))
        return path

    return written


@pytest.fixture
def serve(running: Callable[[Server], Server]) -> Callable[..., Server]:
    """A function from a configuration and options to a server; its log is no terminal."""

    def start(config: Path, *options: str) -> Server:
        port = free_port()
        command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "serve", str(config), "--workers", "1"]
        return running(Server([*command, "--bind", f"{HOST}:{port}", *options], config.parent, port))

    return start


def records(server: Server, logger: str) -> list[dict[str, Any]]:
    """The lines of a logger, read as JSON."""
    lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["logger"] == logger]


class TestForms:
    def test_lines_are_json_where_nobody_looks_on(
        self, write: Callable[..., Path], serve: Callable[..., Server], upstream: UpstreamServer
    ) -> None:
        server = serve(write())

        ask(server.url + _TILE)

        (record,) = records(server, "tilekeep.source.request")
        assert (record["method"], record["status"], record["level"]) == ("GET", 200, "info")
        assert record["url"].startswith("http://***@") or upstream.url in record["url"]
        assert record["bytes"] > 0
        assert record["ms"] > 0
        assert "secret" not in server.log

    def test_lines_are_text_where_that_is_asked_for(
        self, write: Callable[..., Path], serve: Callable[..., Server]
    ) -> None:
        server = serve(write(), "--log-format", "text")

        ask(server.url + _TILE)

        (line,) = [line for line in server.log.splitlines() if "tilekeep.source.request" in line]
        assert re.search(r"GET http://\S+ 200 \d+\.\d \d+", line)
        assert "details" not in line

    def test_a_person_at_a_terminal_gets_text(self, write: Callable[..., Path]) -> None:
        program = (
            "import pty, sys, os; read = lambda fd: os.read(fd, 1024);"
            f"pty.spawn([sys.executable, '-c', {_LOG_ONE_LINE!r}], read)"
        )

        shown = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60).stdout

        assert b"a line" in shown
        assert b'{"' not in shown


_LOG_ONE_LINE = (
    "import logging; from tilekeep.entrypoints.logs import chosen_format, log_to_standard_error;"
    "log_to_standard_error(chosen_format('auto')); logging.getLogger('tilekeep.x').info('a line')"
)


class TestSetUpsOfMapProxy:
    @pytest.mark.parametrize("named", ["mapproxy", "tilekeep"])
    def test_serve_takes_a_file_that_names_loggers_as_mapproxy_does(
        self, write: Callable[..., Path], serve: Callable[..., Server], tmp_path: Path, named: str
    ) -> None:
        (tmp_path / "log.ini").write_text(_LOG_INI.format(program=named))
        server = serve(write(), "--log-config", str(tmp_path / "log.ini"))

        ask(server.url + _TILE)

        wait_until(lambda: (tmp_path / "requests.log").read_text() != "")
        (line,) = (tmp_path / "requests.log").read_text().splitlines()
        assert re.fullmatch(r"\[[^]]+\] GET http://\S+ 200 \d+\.\d \d+", line)
        assert "GET" not in (tmp_path / "all.log").read_text()
        assert "secret" not in line

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            pytest.param("[loggers]\nkeys=root\n", "has no 'formatters'", id="section"),
            pytest.param("keys=root\n", "cannot be used", id="no-ini"),
            pytest.param(
                _LOG_INI.format(program="mapproxy").replace("requests.log", "no/no.log"), "no/no.log", id="file"
            ),
        ],
    )
    def test_a_file_that_means_nothing_is_told_before_anything_starts(
        self, write: Callable[..., Path], tmp_path: Path, text: str, said: str
    ) -> None:
        (tmp_path / "log.ini").write_text(text)

        done = tilekeep_command("serve", str(write()), "--log-config", "log.ini", directory=tmp_path)

        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_script_that_sets_logging_up_itself_gets_the_line_it_got_from_mapproxy(
        self, write: Callable[..., Path], tmp_path: Path
    ) -> None:
        write()
        (tmp_path / "log.ini").write_text(_LOG_INI.format(program="mapproxy"))

        ours, theirs = (_requests_line(program, python, tmp_path) for program, python in _PROGRAMS())

        assert _shape(ours) == _shape(theirs)

    def test_a_set_up_for_both_names_leaves_each_its_own(self) -> None:
        script = """
import logging
from tilekeep.entrypoints.mapproxy_loggers import adopt_mapproxy_loggers
logging.getLogger("mapproxy.source.request").setLevel(logging.ERROR)
logging.getLogger("tilekeep.source.request").setLevel(logging.INFO)
logging.getLogger("mapproxy.cache.s3").setLevel(logging.DEBUG)
logging.getLogger("mapproxy.config")
adopt_mapproxy_loggers()
adopt_mapproxy_loggers()
print([logging.getLogger(f"tilekeep.{name}").level for name in ("source.request", "cache.tile", "config")])
"""
        shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

        assert shown.strip() == "[20, 10, 0]"

    @pytest.mark.parametrize("text", ["nothing", "[loggers]\nkeys=root\n", "[loggers]\nkeys=a\n[logger_a]\n"])
    def test_a_file_that_means_nothing_is_refused_in_words(
        self, write: Callable[..., Path], tmp_path: Path, text: str
    ) -> None:
        write()
        (tmp_path / "log.ini").write_text(text)
        script = f"from tilekeep.entrypoints.logs import log_as_configured as f; f({str(tmp_path / 'log.ini')!r}, '.')"

        ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

        assert "ValueError: the logging configuration" in ended.stderr


class TestAccess:
    _ON = "globals: {logging: {access: true, upstream: false}}"

    def test_each_request_is_a_line_with_what_is_known_of_it(
        self, write: Callable[..., Path], serve: Callable[..., Server]
    ) -> None:
        server = serve(write(self._ON))

        for path in (_TILE, _TILE, "/nothing?api_key=secret&x=a%20b"):
            ask(server.url + path)

        made, hit, nothing = [line for line in records(server, "tilekeep.access") if line["url"] != "/"]
        assert [made["state"], hit["state"], nothing["state"]] == ["miss", "hit", None]
        assert (hit["service"], hit["layers"], hit["status"], hit["client"]) == ("tms", ["world"], 200, "127.0.0.1")
        assert (nothing["status"], nothing["method"]) == (404, "GET")
        assert "secret" not in server.log
        assert records(server, "tilekeep.source.request") == []

    def test_a_name_from_a_proxy_is_in_all_lines_of_the_request_and_told_back(
        self, write: Callable[..., Path], serve: Callable[..., Server]
    ) -> None:
        server = serve(write("globals: {logging: {access: true}}"))

        answer = ask(server.url + _TILE, {"X-Request-ID": "from-the-proxy.1"})

        (upstream_line,) = records(server, "tilekeep.source.request")
        access_line = records(server, "tilekeep.access")[-1]
        assert answer.headers["x-request-id"] == "from-the-proxy.1"
        assert (upstream_line["request_id"], access_line["request_id"]) == ("from-the-proxy.1",) * 2

    def test_a_name_that_could_do_harm_is_replaced(
        self, write: Callable[..., Path], serve: Callable[..., Server]
    ) -> None:
        server = serve(write(self._ON))
        names = ["", "a b", "x" * 65, '"}{"', "\xe4"]

        given = [ask(f"{server.url}/x", {"X-Request-ID": name}).headers["x-request-id"] for name in names]

        assert [each for each in given if not re.fullmatch(r"[0-9a-f]{16}", each)] == []
        assert len(set(given)) == len(names)

    def test_nothing_is_logged_or_told_by_default(
        self, write: Callable[..., Path], serve: Callable[..., Server]
    ) -> None:
        server = serve(write())

        answer = ask(server.url + _TILE)

        assert "x-request-id" not in answer.headers
        assert records(server, "tilekeep.access") == []

    def test_no_address_can_forge_a_line(self, write: Callable[..., Path], serve: Callable[..., Server]) -> None:
        server = serve(write(self._ON), "--log-format", "text")

        for path in ("/a%0Aforged", "/%1b[2J", "/%e2%80%ae", "/?x=%0a%0dforged"):
            ask(server.url + path)

        assert not any(line.startswith("forged") for line in server.log.splitlines())
        assert "\x1b[2J" not in server.log
        assert "\u202e" not in server.log


def _PROGRAMS() -> list[tuple[str, str]]:  # noqa: N802 - what it gives does not change
    return [("tilekeep", sys.executable), ("mapproxy", str(mapproxy_python()))]


_SCRIPT = """
from logging.config import fileConfig
fileConfig("log.ini", {{"here": {here!r}}})
from {program}.wsgiapp import make_wsgi_app
application = make_wsgi_app("mapproxy.yaml")
from wsgiref.util import setup_testing_defaults
environ = {{"PATH_INFO": {path!r}, "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "QUERY_STRING": ""}}
setup_testing_defaults(environ)
list(application(environ, lambda *answer: None))
"""


def _requests_line(program: str, python: str, directory: Path) -> str:
    """What stands in the log of requests after one tile."""
    log = directory / "requests.log"
    log.unlink(missing_ok=True)
    cache = directory / "cache_data"
    if cache.exists():
        subprocess.run(["rm", "-r", str(cache)], check=True)
    script = _SCRIPT.format(here=str(directory), program=program, path=_TILE)
    subprocess.run([python, "-c", script], cwd=directory, check=True, capture_output=True, timeout=120)
    return log.read_text()


def _shape(line: str) -> str:
    """The line with times, sizes and addresses replaced."""
    line = re.sub(r"http://\S+", "URL", line)
    return re.sub(r"[0-9]+", "N", line)
