"""What every part of the option model is made of: the base class, and the types of option values.

Type rules (spec/config-globals-grids.md, 1): an empty section is an empty mapping, an empty scalar or list is an
error; booleans are not numbers; whole numbers pass as numbers, fractions never as whole numbers.

Modules of the model do without ``from __future__ import annotations``: pydantic reads their annotations at every
start, and would have to compile each one anew if they were text.
"""

import re
from functools import cache
from typing import Annotated, Any, ClassVar, Self, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

T = TypeVar("T")


class Options(BaseModel):
    """A section of the configuration: frozen, exact about types, with no room for unknown keys."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    #: Sections that contain themselves say so, since they are described and validated with what they are part of.
    contains_itself: ClassVar[bool] = False

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> core_schema.CoreSchema:
        """A section that is part of another has a validator of its own, made when the first such section is read.

        So a start pays for the sections that its file has, which are few of all that there are.
        """
        if handler.field_name is None or cls.contains_itself:
            return handler(source)
        name = f"{cls.__module__}.{cls.__qualname__}:{id(cls)}"
        return core_schema.no_info_plain_validator_function(cls.model_validate, ref=name)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """What describes the section also where it is part of another."""
        if schema["type"] != "function-plain":
            return handler(schema)
        cls.model_rebuild()
        return handler(cls.__pydantic_core_schema__)

    @classmethod
    @cache
    def untouched(cls) -> Self:
        """The section in which nothing is set, one for all; its defaults are not validated, for want of a validator."""
        return cls.model_construct()  # type: ignore[return-value]  # each class has its own


class ByType:
    """Marks a union of sections of which the option ``type`` tells which one is meant."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """A choice by the words that each section has for its type."""
        choices = {
            word: handler.generate_schema(section)
            for section in get_args(source)
            for word in get_args(section.model_fields["type"].annotation)
        }
        return core_schema.tagged_union_schema(choices, "type", strict=False, from_attributes=True)


class _EmptyRefused:
    """Takes None for an option that is not set, but not for one that is written and left empty."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The schema of the type without its None."""
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


#: An option that may be left out (then it is None), but not be left empty.
Opt = Annotated[T | None, _EmptyRefused]


def empty_section(value: Any) -> Any:
    """A section that is written and left empty is an empty mapping."""
    return {} if value is None else value


#: A section that may be left empty.
Section = Annotated[T, BeforeValidator(empty_section)]


def whole_number(value: Any) -> Any:
    """A number without a fraction, which may be written with a point."""
    return int(value) if type(value) is float and value.is_integer() else value


NotNegative = Annotated[int, Field(ge=0), BeforeValidator(whole_number)]
Positive = Annotated[int, Field(gt=0), BeforeValidator(whole_number)]
NotNegativeNumber = Annotated[float, Field(ge=0)]
PositiveNumber = Annotated[float, Field(gt=0)]

#: Two numbers; more are kept, since lists of base files are concatenated, and only the first two count.
PairOfWhole = Annotated[tuple[Positive, ...], Field(min_length=2)]

#: Octal digits in quotes, as ``chmod`` takes them.
Permissions = Annotated[str, Field(pattern=r"^0?[0-7]{3,4}$")]

#: ``host:port``; an IPv6 address stands in brackets.
HostAndPort = Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:.]+\]|[^:/@\s\[\]]+):[0-9]{1,5}$")]

BBoxValue = tuple[float, float, float, float]

_BBOX_LENGTH = 4


def bbox_value(value: Any) -> Any:
    """Four numbers, as a list or as text with commas."""
    numbers = value
    if isinstance(value, str):
        try:
            numbers = tuple(float(part) for part in value.split(","))
        except ValueError:
            numbers = ()
    if isinstance(numbers, tuple) and len(numbers) == _BBOX_LENGTH and all(type(n) in {int, float} for n in numbers):
        if numbers[0] < numbers[2] and numbers[1] < numbers[3]:
            return tuple(float(number) for number in numbers)
        raise PydanticCustomError("bbox_order", "west must be less than east, and south less than north")
    raise PydanticCustomError("bbox", "expected four numbers: west, south, east, north")


_BBOX_SCHEMA = {
    "anyOf": [
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
        {"type": "string", "pattern": r"^([^,]+,){3}[^,]+$|\$"},
    ]
}

BBoxOption = Annotated[BBoxValue, BeforeValidator(bbox_value), WithJsonSchema(_BBOX_SCHEMA)]

Rgba = tuple[int, int, int] | tuple[int, int, int, int]

_HEX_COLOR = re.compile(r"(?:#|0x)?([0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?)")
_COLOR_LENGTHS = (3, 4)


def color_value(value: Any) -> Rgba:
    """A color from a list of three or four numbers 0-255 or hexadecimal text (spec/config-globals-grids.md, 14)."""
    if isinstance(value, str) and (found := _HEX_COLOR.fullmatch(value)):
        parts = tuple(bytes.fromhex(found[1]))
    elif isinstance(value, tuple | list) and all(type(part) is int and 0 <= part <= 255 for part in value):  # noqa: PLR2004
        parts = tuple(value)
    else:
        parts = ()
    if len(parts) not in _COLOR_LENGTHS:
        raise PydanticCustomError("color", "expected a color: [r, g, b], [r, g, b, a] or text such as '#ff0000'")
    return parts  # type: ignore[return-value]


COLOR_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 255},
            "minItems": _COLOR_LENGTHS[0],
            "maxItems": _COLOR_LENGTHS[-1],
        },
        {"type": "string", "pattern": r"^(#|0x)?([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$|\$"},
    ]
}

Color = Annotated[Any, BeforeValidator(color_value), WithJsonSchema(COLOR_SCHEMA)]


def _grid_origin(value: Any) -> Any:
    """Corner names in any case; ``ll`` is ``sw`` and ``ul`` is ``nw``."""
    corners = {"ll": "sw", "sw": "sw", "ul": "nw", "nw": "nw"}
    corner = corners.get(value.lower()) if isinstance(value, str) else None
    if corner is None:
        raise PydanticCustomError("origin", "expected an origin: 'sw' (or 'll'), 'nw' (or 'ul')")
    return corner


_ORIGIN_SCHEMA = {
    "anyOf": [{"enum": ["sw", "nw", "ll", "ul"]}, {"type": "string", "pattern": r"^([NnSs][Ww]|[UuLl][Ll])$|\$"}]
}

Origin = Annotated[str, BeforeValidator(_grid_origin), WithJsonSchema(_ORIGIN_SCHEMA)]


_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")


def duration_value(value: Any) -> Any:
    """Seconds as a number, or text such as 30s, 10m, 2h, 7d or 4w."""
    if type(value) in {int, float} and value >= 0:
        return float(value)
    if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
        return float(found[1]) * _UNITS[found[2]]
    raise PydanticCustomError("duration", "expected a duration: seconds, or text such as 30s, 10m, 2h, 7d or 4w")


_DURATION_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*[smhdw]\s*$|\$"},
    ]
}

#: A length of time, in seconds.
Duration = Annotated[float, BeforeValidator(duration_value), WithJsonSchema(_DURATION_SCHEMA)]
