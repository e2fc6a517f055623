"""How a program on this machine is run in place of a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProgramOptions:
    """Options of one client (spec/sources.md, 8.1); equal options may share a client.

    :ivar binary: absolute path of the program, or a name that is looked up in ``PATH``.
    :ivar working_dir: absolute path of the directory it runs in, or None for that of the program.
    :ivar hide_error_details: whether clients are told neither program nor reason of a failure.
    """

    binary: str
    working_dir: str | None = None
    hide_error_details: bool = True
