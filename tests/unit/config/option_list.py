"""The list of all options, as ``docs/option-list.md`` has it: ``python -m tests.unit.config.option_list`` prints it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, get_args

from tests.unit.config.option_walk import sections_at
from tilekeep.config.mapproxy.json_schema import json_schema
from tilekeep.config.mapproxy.marked_options import marks
from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.root import Settings

HEAD = """\
# All options

What each option wants, and what this version does with it. The page is made from the option model
(`python -m tests.unit.config.option_list > docs/option-list.md`); what differs from MapProxy is said in
[options.md](options.md).

| state | meaning |
| --- | --- |
| obeyed | it does what it says |
| refused | it comes with a later version; using it stops the start |
| no effect | nothing depends on it; using it warns |

`*` stands for a name, `[]` for an item of a list. Numbers, words and true or false may also come from an environment
variable (`${NAME}`).
"""

OBEYED, REFUSED, NO_EFFECT = "obeyed", "refused", "no effect"


def option_list() -> str:
    """The whole page."""
    definitions = json_schema()["definitions"]
    parts = [HEAD]
    for (section, state), places in _grouped().items():
        name = "Configuration" if section is Settings else section.__name__
        parts.append(_table(section, state, places, definitions[name]["properties"]))
    return "\n".join(parts)


def _grouped() -> dict[tuple[type[Options], str], list[str]]:
    """Sections with what is done with them, each with all places where it stands."""
    places: dict[tuple[type[Options], str], list[str]] = {}
    for section, state, place in _occurrences(Settings, "", OBEYED, ()):
        found = places.setdefault((section, state), [])
        if place not in found:
            found.append(place)
    return places


def _occurrences(
    annotation: Any, pattern: str, state: str, above: tuple[type, ...]
) -> Iterator[tuple[type[Options], str, str]]:
    for section, place in sections_at(annotation, pattern, above):
        own = REFUSED if getattr(section, "later", False) else state
        kind = get_args(section.model_fields["type"].annotation) if "type" in section.model_fields else ()
        yield section, own, f"`{place}` of type `{kind[0]}`" if kind and place else f"`{place}`"
        for name, information in section.model_fields.items():
            inner = _state(marks(section).get(name), own)
            yield from _occurrences(information.annotation, f"{place}.{name}".lstrip("."), inner, (*above, section))


def _state(mark: NoEffect | None, inherited: str) -> str:
    """What is done with an option in a section with which ``inherited`` is done."""
    if inherited != OBEYED or mark is None:
        return inherited
    return NO_EFFECT


def _table(section: type[Options], state: str, places: list[str], properties: dict[str, Any]) -> str:
    title = "The top level" if section is Settings else ", ".join(places)
    rows = ["| option | value | default | state | meaning |", "| --- | --- | --- | --- | --- |"]
    for name, schema in properties.items():
        default = "" if schema.get("default") in (None, []) else f"`{json.dumps(schema['default'])}`"
        known = name in section.model_fields
        done = _state(marks(section).get(name), state) if known else state
        text = schema.get("description", "").replace("|", "\\|")
        rows.append(f"| `{name}` | {_value(schema)} | {default} | {done} | {text} |")
    return "\n".join([f"## {title}", "", *rows, ""])


def _value(schema: dict[str, Any]) -> str:  # noqa: PLR0911 - one for each kind of value
    """What an option wants, in words."""
    match schema:
        case {"$ref": _} | {"allOf": _}:
            return "section"
        case {"enum": words}:
            return " or ".join(f"`{json.dumps(word).strip(chr(34))}`" for word in words)
        case {"const": word}:
            return f"`{word}`"
        case {"anyOf": kinds}:
            wanted = [_value(kind) for kind in kinds if not _is_variable(kind) and kind.get("type") != "null"]
            return " or ".join(dict.fromkeys(wanted))
        case {"type": "array", "items": items}:
            words = _value(items)
            return f"list of {words if ' or ' in words or words == 'text' else words + 's'}"
        case {"type": "object", "additionalProperties": bool()}:
            return "mapping"
        case {"type": "object" | ["object", "null"], "additionalProperties": values}:
            return f"names with {_value(values)}"
        case {"type": [*kinds]}:
            return " or ".join(_value({"type": kind}) for kind in kinds if kind != "null")
        case {"type": kind}:
            return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)
    return "anything"


def _is_variable(schema: dict[str, Any]) -> bool:
    return "patternErrorMessage" in schema


if __name__ == "__main__":
    sys.stdout.write(option_list())
