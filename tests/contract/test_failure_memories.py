"""The failure memories, and their fake, keep what failure memories promise."""

from __future__ import annotations

from pathlib import Path

from tests.contract.failure_memory_suite import FailureMemorySuite
from tests.fakes.failure_memory import FakeFailureMemory
from tilekeep.adapters.locks.file_failure_memory import FileFailureMemory
from tilekeep.ports.clock import Clock


class TestFakeFailureMemory(FailureMemorySuite):
    def make_memory(self, folder: Path, clock: Clock) -> FakeFailureMemory:
        return FakeFailureMemory(clock)


class TestFileFailureMemory(FailureMemorySuite):
    def make_memory(self, folder: Path, clock: Clock) -> FileFailureMemory:
        return FileFailureMemory(str(folder), clock, longest_seconds=60.0)
