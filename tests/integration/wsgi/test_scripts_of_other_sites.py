"""A browser reads tiles and documents for scripts of other sites exactly where the option permits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page

from tests.fakes.catalogue import WEBMERCATOR, FakeLayers
from tests.fakes.wsgi import application
from tests.integration.support.served_application import Served, served

TILE = "/tiles/osm/EPSG3857/1/0/0.png"
DOCUMENT = "/wmts/1.0.0/WMTSCapabilities.xml"

#: What a script gets: the status, or the name of the error.
FETCH = """async ([url, options]) => {
  try { return String((await fetch(url, options)).status); } catch (error) { return error.name; }
}"""

PLAIN: dict[str, object] = {}
WITH_PREFLIGHT = {"headers": {"Authorization": "Bearer x", "X-Own": "1"}}


@pytest.fixture
def serve() -> Iterator[Callable[[str], Served]]:
    """A function that serves one layer with the option it is given."""
    with ExitStack() as stack:

        def start(allowed_origin: str) -> Served:
            layers = FakeLayers()
            layers.add("osm", WEBMERCATOR).put((1, 0, 0))
            return stack.enter_context(served(application(layers, access_control_allow_origin=allowed_origin)))

        yield start


def fetched(page: Page, site: Served, server: Served, path: str, options: dict[str, object]) -> str:
    """What a script on a page of ``site`` gets from ``server``; the page has no policy, unlike our own."""
    page.goto(f"{site.url}/no-page-of-ours")
    return str(page.evaluate(FETCH, [server.url + path, options]))


@pytest.mark.parametrize("path", [TILE, DOCUMENT])
@pytest.mark.parametrize(
    ("origin", "options", "expected"),
    [
        pytest.param("*", PLAIN, "200", id="everybody may read"),
        pytest.param("*", WITH_PREFLIGHT, "200", id="everybody may send headers"),
        pytest.param("*", {"method": "DELETE"}, "TypeError", id="nobody may send methods that no service has"),
        pytest.param("", PLAIN, "TypeError", id="nobody may read"),
        pytest.param("", WITH_PREFLIGHT, "TypeError", id="nobody may send headers"),
        pytest.param("https://other.example", PLAIN, "TypeError", id="another site may read"),
        pytest.param("SITE", WITH_PREFLIGHT, "200", id="this site may"),
    ],
)
def test_a_script_of_another_site(
    page: Page,
    serve: Callable[[str], Served],
    path: str,
    origin: str,
    options: dict[str, object],
    expected: str,
) -> None:
    site = serve("")
    server = serve(site.url if origin == "SITE" else origin)

    assert fetched(page, site, server, path, options) == expected


def test_scripts_of_the_own_site_need_no_permission(page: Page, serve: Callable[[str], Served]) -> None:
    site = serve("")

    assert fetched(page, site, site, TILE, WITH_PREFLIGHT) == "200"


def test_a_browser_revalidates_a_document_it_has(page: Page, serve: Callable[[str], Served]) -> None:
    site = serve("*")

    statuses = [fetched(page, site, site, DOCUMENT, PLAIN) for _ in range(2)]

    answered = [status for status, path in site.requests if path.startswith(DOCUMENT)]
    assert statuses == ["200", "200"]
    assert answered == ["200 OK", "304 Not Modified"]
