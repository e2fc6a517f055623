"""The templates of RESTful addresses of tiles, and of places on them (spec/services.md, 5.1 and 5.3)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import NamedTuple

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.tile_variant import DOUBLE

log = logging.getLogger("tilekeep.service.wmts")

#: A variable in single or, as older configurations have them, double braces.
_VARIABLE = re.compile(r"\{\{(\w+)\}\}|\{(\w+)\}")

#: What every template must contain.
REQUIRED = ("Layer", "TileMatrixSet", "TileMatrix", "TileCol", "TileRow")

#: What templates of feature info must contain besides.
PLACE = ("I", "J", "InfoFormat")

#: Paths arrive without quoting, so whatever is no slash may stand for itself.
_NAME = r"[^/]+"
_LEVEL = r"[\w.:-]+"
_INTEGER = r"-?[0-9]+"
_PATTERNS = {
    "Layer": _NAME,
    "TileMatrixSet": _NAME,
    "TileMatrix": _LEVEL,
    "Style": _NAME,
    "TileCol": _INTEGER,
    "TileRow": rf"{_INTEGER}(?:{DOUBLE})?",
    "I": _INTEGER,
    "J": _INTEGER,
    "Format": r"\w+",
    "InfoFormat": r"\w+",
}
_DIMENSION = r"[\w.,:-]+"


class RestTemplate(NamedTuple):
    """A template compiled to one expression; ``variables`` names its groups in their order."""

    text: str
    variables: tuple[str, ...]
    pattern: re.Pattern[str]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The variables that stand for dimensions, as the template spells them."""
        return tuple(name for name in self.variables if name not in _PATTERNS)

    def filled(self, values: Mapping[str, str], *, others: str | None = None) -> str:
        """The template with ``values`` for variables, and ``others`` for those without unless it is None."""
        return _VARIABLE.sub(lambda match: values.get(match[2], match[0] if others is None else others), self.text)


def compiled(template: str, required: tuple[str, ...] = REQUIRED, *, option: str = "restful_template") -> RestTemplate:
    """The template for paths that start with ``/wmts``, the value of ``option``; ``required`` are its variables.

    :raises ConfigurationError: a required variable is missing, or one occurs twice.
    """
    if "{{" in template:
        log.warning("%s %s: write variables in single braces", option, template)
    variables: list[str] = []
    expression = re.escape("/wmts")
    end = 0
    for match in _VARIABLE.finditer(template):
        name = match[1] or match[2]
        variables.append(name)
        expression += re.escape(template[end : match.start()]) + f"({_PATTERNS.get(name, _DIMENSION)})"
        end = match.end()
    _refuse_incomplete(template, variables, required, option)
    text = _VARIABLE.sub(lambda match: f"{{{match[1] or match[2]}}}", template)
    return RestTemplate(text, tuple(variables), re.compile(expression + re.escape(template[end:])))


def _refuse_incomplete(template: str, variables: list[str], required: tuple[str, ...], option: str) -> None:
    missing = [name for name in required if name not in variables]
    if missing:
        raise ConfigurationError(
            f"services.wmts.{option}: {template!r} lacks {', '.join(f'{{{name}}}' for name in missing)}"
        )
    twice = sorted({name for name in variables if variables.count(name) > 1})
    if twice:
        raise ConfigurationError(f"services.wmts.{option}: {template!r} has {', '.join(twice)} twice; keep one of them")
