"""Hundreds of maps and tiles from caches of every kind: Tilekeep draws what MapProxy 7.0.0 draws.

Both programs get the same configuration, the same MapServer and a cache of their own, and answer the same requests.
What is stored is compared pixel by pixel, what is resampled with the tolerance that its kind needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from tests.integration.maps.asked import Asked
from tests.integration.maps.configuration import configuration, write_files
from tests.integration.maps.corpus_of_layers import layers
from tests.integration.maps.corpus_of_places import places
from tests.integration.maps.corpus_of_tiles import tiles
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.mapserver import MapServer
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.pixel_difference import Difference, difference

CORPUS = [*places(), *layers(), *tiles()]


class Pair(NamedTuple):
    """Both programs, each with a cache of its own."""

    reference: Server
    ours: Server

    def ask(self, path: str) -> tuple[Answer, Answer]:
        """The answers of the reference and of Tilekeep, asked at the same time."""
        with ThreadPoolExecutor(2) as threads:
            theirs = threads.submit(ask, self.reference.url + path)
            return theirs.result(), ask(self.ours.url + path)


@pytest.fixture(scope="module")
def pair(mapserver_of_session: MapServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    config = configuration(mapserver_of_session.fcgi_url)
    directories = [tmp_path_factory.mktemp("reference"), tmp_path_factory.mktemp("ours")]
    for directory in directories:
        write_files(directory)
    with ExitStack() as stack:
        reference = stack.enter_context(mapproxy(directories[0], config))
        yield Pair(reference, stack.enter_context(tilekeep(directories[1], config, workers=1)))


@pytest.fixture(autouse=True)
def _running_map_server(mapserver_of_session: MapServer) -> None:
    """Other tests take it away and may leave it so."""
    if not mapserver_of_session.running:
        mapserver_of_session.start()


@pytest.mark.parametrize("asked", [pytest.param(asked, id=asked.name) for asked in CORPUS])
def test_maps_and_tiles_show_the_same(pair: Pair, asked: Asked) -> None:
    """Where the first answers differ the second count: see ``test_a_map_of_new_tiles_is_made_of_what_is_stored``."""
    theirs, ours = pair.ask(asked.path)
    if not _apart(theirs, ours, asked).within(asked.tolerance):
        theirs, ours = pair.ask(asked.path)

    assert (theirs.status, theirs.headers["content-type"]) == (200, ours.headers["content-type"])
    assert ours.status == 200
    found = _apart(theirs, ours, asked)
    assert found.within(asked.tolerance), f"{found} is more than {asked.tolerance}: {asked.path}"


def _apart(theirs: Answer, ours: Answer, asked: Asked) -> Difference:
    return difference(theirs.pixels(), ours.pixels(), asked.tolerance.far)


def test_the_corpus_is_large_and_names_each_request_once() -> None:
    names = [asked.name for asked in CORPUS]

    assert len(set(names)) == len(names) >= 300
    for service in ("/service?SERVICE=WMS", "/service?SERVICE=WMTS", "/wmts/", "/tms/", "/tiles/"):
        assert any(asked.path.startswith(service) for asked in CORPUS)
