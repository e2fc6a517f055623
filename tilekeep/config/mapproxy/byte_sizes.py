"""Options that are amounts of bytes."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", re.IGNORECASE)


def byte_size_value(value: Any) -> Any:
    """Bytes as a number, or text such as 512K, 256M, 1.5G or 2Ti; each unit is 1024 of the one before."""
    if type(value) in {int, float} and value >= 0 and value == int(value):
        return int(value)
    if isinstance(value, str) and (found := _AMOUNT.fullmatch(value.strip())):
        return int(float(found[1]) * _UNITS[found[2].upper()])
    raise PydanticCustomError("byte_size", "expected an amount of bytes: a number, or text such as 512K, 256M or 2G")


_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*[KMGTkmgt]?[Ii]?[Bb]?\s*$|\$"},
    ]
}

#: An amount of bytes.
ByteSize = Annotated[int, BeforeValidator(byte_size_value), WithJsonSchema(_SCHEMA)]
