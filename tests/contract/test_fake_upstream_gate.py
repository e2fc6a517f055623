"""The fake upstream gate keeps what real ones promise."""

from __future__ import annotations

from pathlib import Path

from tests.contract.upstream_gate_suite import UpstreamGateSuite
from tests.fakes.upstream_gate import FakeUpstreamGate
from tilekeep.adapters.clock import SystemClock


class TestFakeUpstreamGate(UpstreamGateSuite):
    def make_gate(self, folder: Path) -> FakeUpstreamGate:
        return FakeUpstreamGate(SystemClock())
