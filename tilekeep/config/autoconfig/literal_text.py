"""Text of others in options, where ``$NAME`` and ``${NAME}`` stand for variables and nothing can quote them."""

from __future__ import annotations

import re
from typing import Any

_BEFORE_NAME = re.compile(r"\$(?=\w|\{[^}])")
_IN_ADDRESS = "%24"
_IN_TEXT = "$ "


def literal(data: Any) -> Any:
    """``data``, made of dictionaries, lists and values, with no text into which a variable would be filled.

    A server with a layer ``${TOKEN}`` would else be told that variable of whoever obeys the options, and a title would
    show it to everybody.  In addresses the sign is quoted, which leaves them what they are; in other text a blank
    follows it.
    """
    if isinstance(data, str):
        return _BEFORE_NAME.sub(_IN_ADDRESS if "://" in data else _IN_TEXT, data)
    if isinstance(data, dict):
        return {literal(key): literal(value) for key, value in data.items()}
    return [literal(item) for item in data] if isinstance(data, list | tuple) else data
