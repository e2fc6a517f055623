"""States of upstream servers are those of the clock that wrote them, whoever else finds the file."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tilekeep.adapters.locks.upstream_state_files import UpstreamStateFiles
from tilekeep.domain.upstream_load import UNTROUBLED, UpstreamState

SERVER = "maps.example.org"
TROUBLED = UNTROUBLED._replace(paused_until=1_060.0, failures=3)


def _pause(_: UpstreamState, now: float) -> tuple[UpstreamState, None]:
    return TROUBLED, None


@pytest.fixture
def file(tmp_path: Path) -> Path:
    UpstreamStateFiles(str(tmp_path), FakeClock()).change(SERVER, _pause)
    (file,) = tmp_path.glob("*.load")
    return file


def _state(file: Path, clock: FakeClock) -> UpstreamState:
    return UpstreamStateFiles(str(file.parent), clock).peek(SERVER)[0]


def test_another_process_of_the_host_reads_the_state(file: Path) -> None:
    assert _state(file, FakeClock(monotonic=1_001.0)) == TROUBLED


def test_a_state_from_before_the_last_start_of_the_machine_is_none(file: Path) -> None:
    assert _state(file, FakeClock(monotonic=999.0)) == UNTROUBLED


def test_a_state_of_another_machine_that_shares_the_directory_is_none(file: Path) -> None:
    facts = json.loads(file.read_text())
    file.write_text(json.dumps({**facts, "clock": f"another {facts['clock']}"}))

    assert _state(file, FakeClock(monotonic=1_001.0)) == UNTROUBLED


def test_a_state_that_does_not_say_whose_it_is_is_none(file: Path) -> None:
    facts = json.loads(file.read_text())
    del facts["clock"]
    file.write_text(json.dumps(facts))

    assert _state(file, FakeClock(monotonic=1_001.0)) == UNTROUBLED


def test_a_state_that_a_file_system_takes_back_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stale(*_: object) -> bytes:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr("os.pread", stale)

    assert _state(file, FakeClock(monotonic=1_001.0)) == UNTROUBLED


def test_a_shorter_state_can_be_read_as_soon_as_it_is_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shorter = UNTROUBLED._replace(failures=3)
    write = os.pwrite
    seen = []

    def write_and_look(*written: Any) -> int:
        count = write(*written)
        seen.append(_state(file, FakeClock(monotonic=1_001.0)))
        return count

    monkeypatch.setattr(os, "pwrite", write_and_look)
    UpstreamStateFiles(str(file.parent), FakeClock()).change(SERVER, lambda _before, _now: (shorter, None))

    assert seen == [shorter]
