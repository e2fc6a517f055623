"""The configuration changes while clients ask for tiles: no request fails, and each change is read once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.integration.services.process import HOST, Server, free_port, wait_until
from tests.integration.support.answers import ask
from tilekeep.config.loading.settings_file import read_file
from tilekeep.entrypoints.wsgi.make_app import ApplicationBuild
from tilekeep.entrypoints.wsgi.reloading import ReloadingApplication
from tilekeep.entrypoints.wsgi.watched_files import WatchedFiles

_CONFIG = """
base: base.yaml
services: {{tms: {{md: {{title: "Edition {edition}"}}}}}}
layers: [{{name: world, title: World, sources: [world]}}]
"""
_BASE = """
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [world], meta_size: [1, 1]}}
sources: {world: {type: world}}
"""
_TILE = "/tiles/world/EPSG3857/1/0/0.png"
_CHANGES = 6
_THREADS = 4


class ChangingConfiguration:
    """A configuration and its base in a directory; each edition has another title."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "mapproxy.yaml"
        (directory / "base.yaml").write_text(_BASE)
        self.write(0)

    def write(self, edition: int, *, broken: bool = False) -> None:
        """Puts an edition in the place of the one before, in one step as careful editors do."""
        new = self.path.with_suffix(".new")
        new.write_text(_CONFIG.format(edition=edition) + ("layers: ]" if broken else ""))
        os.replace(new, self.path)


@pytest.fixture
def config(tmp_path: Path) -> ChangingConfiguration:
    return ChangingConfiguration(tmp_path)


@contextmanager
def load(request: Callable[[], int]) -> Iterator[Counter[int]]:
    """Threads that ask one request after the other meanwhile; their statuses, complete when the context has ended."""
    statuses: Counter[int] = Counter()
    is_over = threading.Event()

    def keep_asking() -> None:
        while not is_over.is_set():
            statuses[request()] += 1

    threads = [threading.Thread(target=keep_asking) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def test_threads_of_a_process_read_each_change_once_between_them(config: ChangingConfiguration) -> None:
    reads: Counter[str] = Counter()

    def counting(path: str) -> bytes:
        reads[Path(path).name] += 1
        return read_file(path)

    application = ReloadingApplication(ApplicationBuild(str(config.path), None), watch=lambda: WatchedFiles(counting))
    client = Client(application)

    def is_served(edition: int) -> bool:
        return f"Edition {edition}" in client.get("/tms/1.0.0").text

    with load(lambda: Client(application).get(_TILE).status_code) as statuses:
        for edition in range(1, _CHANGES + 1):
            config.write(edition)
            wait_until(lambda edition=edition: is_served(edition))  # type: ignore[misc]

    assert set(statuses) == {200}
    assert reads == {"mapproxy.yaml": 1 + _CHANGES, "base.yaml": 1 + _CHANGES}


def test_a_broken_change_is_looked_at_once_however_many_ask(
    config: ChangingConfiguration, caplog: pytest.LogCaptureFixture
) -> None:
    application = ReloadingApplication(ApplicationBuild(str(config.path), None))

    with load(lambda: Client(application).get(_TILE).status_code) as statuses:
        config.write(1, broken=True)
        wait_until(lambda: caplog.records != [])
        seen = sum(statuses.values())
        wait_until(lambda: sum(statuses.values()) > seen + 100)

    assert set(statuses) == {200}
    assert len(caplog.records) == 1
    assert f"{config.path}:" in caplog.messages[0]


@pytest.mark.parametrize("changed", ["configuration", "base"])
def test_workers_of_a_server_reload_without_losing_a_request(
    config: ChangingConfiguration, running: Callable[[Server], Server], changed: str
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "serve", str(config.path), "--reload"]
    options = ["--bind", f"{HOST}:{port}", "--workers", "2", "--threads", str(_THREADS)]
    server = running(Server([*command, *options], config.path.parent, port))

    def reloads() -> int:
        return server.log.count("has been reloaded")

    with load(lambda: ask(server.url + _TILE).status) as statuses:
        for edition in range(1, _CHANGES + 1):
            if changed == "base":
                (config.path.parent / "base.yaml").write_text(f"{_BASE}# {edition}")
            else:
                config.write(edition)
            wait_until(lambda edition=edition: reloads() >= 2 * edition)  # type: ignore[misc]

    assert set(statuses) == {200}
    assert reloads() == 2 * _CHANGES


def serves(server: Server, edition: bytes) -> bool:
    """Whether the server answers with an edition; a worker that is about to end may refuse to answer at all."""
    with contextlib.suppress(OSError):
        return edition in ask(f"{server.url}/tms/1.0.0").body
    return False


@pytest.mark.parametrize("options", [pytest.param([], id="as-it-was"), pytest.param(["--reload"], id="reload")])
def test_new_workers_go_on_with_the_configuration_before_while_the_file_is_broken(
    config: ChangingConfiguration, running: Callable[[Server], Server], options: list[str]
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tilekeep.entrypoints.cli.main", "serve", str(config.path), *options]
    server = running(Server([*command, "--bind", f"{HOST}:{port}", "--workers", "1"], config.path.parent, port))

    config.write(1, broken=True)
    worker = int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text())
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: "configuration cannot be used" in server.log and server.answers())
    while_broken = ask(f"{server.url}/tms/1.0.0").body
    config.write(2)
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: serves(server, b"Edition 2"))

    assert b"Edition 0" in while_broken
    assert server.running
