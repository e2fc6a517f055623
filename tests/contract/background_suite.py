"""What every :class:`tilekeep.ports.background.BackgroundRunner` promises; adapters subclass it."""

from __future__ import annotations

import pytest

from tilekeep.ports.background import BackgroundRunner


class BackgroundSuite:
    def make_runner(self, waiting: int) -> BackgroundRunner:
        """A runner that lets so many jobs wait."""
        raise NotImplementedError

    def finish(self, runner: BackgroundRunner) -> None:
        """Has all jobs run."""
        raise NotImplementedError

    def keep_busy(self, runner: BackgroundRunner) -> None:
        """Sees to it that what is submitted from now on waits until :meth:`finish`."""
        raise NotImplementedError

    def test_a_job_has_an_outcome(self) -> None:
        runner = self.make_runner(10)

        outcome = runner.submit("a", lambda: 42)
        self.finish(runner)

        assert outcome is not None
        assert outcome.result(10) == 42

    def test_the_error_of_a_job_is_its_outcome_and_harms_no_other(self) -> None:
        runner = self.make_runner(10)

        failing = runner.submit("a", lambda: 1 // 0)
        good = runner.submit("b", lambda: 1)
        self.finish(runner)

        assert failing is not None
        assert good is not None
        with pytest.raises(ZeroDivisionError):
            failing.result(10)
        assert good.result(10) == 1

    def test_what_waits_is_not_taken_twice(self) -> None:
        runner = self.make_runner(10)
        self.keep_busy(runner)
        done: list[str] = []

        first = runner.submit("a", lambda: done.append("first"))
        second = runner.submit("a", lambda: done.append("second"))
        self.finish(runner)

        assert first is second
        assert first is not None
        first.result(10)
        assert done == ["first"]

    def test_what_has_been_done_may_be_done_again(self) -> None:
        runner = self.make_runner(10)
        done: list[int] = []

        for number in range(3):
            outcome = runner.submit("a", lambda number=number: done.append(number))  # type: ignore[misc]
            assert outcome is not None
            self.finish(runner)
            outcome.result(10)

        assert done == [0, 1, 2]

    def test_too_many_jobs_are_refused(self) -> None:
        runner = self.make_runner(2)
        self.keep_busy(runner)

        taken = [runner.submit(number, lambda: None) is not None for number in range(4)]
        self.finish(runner)

        assert taken == [True, True, False, False]
