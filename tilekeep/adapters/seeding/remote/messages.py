"""Orders and answers as JSON: names and numbers, nothing that could be code."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart, StoredSample
from tilekeep.domain.seeding import ChunkResult, FailedUnit, TaskName
from tilekeep.domain.tile import TileCoord


class Unstorable(NamedTuple):
    """An answer: tiles cannot be stored, and why."""

    reason: str


class Refused(NamedTuple):
    """An answer: the worker does no such thing, and why."""

    reason: str


class GivenUp(NamedTuple):
    """An answer: a stop was requested in the middle of it."""


Answer = ChunkPart | Unstorable | Refused | GivenUp


def packed_order(order: ChunkOrder) -> dict[str, Any]:
    """An order as keyword arguments of a task of Celery."""
    packed = order._asdict()
    packed["task"] = [*order.task]
    packed["units"] = [[*unit] for unit in order.units]
    return packed


def unpacked_order(packed: dict[str, Any]) -> ChunkOrder:
    """The order again.

    :raises ValueError: it is none.
    """
    try:
        kind, name, cache, grid, levels, dimensions = packed["task"]
        task = TaskName(
            str(kind),
            str(name),
            str(cache),
            str(grid),
            tuple(map(int, levels)),
            tuple((str(key), str(value)) for key, value in dimensions),
        )
        limit = packed["stale_before"]
        return ChunkOrder(
            task,
            tuple(_coord(unit) for unit in packed["units"]),
            None if limit is None else float(limit),
            bool(packed["only_existing"]),
            bool(packed["keeps_stale"]),
            int(packed["attempts"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no order of a chunk: {error!r}") from error


def answer_text(answer: Answer) -> str:
    """An answer as text."""
    if isinstance(answer, ChunkPart):
        counts, failed = answer.result[:4], [[*one.unit, one.reason] for one in answer.result.failed]
        sample = None if answer.sample is None else [[*answer.sample.tile], *answer.sample[1:]]
        return json.dumps(["part", *answer[1:-1], sample, *counts, failed])
    return json.dumps([_NAMES[type(answer)], *answer])


def answer_of(text: str) -> Answer:
    """The answer again.

    :raises ValueError: it is none.
    """
    try:
        kind, *rest = json.loads(text)
        if kind == "part":
            units, attempts, wait_seconds, sample, made, renewed, kept, empty, failed = rest
            reasons = tuple(FailedUnit(_coord(unit), str(reason)) for *unit, reason in failed)
            result = ChunkResult(made, renewed, kept, empty, reasons)
            return ChunkPart(result, units, attempts, wait_seconds, None if sample is None else _sample(*sample))
        return _KINDS[kind](*rest)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no answer of a worker: {text[:200]!r}") from error


def _sample(tile: list[Any], stored_at: Any, place: Any) -> StoredSample:
    return StoredSample(_coord(tile), float(stored_at), str(place))


def _coord(numbers: list[Any]) -> TileCoord:
    z, x, y = numbers
    return TileCoord(int(z), int(x), int(y))


_KINDS: dict[str, type[Unstorable | Refused | GivenUp]] = {
    "unstorable": Unstorable,
    "refused": Refused,
    "given up": GivenUp,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
