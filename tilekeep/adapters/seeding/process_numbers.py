"""Processes by their numbers, which the system gives to others again: their time of birth tells them apart."""

from __future__ import annotations

import contextlib
import os
import signal

#: Behind the name of the program, in brackets, which may hold spaces: the 22nd field of all (proc(5)).
_BIRTH = 19


def began(process: int) -> int | None:
    """When the process was born, in ticks of this machine; None if it is gone, or where systems do not tell."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[_BIRTH])
    except (OSError, ValueError, IndexError):
        return None


def end_process(process: int, birth: int | None) -> None:
    """Asks the process that was born then to end in good order; one that has its number by now is left alone."""
    if not hasattr(os, "pidfd_open"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
        return
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        # From here on the descriptor means one process, so that what is looked at is what gets the signal.
        if birth is None or began(process) == birth:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGTERM)
    finally:
        os.close(descriptor)
