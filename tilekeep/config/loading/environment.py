"""Environment variables in configuration values: ``$NAME`` and ``${NAME}`` (spec/config-globals-grids.md, 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tilekeep.config.expanded_text import ExpandedText

_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]+)\})")


class Expansion:
    """Replaces variables in text, and remembers where a variable was first found unset.

    :ivar unset: mark of the first use of each variable that has no value; its placeholder stays as it is.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.unset: dict[str, Any] = {}

    def expanded(self, text: str, mark: Any) -> str:
        """The text with its variables replaced; ``mark`` is its place in the file."""

        def value_of(match: re.Match[str]) -> str:
            name: str = match[1] or match[2]
            if name in self._variables:
                return self._variables[name]
            self.unset.setdefault(name, mark)
            return match[0]

        result = _VARIABLE.sub(value_of, text)
        return text if result == text else ExpandedText(result, text)
