"""Reading what is said in a request to the API."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from tilekeep.domain.geometry import BBox
from tilekeep.entrypoints.wsgi.admin.access import Refused
from tilekeep.entrypoints.wsgi.legible import is_legible
from tilekeep.entrypoints.wsgi.response import Environ

#: Largest body of a request; areas may have many corners.
MOST_BYTES = 1_000_000

_CORNERS = 4


def json_body(environ: Environ) -> Mapping[str, Any]:
    """The object in the body of a POST.

    Forms of other sites cannot send this media type.

    :raises Refused: 400, 413 or 415.
    """
    media_type = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Refused(415, "send JSON, with Content-Type: application/json")
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = -1
    if length < 0:
        raise Refused(400, "Content-Length is no number")
    if length > MOST_BYTES:
        raise Refused(413, f"a body may have at most {MOST_BYTES} bytes")
    try:
        body = json.loads(environ["wsgi.input"].read(length), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "the body is no JSON") from error
    if not isinstance(body, dict):
        raise Refused(400, "the body has to be a JSON object")
    return body


def text(given: Mapping[str, Any], name: str) -> str:
    """A value that has to be text.

    :raises Refused: 400.
    """
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(400, f"{name} is missing, or no text")
    return _legible(value, name)


def texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; none if it is left out.

    :raises Refused: 400.
    """
    values = given.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Refused(400, f"{name} has to be a list of texts")
    return tuple(_legible(value, name) for value in values)


def whole_number(given: Mapping[str, Any], name: str) -> int:
    """A whole number, as one or as text.

    :raises Refused: 400.
    """
    value = given.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:  # noqa: PLR2004 - no level has more
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise Refused(400, f"{name} is missing, or no whole number")


def whole_numbers(given: Mapping[str, Any], name: str) -> tuple[int, ...] | None:
    """A list of whole numbers from 0; None if it is left out.

    :raises Refused: 400.
    """
    values = given.get(name)
    if values is None:
        return None
    if not isinstance(values, list) or not values or not all(type(value) is int and value >= 0 for value in values):
        raise Refused(400, f"{name} has to be a list of whole numbers, none below 0")
    return tuple(values)


def truth(given: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """True or false; ``default`` if it is left out.

    :raises Refused: 400.
    """
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise Refused(400, f"{name} has to be true or false")
    return value


def bbox(given: Mapping[str, Any], name: str) -> BBox | None:
    """A box as four numbers with commas between, x before y; None if it is left out.

    :raises Refused: 400.
    """
    value = given.get(name)
    if value is None:
        return None
    try:
        corners = [float(part) for part in _legible(str(value), name).split(",", _CORNERS)]
    except ValueError:
        corners = []
    if len(corners) != _CORNERS or not all(map(math.isfinite, corners)):
        raise Refused(400, f"{name} has to be four numbers: min_x,min_y,max_x,max_y")
    box = BBox(*corners)
    if box.min_x >= box.max_x or box.min_y >= box.max_y:
        raise Refused(400, f"{name} is empty")
    return box


def _legible(value: str, name: str) -> str:
    if not is_legible(value):
        raise Refused(400, f"{name} has control characters")
    return value


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
