"""Why the option model refuses a value, in words that name the value and the remedy."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tilekeep.config.expanded_text import ExpandedText
from tilekeep.config.problems import OptionPath
from tilekeep.domain.secrets import redacted

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "finite_number": "a finite number",
}

_COMPARISONS = {
    "greater_than": "above",
    "greater_than_equal": "of at least",
    "less_than": "below",
    "less_than_equal": "of at most",
}

#: Options whose values never appear in messages.
_SECRET_OPTIONS = frozenset(
    {
        "bucket_name",
        "connection_string",
        "container_name",
        "datasource",
        "endpoint_url",
        "headers",
        "ogr_datasource",
        "password",
        "profile_name",
        "username",
    }
)

#: Options that want two numbers.
_PAIRS = frozenset({"meta_size", "tile_size"})

_LONGEST_SHOWN = 60
_EXPONENT_WITHOUT_POINT_OR_SIGN = re.compile(r"([-+]?\d+)(?:\.(\d*))?[eE]([-+]?)(\d+)")


def explanation(path: OptionPath, errors: Sequence[Mapping[str, Any]]) -> str:
    """One sentence for all that the model says about one value (several for options of several types)."""
    value = errors[0]["input"]
    if value is None:
        return "the option is left empty; give it a value or remove it"
    kinds = {error["type"] for error in errors}
    wanted = [_expected(error) for error in errors if error["type"] != "int_type" or "float_type" not in kinds]
    first, *others = dict.fromkeys(wanted)
    expected = " or ".join([first, *(other.removeprefix("expected ") for other in others)])
    return f"{expected}, got {shown(path, value)}{_hint(path, value, kinds)}"


def shown(path: OptionPath, value: Any) -> str:
    """The value for a message: shortened, and hidden where it may be secret."""
    if any(step in _SECRET_OPTIONS for step in path):
        return "another value"
    if isinstance(value, ExpandedText):
        return f"the value of {value.template!r}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    text = redacted(_as_written(value))  # before a cut leaves half a secret
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _as_written(value: Any) -> str:
    """The value much as it stands in the file."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_as_written, value))}]"
    return value.isoformat() if isinstance(value, dt.date) else repr(value)


def _expected(error: Mapping[str, Any]) -> str:
    """What the model wanted."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}"
    if kind == "literal_error":
        return f"expected {context['expected']}"
    if kind in _COMPARISONS:
        return f"expected a number {_COMPARISONS[kind]} {next(iter(context.values())):g}"
    if kind == "too_short":
        return f"expected a list of at least {context['min_length']} value{'s' * (context['min_length'] > 1)}"
    if kind == "string_pattern_mismatch":
        return "expected octal digits in quotes such as '755'"
    return str(error["msg"])


def _hint(path: OptionPath, value: Any, kinds: set[str]) -> str:
    """What usually helps."""
    if "string_type" in kinds and isinstance(value, bool):
        return "; put it in quotes (yes, no, on and off mean true and false in YAML)"
    if "string_type" in kinds and not isinstance(value, dict | tuple):
        return "; put it in quotes"
    if "tuple_type" in kinds and not isinstance(value, dict | tuple):
        return _list_hint(path, value)
    if kinds & {"int_type", "float_type"} and isinstance(value, str) and not isinstance(value, ExpandedText):
        return _number_hint(value)
    return ""


def _list_hint(path: OptionPath, value: Any) -> str:
    """The list that was probably meant."""
    secret = isinstance(value, ExpandedText) or any(step in _SECRET_OPTIONS for step in path)
    if secret or not isinstance(value, str | int | float):
        return "; write a list"
    shown_value = redacted(str(value))
    if "," in shown_value:
        return f"; write a list, such as [{', '.join(part.strip() for part in shown_value.split(','))}]"
    return f"; write a list, such as [{', '.join([shown_value] * (2 if path[-1] in _PAIRS else 1))}]"


def _number_hint(text: str) -> str:
    """How the number that the text looks like is written in YAML 1.1."""
    exponent = _EXPONENT_WITHOUT_POINT_OR_SIGN.fullmatch(text)
    if exponent:
        whole, fraction, sign, power = exponent.groups()
        return f"; YAML wants a point and a sign: {whole}.{fraction or 0}e{sign or '+'}{power}"
    try:
        float(text)
    except ValueError:
        return ""
    return "; write the number without quotes"
