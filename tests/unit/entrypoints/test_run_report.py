"""A run is told by a bar where one can be drawn, and by lines everywhere else."""

from __future__ import annotations

import sys
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.projection import FakeProjection
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.entrypoints.cli.run_report import run_report
from tilekeep.entrypoints.seeding.display import TerminalReport
from tilekeep.entrypoints.seeding.lines import LineReport
from tilekeep.entrypoints.seeding.summary import Summaries


class Screen(StringIO):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("term", "is_terminal", "quiet", "kind"),
    [
        ("xterm", True, 0, TerminalReport),
        ("dumb", True, 0, LineReport),
        ("xterm", False, 0, LineReport),
        ("xterm", True, 1, LineReport),
    ],
    ids=["a terminal", "one that cannot move back", "a file", "nobody who wants to see it"],
)
def test_a_bar_is_for_terminals_that_can_draw_one(
    monkeypatch: pytest.MonkeyPatch, term: str, is_terminal: bool, quiet: int, kind: type
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stdout", Screen(is_terminal=is_terminal))
    clock = FakeClock()
    container: Any = SimpleNamespace(
        adapters=SimpleNamespace(clock=lambda: clock, gate=lambda: FakeUpstreamGate(clock))
    )

    with run_report(container, Summaries(FakeProjection()), quiet) as report:
        assert type(report) is kind
