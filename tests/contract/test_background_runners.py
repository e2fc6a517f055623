"""Background runners keep the contract."""

from __future__ import annotations

import threading
import weakref

import pytest

from tests.contract.background_suite import BackgroundSuite
from tests.fakes.clock import FakeClock
from tests.integration.services.process import wait_until
from tilekeep.adapters.after_response import AfterResponse
from tilekeep.adapters.background_threads import BackgroundThreads
from tilekeep.ports.background import BackgroundRunner


class TestAfterResponse(BackgroundSuite):
    def make_runner(self, waiting: int) -> BackgroundRunner:
        self.clock = FakeClock()
        return AfterResponse(self.clock, waiting)

    def keep_busy(self, runner: BackgroundRunner) -> None:
        """Nothing runs before it is told to."""

    def finish(self, runner: BackgroundRunner) -> None:
        assert isinstance(runner, AfterResponse)
        runner.run()

    def test_nothing_is_left_when_all_has_run(self) -> None:
        runner = AfterResponse(FakeClock())
        runner.submit("a", lambda: runner.submit("b", lambda: None))

        assert runner.has_jobs
        runner.run()

        assert not runner.has_jobs

    def test_a_forked_process_leaves_the_jobs_to_its_parent(self) -> None:
        runner = AfterResponse(FakeClock())
        runner.submit("a", lambda: None)

        runner.reset_after_fork()

        assert not runner.has_jobs

    def test_a_job_that_takes_long_and_fails_takes_no_more_than_a_tenth_of_the_time(self) -> None:
        runner = self.make_runner(10)
        assert isinstance(runner, AfterResponse)

        def hang() -> None:
            self.clock.advance(10)
            raise TimeoutError

        runner.submit("hangs", hang)
        waiting = runner.submit("waits", lambda: None)
        runner.run()
        at_once = runner.submit("at once", lambda: None)
        self.clock.advance(90)
        later = runner.submit("later", lambda: None)

        assert waiting is not None
        assert waiting.cancelled()
        assert at_once is None
        assert later is not None


class TestBackgroundThreads(BackgroundSuite):
    def make_runner(self, waiting: int) -> BackgroundRunner:
        self.go = threading.Event()
        return BackgroundThreads(threads=2, waiting=waiting)

    def keep_busy(self, runner: BackgroundRunner) -> None:
        started = threading.Barrier(3)

        def busy() -> None:
            started.wait(10)
            self.go.wait(10)

        for name in ("busy", "busy too"):
            assert runner.submit(name, busy) is not None
        started.wait(10)

    def finish(self, runner: BackgroundRunner) -> None:
        self.go.set()
        assert isinstance(runner, BackgroundThreads)
        outcomes = list(runner._outcomes.values())
        for outcome in outcomes:
            outcome.exception(10)
        with runner._changed:
            assert runner._changed.wait_for(lambda: not runner._outcomes, 10)

    def test_no_more_threads_run_than_permitted(self) -> None:
        runner = self.make_runner(100)
        self.keep_busy(runner)
        for number in range(20):
            runner.submit(number, lambda: None)

        names = [thread.name for thread in threading.enumerate()]

        self.finish(runner)
        assert runner._threads == 2  # type: ignore[attr-defined]
        assert "tilekeep-background" in names

    def test_the_end_drops_what_waits_and_lets_finish_what_runs(self) -> None:
        runner = self.make_runner(100)
        assert isinstance(runner, BackgroundThreads)
        self.keep_busy(runner)
        waiting = runner.submit("waiting", lambda: "never")
        threading.Timer(0.05, self.go.set).start()

        runner.end(10)

        assert waiting is not None
        assert waiting.cancelled()
        assert runner._outcomes == {}
        assert runner.submit("late", lambda: None) is None

    def test_what_a_job_has_worked_on_is_let_go_while_its_thread_waits_for_another(self) -> None:
        class Application:
            def answer(self) -> str:
                return "done"

        runner, application = self.make_runner(100), Application()
        gone = weakref.ref(application)

        runner.submit("job", application.answer)
        self.finish(runner)
        del application

        wait_until(lambda: gone() is None)
        assert runner._threads == 1  # type: ignore[attr-defined]

    def test_jobs_of_one_lane_leave_a_thread_to_others(self) -> None:
        runner = self.make_runner(100)
        for number in range(5):
            runner.submit(number, lambda: self.go.wait(10), lane="hangs")

        other = runner.submit("other", lambda: "done", lane="works")

        assert other is not None
        assert other.result(10) == "done"
        self.finish(runner)

    def test_a_thread_that_cannot_be_started_is_no_error_and_is_started_when_it_can(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runner = self.make_runner(100)

        def no_more(thread: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", no_more)
            refused = [runner.submit(number, lambda: None) for number in range(5)]
        taken = runner.submit("later", lambda: "done")

        assert refused == [None] * 5
        assert taken is not None
        assert taken.result(10) == "done"

    def test_the_end_does_not_wait_for_ever(self) -> None:
        runner = self.make_runner(100)
        assert isinstance(runner, BackgroundThreads)
        self.keep_busy(runner)

        runner.end(0.01)

        self.go.set()

    def test_a_forked_process_begins_anew(self) -> None:
        runner = self.make_runner(100)
        assert isinstance(runner, BackgroundThreads)
        self.keep_busy(runner)

        runner.reset_after_fork()

        outcome = runner.submit("busy", lambda: "of the child")
        assert outcome is not None
        assert outcome.result(10) == "of the child"
        self.go.set()
