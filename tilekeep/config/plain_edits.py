"""Changed copies of plain data: dictionaries, tuples and values."""

from __future__ import annotations

from typing import Any


def with_value(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of ``data`` in which the element at ``path`` is ``value``; what lies beside the path is shared."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(data, dict):
        return {**data, head: with_value(data[head], rest, value)}
    return (*data[:head], with_value(data[head], rest, value), *data[head + 1 :])


def without(data: Any, path: tuple[Any, ...]) -> Any:
    """A copy of ``data`` without the element at ``path``; list items after it move up."""
    head, rest = path[0], path[1:]
    if rest:
        return with_value(data, (head,), without(data[head], rest))
    if isinstance(data, dict):
        return {key: value for key, value in data.items() if key != head}
    return (*data[:head], *data[head + 1 :])


def element_at(data: Any, path: tuple[Any, ...]) -> Any:
    """The element at ``path``; it must exist."""
    for step in path:
        data = data[step]
    return data
