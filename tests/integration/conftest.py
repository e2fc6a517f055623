"""The real programs that integration tests talk to, started on free ports of 127.0.0.1 when a test asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.services.chromium import chromium_browser
from tests.integration.services.mapcache import mapcache
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.nginx import nginx_files, nginx_proxy
from tests.integration.services.process import Server
from tests.integration.services.process import free_port as _free_port
from tests.integration.services.tilekeep import tilekeep


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that finds a TCP port of 127.0.0.1 on which nobody listens."""
    return _free_port


@pytest.fixture(scope="session")
def mapserver_of_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MapServer]:
    """One MapServer for the whole run; tests take ``mapserver``."""
    service = MapServer(tmp_path_factory.mktemp("mapserver"))
    service.start()
    yield service
    service.stop()


@pytest.fixture
def mapserver(mapserver_of_session: MapServer) -> MapServer:
    """A running MapServer whose log of requests is empty; a test may stop and start it as it likes."""
    if not mapserver_of_session.running:
        mapserver_of_session.start()
    mapserver_of_session.forget_requests()
    return mapserver_of_session


@pytest.fixture
def new_directory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function that makes an empty directory for a service, apart from the test's own ``tmp_path``."""
    return tmp_path_factory.mktemp


@pytest.fixture
def running() -> Iterator[Callable[[Server], Server]]:
    """A function that starts a server and hands it back; the end of the test stops it."""
    with ExitStack() as stack:
        yield stack.enter_context


@pytest.fixture
def mapproxy_server(running: Callable[[Server], Server], new_directory: Callable[[str], Path]) -> Callable[..., Server]:
    """``mapproxy_server(config_text, directory=None) -> Server``: MapProxy of ``make reference``, on gunicorn.

    Relative paths of the configuration start at ``directory`` (``.directory`` of what comes back).
    """

    def start(config: str, directory: Path | None = None) -> Server:
        return running(mapproxy(directory or new_directory("mapproxy"), config))

    return start


@pytest.fixture
def tilekeep_server(running: Callable[[Server], Server], new_directory: Callable[[str], Path]) -> Callable[..., Server]:
    """``tilekeep_server(config_text, workers=2, threads=4, env=None, directory=None) -> Server``: tilekeep serve."""

    def start(
        config: str,
        workers: int = 2,
        threads: int = 4,
        env: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> Server:
        where = directory or new_directory("tilekeep")
        return running(tilekeep(where, config, workers=workers, threads=threads, env=env))

    return start


@pytest.fixture
def mapcache_server(
    running: Callable[[Server], Server], new_directory: Callable[[str], Path]
) -> Callable[[str, str, str], Server]:
    """``mapcache_server(name, wms_url, layers) -> Server``: MapCache in Apache, one tile set in web mercator."""
    return lambda name, wms_url, layers: running(mapcache(new_directory("mapcache"), name, wms_url, layers))


@pytest.fixture
def file_server(running: Callable[[Server], Server], new_directory: Callable[[str], Path]) -> Callable[[Path], Server]:
    """``file_server(root) -> Server``: nginx with the files below ``root``."""
    return lambda root: running(nginx_files(new_directory("nginx"), root))


@pytest.fixture
def proxy_server(
    running: Callable[[Server], Server], new_directory: Callable[[str], Path]
) -> Callable[[str, str], Server]:
    """``proxy_server(upstream_url, prefix) -> Server``: nginx that passes ``prefix/...`` on, as deployments do."""
    return lambda upstream, prefix: running(nginx_proxy(new_directory("nginx"), upstream, prefix))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run; tests take ``page``."""
    with chromium_browser() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page of 800 by 600 pixels with a profile of its own."""
    context = chromium.new_context(viewport={"width": 800, "height": 600})
    yield context.new_page()
    context.close()
