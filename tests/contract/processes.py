"""Child processes for contract tests, forked so that they may use what the test has prepared."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: The user and group of nobody, for what the superuser may do and others may not.
NOBODY = 65534

_LONGEST_LIFE_SECONDS = 60


def forked(work: Callable[[], object]) -> int:
    """Runs ``work`` in a child process and gives its process id; the child ends with status 0 or, on an error, 1."""
    with warnings.catch_warnings():
        # Since Python 3.12 a fork beside threads warns; these children only touch the adapter under test.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _end_in_any_case()
        work()
        status = 0
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _end_in_any_case() -> None:
    """A child that waits for a test that has failed must not wait for ever."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_LONGEST_LIFE_SECONDS)


def wait_for(*pids: int) -> None:
    """Waits for children and fails unless all of them ended well."""
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]

    assert statuses == [0] * len(pids), "a child process failed; its traceback is on standard error"


def kill(pid: int) -> None:
    """Kills a child as a crash would and waits for its end."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@contextmanager
def signals() -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
    """A pair of functions, ``tell`` and ``await_``, by which one process waits for another."""
    reader, writer = os.pipe()

    def tell() -> None:
        os.write(writer, b".")

    def await_() -> None:
        assert os.read(reader, 1) == b"."

    try:
        yield tell, await_
    finally:
        os.close(reader)
        os.close(writer)


def become_nobody() -> None:
    """Gives up the rights of the superuser, to whom permissions mean nothing."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
