"""Values that are made on first use and then kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tilekeep.application.once_per_key import OncePerKey


def test_a_value_is_made_on_first_use_and_kept() -> None:
    made: list[str] = []
    values = OncePerKey[str, list[str]](lambda key: made.append(key) or [key])

    first, second = values("a"), values("a")

    assert first is second
    assert made == ["a"]


def test_threads_that_ask_at_the_same_moment_get_the_same_value() -> None:
    together = threading.Barrier(4)

    def make(key: str) -> object:
        together.wait()
        return object()

    values = OncePerKey[str, object](make)

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(values, ["a"] * 4))

    assert len(found) == 1


def test_a_failed_making_is_tried_again() -> None:
    outcomes = iter([ValueError("not yet"), "value"])

    def make(key: str) -> str:
        outcome = next(outcomes)
        if isinstance(outcome, ValueError):
            raise outcome
        return outcome

    values = OncePerKey[str, str](make)
    with pytest.raises(ValueError, match="not yet"):
        values("a")

    assert values("a") == "value"


def test_the_making_of_one_value_may_ask_for_another() -> None:
    values = OncePerKey[int, int](lambda n: 1 if n == 0 else n * values(n - 1))

    assert values(5) == 120
