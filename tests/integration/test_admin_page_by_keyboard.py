"""The page of the admin service used with the keyboard alone, and runs of seeding stopped and tried again there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page

from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import ask
from tests.integration.support.upstream_server import Reply, UpstreamServer

pytestmark = pytest.mark.service("chromium")

TOKEN = "a-token-of-some-length"

CONFIG = """
services: {{tms: {{use_grid_names: true, origin: nw}}, admin: {{token: {token}, seed_config: seed.yaml}}}}
layers: [{{name: world, title: World, sources: [world]}}]
caches:
  world: {{grids: [webmercator], sources: [world]}}
  lost: {{grids: [webmercator], sources: [lost]}}
grids: {{webmercator: {{base: GLOBAL_WEBMERCATOR, num_levels: 12}}}}
sources:
  world: {{type: world}}
  lost: {{type: wms, req: {{url: '{url}/wms', layers: a}}}}
globals: {{cache: {{base_dir: cache, lock_dir: locks, meta_size: [2, 2], meta_buffer: 0}}}}
"""

SEED = """
seeds:
  long: {caches: [world], levels: {from: 8, to: 11}}
  lost: {caches: [lost], levels: [0]}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("keyboard")
    (directory / "seed.yaml").write_text(SEED)
    with UpstreamServer() as upstream:
        upstream.on("/wms", lambda _: Reply(status=404))
        with tilekeep(directory, CONFIG.format(token=TOKEN, url=upstream.url), workers=1, threads=4) as started:
            yield started


@pytest.fixture
def admin(page: Page, server: Server) -> Page:
    """The page, with the token."""
    page.goto(f"{server.url}/admin/")
    page.wait_for_selector("[data-ready=true]")
    page.focus("#token")
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("#count:enabled")
    return page


def started(admin: Page, task: str) -> Locator:
    """The latest run of a task, after it has been started."""
    admin.select_option("#task", label=f"seed {task}")
    admin.focus("#start-form button")
    admin.keyboard.press("Enter")
    row = admin.locator("#runs li[data-key][data-state=running]").filter(has_text=task)
    row.wait_for(timeout=60_000)
    return admin.locator(f"#runs li[data-key='{row.get_attribute('data-key')}']")


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return found


def test_every_control_is_reached_and_seen_to_be(admin: Page) -> None:
    admin.evaluate("document.activeElement.blur()")
    reached: list[str] = []
    hidden: list[str] = []

    for _ in range(60):
        admin.keyboard.press("Tab")
        if admin.evaluate("document.activeElement === document.body"):  # behind the last one
            continue
        reached.append(focused(admin))
        style = admin.evaluate(
            "(({ outlineStyle, boxShadow }) => [outlineStyle, boxShadow])(getComputedStyle(document.activeElement))"
        )
        if style == ["none", "none"]:
            hidden.append(reached[-1])

    wanted = ["token", "cache", "level", "count", "draw", "window", "only-level", "invalidate", "map", "task", "Start"]
    assert [name for name in wanted if name not in reached] == []
    assert hidden == []


def test_what_the_map_shows_is_marked_as_stale(admin: Page, server: Server) -> None:
    for path in ("5/8/14", "5/24/14"):
        ask(f"{server.url}/tiles/world/webmercator/{path}.png")
    admin.focus("#map")
    for key in ("ArrowLeft", "+", "+"):
        admin.keyboard.press(key)
        admin.wait_for_timeout(400)

    admin.focus("#window")
    admin.keyboard.press("Enter")
    admin.wait_for_selector("#area:has-text('what the map shows')")
    admin.focus("#invalidate")
    admin.keyboard.press("Enter")

    admin.wait_for_selector("#area:has-text('Marked as stale: ')")
    marked = admin.inner_text("#area")
    tiles = int(marked.split("Marked as stale: ")[1].split()[0].replace(",", ""))
    assert 0 < tiles < 8, "those of one block, or a part of it"


def test_a_run_is_stopped_and_gone_on_with_and_the_button_stays_in_focus(admin: Page) -> None:
    run = started(admin, "long")
    button = run.locator("button")
    button.focus()
    admin.evaluate("window.before = document.activeElement")
    admin.wait_for_function("() => !window.before.isConnected")  # the list has been written anew

    in_focus = focused(admin)
    admin.keyboard.press("Enter")
    admin.wait_for_selector(f"#runs li[data-key='{run.get_attribute('data-key')}'][data-state=stopped]", timeout=60_000)
    what_next = button.inner_text()
    button.press("Enter")
    run.and_(admin.locator("[data-state=running]")).wait_for(timeout=60_000)
    button.press("Enter")
    run.and_(admin.locator("[data-state=stopped]")).wait_for(timeout=60_000)

    assert (in_focus, what_next) == ("Stop", "Go on")


def test_what_a_run_could_not_make_is_tried_once_more(admin: Page) -> None:
    run = started(admin, "lost")
    incomplete = run.and_(admin.locator("[data-state=incomplete]"))
    incomplete.wait_for(timeout=90_000)
    first, offered = run.locator("p").first.inner_text(), run.locator("button").inner_text()
    run.locator("summary").press("Enter")
    last_words = run.locator("pre").inner_text()

    run.locator("button").press("Enter")
    run.and_(admin.locator("[data-state=running]")).wait_for(timeout=60_000)
    incomplete.wait_for(timeout=90_000)

    assert offered == "Retry failed"
    assert "1 failed" in first
    assert run.locator("p").first.inner_text() != first
    assert run.locator("details[open]").count() == 1, "what was opened stays open"
    assert "given up" in last_words
