"""People see how far a task has got, of how much, and how the servers stand."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console

from tests.fakes.clock import FakeClock
from tests.fakes.map_source import FakeMapSource
from tests.fakes.projection import FakeProjection
from tests.fakes.upstream_gate import FakeUpstreamGate
from tests.unit.application.kitchen import Kitchen
from tests.unit.application.test_seeding import META, task_for
from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.domain.map_query import Upstream
from tilekeep.domain.seeding import ChunkJob, Tally, TaskProgress
from tilekeep.domain.upstream_load import UpstreamStatus
from tilekeep.entrypoints.seeding.display import TerminalReport
from tilekeep.entrypoints.seeding.server_loads import ServerLoads
from tilekeep.entrypoints.seeding.summary import Summaries

SERVER = Upstream("user:secret@maps.example", requests_per_second=20.0)
CALM = UpstreamStatus(None, 0.0, "closed", 0, 7)


class Gate(FakeUpstreamGate):
    """A gate to servers that stand as a test says."""

    def __init__(self, status: UpstreamStatus) -> None:
        super().__init__(FakeClock())
        self._status = status

    def status(self, upstream: Upstream) -> UpstreamStatus:
        return self._status


def seeding(task: SeedTask, status: UpstreamStatus = CALM) -> str:
    """What a terminal shows when the first chunk of a task is done."""
    screen, clock = StringIO(), FakeClock()
    console = Console(file=screen, force_terminal=True, width=200, color_system=None, _environ={"TERM": "xterm"})
    report = TerminalReport(console, Summaries(FakeProjection()), clock, ServerLoads(Gate(status)))
    planned = next(task.plan.chunks())
    with report.shown():
        report.task_begins(task, TaskProgress(), 4)
        clock.advance(2.0)
        report.chunk_done(task, ChunkJob(0, planned), 1, Tally(made=16))
        report._bar.refresh()
    return screen.getvalue()


def a_task(*, only_existing: bool = False) -> SeedTask:
    task = task_for(Kitchen(FakeMapSource(META)), levels=[5], only_existing=only_existing)
    return replace(task, cache=replace(task.cache, upstreams=(SERVER,)))


def test_a_bar_tells_tiles_of_all_rate_level_and_the_load_of_the_server() -> None:
    shown = seeding(a_task())

    assert "16 of 1024 tiles, 8/s" in shown
    assert "level 5" in shown
    assert " 25%" in shown
    assert "maps.example: 7 of 20 requests/s" in shown
    assert "secret" not in shown


def test_of_existing_tiles_no_total_is_made_up() -> None:
    assert "16 tiles, 8/s" in seeding(a_task(only_existing=True))


def test_a_server_that_is_not_asked_is_named_with_the_reason() -> None:
    shown = seeding(a_task(), CALM._replace(reason="it asked for a pause", closed_seconds=12.0))

    assert "maps.example: it asked for a pause (12 s)" in shown


def test_failures_in_a_row_are_told() -> None:
    assert "maps.example: 3 failures in a row" in seeding(a_task(), CALM._replace(failures=3))
