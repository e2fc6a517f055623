"""One run of a program: bounded in time and output, and nothing of it stays behind."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tilekeep.adapters.http.body import CHUNK, BodyTooLarge

#: Bytes kept of what a program complains about; the rest is read and dropped, so that it never waits for us.
COMPLAINT_BYTES = 8000


class Finished(NamedTuple):
    """What a program wrote and complained about; a negative exit code is the signal that ended it."""

    output: bytes
    complaints: bytes
    exit_code: int


def run_program(
    program: str,
    environment: Mapping[str, str],
    directory: str,
    seconds_left: Callable[[], float],
    max_bytes: int,
) -> Finished:
    """Runs ``program`` without arguments or input until it ends.

    It leads a process group of its own: whatever it starts is killed with it, when time or patience ends.

    :raises OSError: it cannot be started.
    :raises TimeoutError: ``seconds_left`` ran out.
    :raises BodyTooLarge: it wrote more than ``max_bytes``.
    """
    process = subprocess.Popen(  # noqa: S603 - the configuration names the program, requests are no part of the command
        [program],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=directory,
        env=environment,
        start_new_session=True,
    )
    try:
        output, complaints = _received(process, seconds_left, max_bytes)
        return Finished(output, complaints, process.wait(_timeout(seconds_left)))
    except subprocess.TimeoutExpired as error:
        raise TimeoutError("the program did not end") from error
    finally:
        _end(process)


def _received(process: subprocess.Popen[bytes], seconds_left: Callable[[], float], max_bytes: int) -> tuple[bytes, ...]:
    """All that the program writes, read as it comes, and the beginning of its complaints."""
    assert process.stdout is not None
    assert process.stderr is not None
    output, complaints = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, complaints)
        while selector.get_map():
            ready = selector.select(_timeout(seconds_left))
            if not ready:
                raise TimeoutError("the program did not answer in time")
            for key, _ in ready:
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.data is output:
                    output += chunk
                else:
                    complaints += chunk[: COMPLAINT_BYTES - len(complaints)]
            if len(output) > max_bytes:
                raise BodyTooLarge(f"more than the {max_bytes} bytes allowed")
    return bytes(output), bytes(complaints)


def _timeout(seconds_left: Callable[[], float]) -> float | None:
    """What is left as the library wants it: None is for ever."""
    left = seconds_left()
    return None if left == float("inf") else left


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kills the program and all that it has started, if it runs, and takes note of its end."""
    if process.returncode is None:
        # Not waited for yet, so its number cannot be that of another group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
