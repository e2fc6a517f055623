"""A changed configuration file is used from the next request on."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from tests.contract.processes import forked, wait_for
from tilekeep import make_wsgi_app
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.wsgi.reloading import BuiltApplication, ReloadingApplication

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mapproxy.yaml"
    path.write_text("one")
    return path


def build_from(path: Path) -> Callable[[], BuiltApplication]:
    """An application that answers with the text its file had when it was built; the text "broken" cannot be built."""

    def build() -> BuiltApplication:
        text = path.read_text()
        if text == "broken":
            raise ConfigurationError("broken configuration")

        def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [text.encode()]

        return BuiltApplication(application, (str(path),))

    return build


def change(path: Path, text: str) -> None:
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def answer(application: ReloadingApplication) -> str:
    return Client(application).get("/").text


def test_an_unchanged_file_keeps_the_application(config: Path) -> None:
    application = ReloadingApplication(build_from(config))

    assert ["one", "one"] == [answer(application), answer(application)]


def test_a_changed_file_is_used_from_the_next_request_on(config: Path) -> None:
    application = ReloadingApplication(build_from(config))

    change(config, "two")

    assert answer(application) == "two"


def test_a_broken_file_keeps_the_application_and_is_reported_once(
    config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    application = ReloadingApplication(build_from(config))
    change(config, "broken")

    with caplog.at_level(logging.ERROR):
        answers = [answer(application), answer(application)]

    assert answers == ["one", "one"]
    assert ["the changed configuration is not used: broken configuration"] == caplog.messages


def test_a_file_that_is_repaired_is_used_again(config: Path) -> None:
    application = ReloadingApplication(build_from(config))
    change(config, "broken")
    answer(application)

    change(config, "three")

    assert answer(application) == "three"


def test_a_file_that_vanishes_keeps_the_application_once_it_is_back(config: Path) -> None:
    application = ReloadingApplication(build_from(config))
    moved = config.rename(config.with_suffix(".moved"))
    config.write_text("broken")
    answer(application)

    moved.rename(config)
    change(config, "back")

    assert answer(application) == "back"


CONFIG = """
services: {tms: }
layers: [{name: world, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [world]}}
sources: {world: {type: world}}
"""


def living() -> list[ProcessResources]:
    """All sets of fork-sensitive parts that have not been collected."""
    gc.collect()
    return [each for each in gc.get_objects() if isinstance(each, ProcessResources)]


@pytest.mark.parametrize(
    "another",
    [
        pytest.param("{config}# {number}", id="what the first of them made is kept"),
        pytest.param("{config}globals: {{cache: {{meta_buffer: {number}}}}}", id="what none can use is not"),
    ],
)
def test_of_many_applications_in_turn_one_is_left_beside_the_one_in_service(config: Path, another: str) -> None:
    before = len(living())
    config.write_text(CONFIG)
    application = make_wsgi_app(str(config), reloader=True)

    for number in range(5):
        change(config, another.format(config=CONFIG, number=number))
        assert Client(application).get("/tiles/world/EPSG3857/0/0/0.png").status_code == 200

    assert len(living()) - before == 2


def test_the_application_in_service_is_reset_in_forked_children(config: Path) -> None:
    known = living()
    config.write_text(CONFIG)
    application = make_wsgi_app(str(config), reloader=True)
    change(config, f"{CONFIG}# again")
    assert Client(application).get("/").status_code == 200
    (resources,) = (each for each in living() if not any(each is other for other in known))
    part = CountsResets()
    resources.keep(part)

    def work() -> None:
        assert part.resets == 1

    wait_for(forked(work))
    assert part.resets == 0


class CountsResets:
    """A part that does not survive a fork."""

    def __init__(self) -> None:
        self.resets = 0

    def reset_after_fork(self) -> None:
        self.resets += 1
