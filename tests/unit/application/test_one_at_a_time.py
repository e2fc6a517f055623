"""Long jobs wait for each other and leave the other threads to short ones."""

from __future__ import annotations

from tests.fakes.background import FakeBackground
from tilekeep.application.one_at_a_time import OneAtATime


def test_jobs_take_one_place_in_the_background_however_many_there_are() -> None:
    background, done = FakeBackground(), list[str]()
    jobs = OneAtATime(background)

    for name in "abc":
        jobs.submit(name, lambda name=name: done.append(name))
    assert len(background.jobs) == 1
    background.run()

    assert done == ["a", "b", "c"]


def test_of_jobs_that_wait_under_one_key_the_latest_is_done() -> None:
    background, done = FakeBackground(), list[str]()
    jobs = OneAtATime(background)

    for name in "ab":
        jobs.submit("same", lambda name=name: done.append(name))
    background.run()

    assert done == ["b"]


def test_a_job_may_ask_for_another_one() -> None:
    background, done = FakeBackground(), list[str]()
    jobs = OneAtATime(background)

    jobs.submit("first", lambda: jobs.submit("second", lambda: done.append("second")))
    background.run()

    assert done == ["second"]


def test_a_job_that_fails_does_not_keep_others_from_running_later() -> None:
    background, done = FakeBackground(), list[str]()
    jobs = OneAtATime(background)
    jobs.submit("bad", lambda: dict[str, int]()["nothing"])
    background.run()

    jobs.submit("good", lambda: done.append("good"))
    background.run()

    assert done == ["good"]


def test_jobs_that_are_refused_can_be_asked_for_again() -> None:
    background, done = FakeBackground(), list[str]()
    jobs = OneAtATime(background)
    background.full = True
    jobs.submit("a", lambda: done.append("a"))
    background.full = False

    jobs.submit("b", lambda: done.append("b"))
    background.run()

    assert done == ["b"]


def test_a_forked_child_begins_anew() -> None:
    background, done = FakeBackground(), list[str]()
    jobs = OneAtATime(background)
    jobs.submit("of the parent", lambda: done.append("parent"))
    background.jobs.clear()

    jobs.reset_after_fork()
    jobs.submit("of the child", lambda: done.append("child"))
    background.run()

    assert done == ["child"]
