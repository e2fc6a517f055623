"""Of many applications those asked for last are kept."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tilekeep.entrypoints.wsgi.kept_instances import KeptInstances


def test_an_instance_is_made_once() -> None:
    made: list[str] = []
    instances = KeptInstances(noting(made), 2)

    assert [instances("a"), instances("b"), instances("a")] == ["<a>", "<b>", "<a>"]
    assert made == ["a", "b"]


def test_the_one_goes_that_was_asked_for_the_longest_ago() -> None:
    made: list[str] = []
    instances = KeptInstances(noting(made), 2)

    for key in ("a", "b", "a", "c", "a", "b"):
        instances(key)

    assert made == ["a", "b", "c", "b"]


def test_a_failed_making_is_tried_again() -> None:
    failures = [ValueError("not today")]

    def make(key: str) -> str:
        if failures:
            raise failures.pop()
        return key

    instances = KeptInstances(make, 2)
    with pytest.raises(ValueError, match="not today"):
        instances("a")

    assert instances("a") == "a"


def test_threads_that_ask_at_the_same_moment_share_one() -> None:
    made: list[str] = []
    both_ask = threading.Barrier(2)
    instances = KeptInstances(noting(made), 2)

    def ask(key: str) -> str:
        both_ask.wait(30)
        return instances(key)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, ["a", "a"])) == ["<a>", "<a>"]
    assert made == ["a"]


def test_making_one_does_not_hold_up_another() -> None:
    is_made, may_end = threading.Event(), threading.Event()

    def make(key: str) -> str:
        if key == "slow":
            is_made.set()
            assert may_end.wait(30)
        return key

    instances = KeptInstances(make, 2)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(instances, "slow")
        assert is_made.wait(30)

        assert instances("quick") == "quick"

        may_end.set()
        assert slow.result() == "slow"


def test_what_a_parent_was_making_is_made_anew_in_a_forked_child() -> None:
    is_made, may_end = threading.Event(), threading.Event()
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        if made == ["a", "b"]:
            is_made.set()
            assert may_end.wait(30)
        return key

    instances = KeptInstances(make, 2)
    instances("a")
    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(instances, "b")
        assert is_made.wait(30)

        instances.reset_after_fork()

        assert [instances("a"), instances("b")] == ["a", "b"]
        assert made == ["a", "b", "b"]
        may_end.set()
        stuck.result()


def noting(made: list[str]) -> Callable[[str], str]:
    def make(key: str) -> str:
        made.append(key)
        return f"<{key}>"

    return make


class Cyclic:
    def __init__(self) -> None:
        self.itself = self


def test_those_that_go_are_collected_though_nothing_else_is() -> None:
    made: list[weakref.ref[Cyclic]] = []

    def make(_: str) -> Cyclic:
        instance = Cyclic()
        made.append(weakref.ref(instance))
        return instance

    instances = KeptInstances(make, 20)
    gc.disable()
    gc.freeze()  # What other tests have left takes a collector long to look through.
    try:
        for key in range(200):
            instances(str(key))
        alive = sum(instance() is not None for instance in made)
    finally:
        gc.unfreeze()
        gc.enable()

    assert 20 <= alive <= 20 + 20 // 10 + 1
