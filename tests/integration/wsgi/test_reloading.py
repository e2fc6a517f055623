"""A changed configuration file is used from the next request on."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from tests.contract.processes import forked, wait_for
from tilekeep import make_wsgi_app
from tilekeep.config.process_resources import ProcessResources
from tilekeep.domain.errors import ConfigurationError
from tilekeep.entrypoints.wsgi.reloading import Build, ReloadingApplication
from tilekeep.entrypoints.wsgi.watched_files import WatchedFiles

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mapproxy.yaml"
    path.write_text("one")
    return path


def build_from(path: Path) -> Build:
    """An application that answers with the text its file had when it was built; the text "broken" cannot be built.

    The text "based on NAME" stands for what is in another file.
    """

    def build(files: WatchedFiles) -> WSGIApplication:
        text = files.read(str(path)).decode()
        if text.startswith("based on "):
            text = files.read(str(path.with_name(text.removeprefix("based on ")))).decode()
        if text == "broken":
            raise ConfigurationError("broken configuration")
        if text == "fault":
            raise ZeroDivisionError("a fault of the program")

        def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [text.encode()]

        return application

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


def test_a_fault_of_the_program_keeps_the_application_too(config: Path, caplog: pytest.LogCaptureFixture) -> None:
    application = ReloadingApplication(build_from(config))
    change(config, "fault")

    with caplog.at_level(logging.ERROR):
        answers = [answer(application), answer(application)]

    assert answers == ["one", "one"]
    assert len(caplog.records) == 1
    assert "ZeroDivisionError" in caplog.text


def test_a_file_that_only_the_broken_configuration_names_is_watched(config: Path) -> None:
    application = ReloadingApplication(build_from(config))
    config.with_name("base").write_text("broken")
    change(config, "based on base")
    assert answer(application) == "one"

    change(config.with_name("base"), "repaired")

    assert answer(application) == "repaired"


def test_a_file_that_comes_into_being_is_noticed(config: Path) -> None:
    application = ReloadingApplication(build_from(config), without=nothing_yet)
    change(config, "broken")
    config.with_name("base").unlink(missing_ok=True)
    change(config, "based on base")
    assert answer(application) == "one"

    config.with_name("base").write_text("here")

    assert answer(application) == "here"


def test_a_change_while_the_application_is_built_is_not_missed(config: Path) -> None:
    def build(files: WatchedFiles) -> WSGIApplication:
        application = plain(files)
        if files.read(str(config)) == b"two":
            change(config, "three")
        return application

    plain = build_from(config)
    application = ReloadingApplication(build)
    change(config, "two")

    assert [answer(application), answer(application)] == ["two", "three"]


def test_a_replaced_file_of_the_same_time_and_size_is_noticed(config: Path) -> None:
    application = ReloadingApplication(build_from(config))
    status = config.stat()
    new = config.with_name("new")
    new.write_text("two")
    os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))

    new.rename(config)

    assert answer(application) == "two"


def test_meanwhile_others_are_answered_by_the_application_before(config: Path) -> None:
    is_building, may_end = threading.Event(), threading.Event()

    def build(files: WatchedFiles) -> WSGIApplication:
        application = plain(files)
        if files.read(str(config)) == b"two":
            is_building.set()
            assert may_end.wait(30)
        return application

    plain = build_from(config)
    application = ReloadingApplication(build)
    change(config, "two")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(answer, application)
        assert is_building.wait(30)

        meanwhile = answer(application)

        may_end.set()
        assert (meanwhile, first.result(), answer(application)) == ("one", "two", "two")


def test_without_any_application_something_else_answers_until_there_is_one(
    config: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config.write_text("broken")
    with caplog.at_level(logging.ERROR):
        application = ReloadingApplication(build_from(config), without=nothing_yet)
        answers = [answer(application), answer(application)]

    change(config, "repaired")

    assert answers == ["nothing yet", "nothing yet"]
    assert caplog.messages == ["the configuration cannot be used: broken configuration"]
    assert answer(application) == "repaired"


def test_the_first_application_has_to_be_good_where_nothing_stands_for_it(config: Path) -> None:
    config.write_text("broken")

    with pytest.raises(ConfigurationError, match="broken configuration"):
        ReloadingApplication(build_from(config))


def nothing_yet(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Stands for an application."""
    start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
    return [b"nothing yet"]


CONFIG = """
services: {tms: }
layers: [{name: world, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [world]}}
sources: {world: {type: world}}
"""


def living() -> list[ProcessResources]:
    """All sets of fork-sensitive parts that have not been collected: one of each application, built or reloading."""
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

    assert len(living()) - before == 2 + 1


def test_the_application_in_service_is_reset_in_forked_children(config: Path) -> None:
    known = living()
    config.write_text(CONFIG)
    application = make_wsgi_app(str(config), reloader=True)
    change(config, f"{CONFIG}# again")
    assert Client(application).get("/").status_code == 200
    resources = [each for each in living() if not any(each is other for other in known)]
    parts = [CountsResets() for _ in resources]
    for each, part in zip(resources, parts, strict=True):
        each.keep(part)

    def work() -> None:
        assert {part.resets for part in parts} == {1}

    wait_for(forked(work))
    assert {part.resets for part in parts} == {0}


class CountsResets:
    """A part that does not survive a fork."""

    def __init__(self) -> None:
        self.resets = 0

    def reset_after_fork(self) -> None:
        self.resets += 1
