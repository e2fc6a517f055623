"""Options that are said in several places, of which the nearest counts."""

from __future__ import annotations

from typing import TypeVar

Value = TypeVar("Value")


def first_set(*given: Value | None, otherwise: Value) -> Value:
    """The first of ``given`` that is set, nearest first; false and 0 count as set."""
    for value in given:
        if value is not None:
            return value
    return otherwise
