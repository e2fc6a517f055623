"""A store that is down is logged once in a while, not with every request."""

from __future__ import annotations

import logging

import pytest

from tests.fakes.clock import FakeClock
from tilekeep.application.store_trouble import EVERY_SECONDS, StoreTrouble


def test_the_same_trouble_is_logged_at_once_and_then_once_a_minute_with_its_number(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    trouble = StoreTrouble(logging.getLogger("tilekeep.test"), clock)
    caplog.set_level(logging.INFO)

    for number in range(5):
        trouble(logging.WARNING, "reading %d failed", number)
    trouble(logging.ERROR, "writing failed")
    clock.advance(EVERY_SECONDS)
    for number in range(5, 8):
        trouble(logging.WARNING, "reading %d failed", number)

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "reading 0 failed"),
        ("ERROR", "writing failed"),
        ("WARNING", "reading 5 failed (and 4 times more since it was last logged)"),
    ]
