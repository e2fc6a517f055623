"""The option model as a JSON Schema for editors.

It is stricter than the loader in one respect: unknown keys, of which the loader warns, are errors in an editor.
Required options count only in files that stand alone: what a file with ``base`` and an environment leave out comes
from elsewhere.  The draft is that of the YAML language server, draft 7.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from tilekeep.config.mapproxy.layers import layers_option
from tilekeep.config.mapproxy.marked_options import marks
from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.options import Options, empty_section
from tilekeep.config.mapproxy.root import Settings

DRAFT = "http://json-schema.org/draft-07/schema#"

#: Text with a variable, which becomes what the option wants.
_VARIABLE = r"\$(\w+|\{[^}]+\})"

_EMPTY_MAY_STAND = frozenset({empty_section, layers_option})
_IVAR = re.compile(r":ivar (\w+): (.+?)(?=\n\s*:|\Z)", re.DOTALL)
_PART = "Part"


def json_schema(model: type[Settings] = Settings) -> dict[str, Any]:
    """The schema of ``mapproxy.yaml``, of its base files, and of environments within; ``model`` is that of the file."""
    document = model.model_json_schema(schema_generator=_Generator, ref_template="#/definitions/{model}")
    definitions = document.pop("$defs")
    whole = {key: document[key] for key in ("type", "properties", "additionalProperties")}
    definitions["Configuration"] = whole
    parts = {f"{name}{_PART}": _without_required(definition) for name, definition in definitions.items()}
    overlay = copy.deepcopy(parts[f"Configuration{_PART}"])
    files = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    top = {
        "base": {**files, "description": "Files on which this one is based; their paths start at its directory."},
        "environments": {
            "type": ["object", "null"],
            "additionalProperties": {"anyOf": [{"$ref": "#/definitions/Environment"}, {"type": "null"}]},
            "description": "Options laid over all others, by the name with which an environment is chosen.",
        },
    }
    for definition in (whole, parts[f"Configuration{_PART}"]):
        definition["properties"] = {**definition["properties"], **top}
    return {
        "$schema": DRAFT,
        "title": "Configuration of Tilekeep",
        "description": "mapproxy.yaml",
        "if": {"type": "object", "required": ["base"]},
        "then": {"$ref": f"#/definitions/Configuration{_PART}"},
        "else": {"$ref": "#/definitions/Configuration"},
        "definitions": {**definitions, **parts, "Environment": overlay},
    }


def _without_required(schema: Any) -> Any:
    """A copy in which no option is required, and which refers to such copies."""
    if isinstance(schema, Mapping):
        kept = schema if "then" in schema or "if" in schema else {k: v for k, v in schema.items() if k != "required"}
        return {
            key: f"{value}{_PART}" if key == "$ref" else value if key == "if" else _without_required(value)
            for key, value in kept.items()
        }
    return [_without_required(item) for item in schema] if isinstance(schema, list) else schema


class _Generator(GenerateJsonSchema):
    """Adds to the schema of pydantic what the loader accepts besides, and says what options are for."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Titles would only repeat names."""
        return False

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        """True or false."""
        return _or_variable(super().bool_schema(schema), "true or false")

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        """A whole number."""
        return _or_variable(super().int_schema(schema), "a whole number")

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        """A number."""
        return _or_variable(super().float_schema(schema), "a number")

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """Text; where it has a form, a variable may have it too."""
        result = super().str_schema(schema)
        return _or_variable(result, "text of this form") if "pattern" in result else result

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        """One of some words."""
        return {"enum": list(schema["expected"])}

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        """A list; one of fixed length holds values of one kind."""
        if "variadic_item_index" in schema:
            return super().tuple_schema(schema)
        items = schema["items_schema"]
        return {
            "type": "array",
            "items": self.generate_inner(items[0]),
            "minItems": len(items),
            "maxItems": len(items),
        }

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Named entries, of which some may have certain names only."""
        result: JsonSchemaValue = {
            "type": "object",
            "additionalProperties": self.generate_inner(schema["values_schema"]) if "values_schema" in schema else True,
        }
        names = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        return result if names in ({}, {"type": "string"}) else {**result, "propertyNames": names}

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """What the validator makes of the value; sections may be left empty."""
        result = super().function_before_schema(schema)
        if schema["function"]["function"] in _EMPTY_MAY_STAND and {"type": "null"} not in result.get("anyOf", ()):
            return {"anyOf": [result, {"type": "null"}]}
        return result

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default that says something."""
        result = super().default_schema(schema)
        return {key: value for key, value in result.items() if (key, value) != ("default", None)}

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """The options of the type that is stated."""
        kinds = {str(tag): self.generate_inner(choice) for tag, choice in schema["choices"].items()}
        return {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": list(kinds)}},
            "allOf": [
                {"if": {"required": ["type"], "properties": {"type": {"const": tag}}}, "then": choice}
                for tag, choice in kinds.items()
            ],
        }

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A section; its options are described where its docstring describes them."""
        result = super().model_schema(schema)
        section: type[Options] = schema["cls"]
        texts = _descriptions(section)
        result.pop("title", None)
        result["description"] = _plain(inspect.getdoc(section) or "")
        for name, option in result.get("properties", {}).items():
            text = " ".join(filter(None, [texts.get(name), _said_of(marks(section).get(name))]))
            if text:
                result["properties"][name] = {**option, "description": text}
        return result


def _or_variable(schema: JsonSchemaValue, expected: str) -> JsonSchemaValue:
    message = f"Expected {expected}, or a variable such as ${{NAME}}"
    return {"anyOf": [schema, {"type": "string", "pattern": _VARIABLE, "patternErrorMessage": message}]}


def _descriptions(section: type[BaseModel]) -> dict[str, str]:
    """What docstrings say of single options; those of a section win over those of what it is made from."""
    texts: dict[str, str] = {}
    for part in reversed(section.__mro__):
        texts.update({found[1]: _plain(found[2]) for found in _IVAR.finditer(inspect.cleandoc(part.__doc__ or ""))})
    return texts


def _plain(text: str) -> str:
    """One paragraph without markup."""
    paragraph = re.split(r"\n\s*(?:\n|:ivar)", text.strip())[0]
    return re.sub(r" \(spec/[^)]*\)", "", " ".join(paragraph.replace("``", "").split()))


def _said_of(mark: NoEffect | None) -> str:
    return "" if mark is None else f"Has no effect: {mark.reason}."
