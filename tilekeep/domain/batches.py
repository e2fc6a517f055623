"""Many things, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of ``size`` items, the last one of those that are left; each is taken when it is wanted."""
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some
