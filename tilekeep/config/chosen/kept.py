"""Parts of a process that must not cross a fork, noted down when they are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tilekeep.config.process_resources import Resettable

Part = TypeVar("Part", bound=Resettable)

#: Has a part reset in every process that is forked from now on.
Keep = Callable[[Resettable], None]


def kept(part: Part, keep: Keep) -> Part:
    """The ``part``, which ``keep`` knows from now on."""
    keep(part)
    return part
