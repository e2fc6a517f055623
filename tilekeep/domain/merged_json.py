"""Several JSON documents as one (spec/sources.md, 5)."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

#: How deep values may lie within each other: no document about features comes near it.
_DEEPEST = 100


def json_value(text: str) -> Any:
    """The value of a document.

    :raises ValueError: none that can be used; says why.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError("its values lie too deep within each other") from None
    _refuse_deep(value, _DEEPEST)
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:20]} is too large")
    return number


def merged_json(texts: Sequence[str]) -> str:
    """All of ``texts``, which :func:`json_value` accepts, as one document; empty ones do not count."""
    values = [value for value in map(json_value, texts) if value]
    return json.dumps(reduce(_merged, values) if values else {})


def _merged(base: Any, other: Any) -> Any:
    """Mappings are merged by key and lists joined; of other values the later one counts."""
    if isinstance(base, dict) and isinstance(other, dict):
        return base | {key: _merged(base[key], value) if key in base else value for key, value in other.items()}
    if isinstance(base, list):
        return [*base, *(other if isinstance(other, list) else [other])]
    return other


def _refuse_deep(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError(f"its values lie more than {_DEEPEST} deep within each other")
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for inner in within:
        if isinstance(inner, dict | list):
            _refuse_deep(inner, left - 1)
