"""What must not cross a fork is made anew in the child."""

from __future__ import annotations

import gc
import os
import weakref

from tilekeep.config.process_resources import ProcessResources


class Part:
    def __init__(self) -> None:
        self.resets = 0

    def reset_after_fork(self) -> None:
        self.resets += 1


def resets_in_a_forked_child(part: Part) -> int:
    child = os.fork()
    if child == 0:
        os._exit(part.resets)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def test_kept_parts_are_reset_in_a_forked_child_and_not_in_the_parent() -> None:
    resources, part = ProcessResources(), Part()
    resources.keep(part)

    in_child = resets_in_a_forked_child(part)

    assert (in_child, part.resets) == (1, 0)


def test_parts_of_an_application_that_is_gone_are_not_kept_alive() -> None:
    resources, part = ProcessResources(), Part()
    alive = weakref.ref(part)
    resources.keep(part)

    del part
    gc.collect()

    assert alive() is None


def test_nothing_but_its_owner_keeps_the_resources_themselves() -> None:
    resources = ProcessResources()
    alive = weakref.ref(resources)

    del resources
    gc.collect()

    assert alive() is None
    assert resets_in_a_forked_child(Part()) == 0
