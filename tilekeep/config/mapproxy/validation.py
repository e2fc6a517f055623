"""From plain data to frozen settings: one pass of the model, more only to report what is wrong with the rest.

What the model refuses is reported, taken out, and the remainder validated again, so that problems of different
kinds (wrong types, unknown keys, broken references) end up in one report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError

from tilekeep.config.expanded_text import ExpandedText
from tilekeep.config.mapproxy.option_tree import known_options
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.wrong_values import explanation, shown
from tilekeep.config.plain_edits import element_at, with_value, without
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.config.suggestions import closest

Root = TypeVar("Root", bound=Options)

#: Sections of named entries.
NAMED_SECTIONS = frozenset({"grids", "sources", "caches", "seeds", "cleanups", "coverages"})

#: Stand for required options that are wrong or missing, so that the rest of the entry can be looked at.
_NOTHING = {("caches", "sources"): (), ("layers", "title"): "", ("sources", "url"): ""}

#: Stands for a layer that is wrong, so that the others keep their places.
_NO_LAYER = {"title": ""}

_ENTRY_DEPTH = 2

#: Sections whose keys say what is wanted, so that an unknown one is an error: the word for what they name.
_NAMING_SECTIONS: Mapping[OptionPath, str] = {
    ("services",): "service",
    ("services", "demo", "pages"): "page",
    ("globals", "interceptors"): "interceptor",
}


@dataclass(slots=True)
class Validated(Generic[Root]):
    """What came of the validation.

    :ivar settings: what could be understood; complete if there is no error among the problems.
    :ivar broken: paths of what was refused: of options, and of entries such as ``("caches", "osm")``.
    """

    settings: Root
    problems: list[Problem] = field(default_factory=list)
    broken: set[OptionPath] = field(default_factory=set)


def validated(root: type[Root], data: dict[str, Any], coerced: Callable[[str], Any]) -> Validated[Root]:
    """The settings in ``data``, and all that is wrong with it.

    Args:
        root: the model of a whole file.
        data: plain data; lists as tuples.
        coerced: the value that text from an environment variable stands for when an option wants no text.
    """
    result = Validated(root.untouched())
    while True:
        try:
            result.settings = root.model_validate(data)
        except ValidationError as refusal:
            rest = _Repair(data, result, coerced).without_refused(refusal)
            if rest is data:
                return result
            data = rest
        else:
            return result


class _Repair:
    """One round: reports what was refused and takes it out."""

    def __init__(self, data: dict[str, Any], result: Validated[Any], coerced: Callable[[str], Any]) -> None:
        self._data = data
        self._original = data
        self._result = result
        self._root = type(result.settings)
        self._coerced = coerced

    def without_refused(self, refusal: ValidationError) -> dict[str, Any]:
        """The data that is left."""
        errors = refusal.errors(include_url=False)
        for path, group in _grouped(errors, self._data).items():
            self._settle(path, group)
        return self._data

    def _settle(self, path: OptionPath, group: Sequence[Mapping[str, Any]]) -> None:
        kind, value = group[0]["type"], group[0]["input"]
        if isinstance(value, ExpandedText) and not isinstance(fitting := self._coerced(value), str):
            self._replace(path, fitting)
        elif kind == "extra_forbidden" and path[:-1] not in _NAMING_SECTIONS:
            self._report(_unknown_option(self._root, path, self._original))
            self._remove(path)
        elif kind == "missing" and is_refused(self._result.broken, path):
            self._take_out(path[:-1])
        else:
            self._report(_refused(self._root, path, group, self._original))
            self._take_out(path[:-1] if kind.startswith("union_tag") else path)

    def _report(self, problem: Problem) -> None:
        self._result.problems.append(problem)

    def _take_out(self, path: OptionPath) -> None:
        """Removes what cannot be used: the option, or the section or entry that cannot be without it."""
        self._result.broken.add(path)
        entry = path[: _entry_length(path)]
        options = path[len(entry) :]
        if not options:
            self._replace(entry, _NO_LAYER) if entry[:1] == ("layers",) else self._remove(entry)
            return
        length = next((i for i, step in enumerate(options) if isinstance(step, int)), len(options))
        nothing = _NOTHING.get((str(path[0]), str(options[0]))) if length == 1 and entry else None
        if nothing is not None and _exists(self._data, entry):
            self._replace(entry, {**(element_at(self._data, entry) or {}), options[0]: nothing})
        elif _exists(self._data, (*entry, *options[:length])):
            self._remove((*entry, *options[:length]))
        elif len(options) == length:
            self._take_out(path[:-1])

    def _replace(self, path: OptionPath, value: Any) -> None:
        if _exists(self._data, path):
            self._data = with_value(self._data, path, value)

    def _remove(self, path: OptionPath) -> None:
        if _exists(self._data, path):
            self._data = without(self._data, path)


def _entry_length(path: OptionPath) -> int:
    """How many steps lead to the named entry or the layer, within groups too, that an option belongs to."""
    if path[0] in NAMED_SECTIONS:
        return _ENTRY_DEPTH if len(path) >= _ENTRY_DEPTH else 0
    length = 0
    while path[length : length + 1] == ("layers",) and len(path) >= length + _ENTRY_DEPTH:
        length += _ENTRY_DEPTH
    return length


def _grouped(errors: Sequence[Any], data: Any) -> dict[OptionPath, list[Mapping[str, Any]]]:
    """Errors by the option they are about; of nested ones that stem from alternatives only the inner."""
    groups: dict[OptionPath, list[Mapping[str, Any]]] = {}
    for item in errors:
        groups.setdefault(_option_path(item, data), []).append(cast("Mapping[str, Any]", item))
    inner = {path[:length] for path in groups for length in range(len(path))}
    return {path: group for path, group in groups.items() if path not in inner or not _is_mere_mismatch(group)}


def _is_mere_mismatch(group: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the model only says that an alternative has another type."""
    return all(item["type"] in {"tuple_type", "dict_type", "string_type", "model_type", "too_short"} for item in group)


def _option_path(item: Mapping[str, Any], data: Any) -> OptionPath:
    """The path of an error without the model's labels of alternatives."""
    path: list[str | int] = []
    labelled = False  # the label of a type may be the name of an option too
    for step in item["loc"]:
        if not labelled and _is_type_label(path, data, step):
            labelled = True
        elif _exists(data, (step,)):
            data = data[step]
            path.append(step)
            labelled = False
    if item["type"] == "missing":
        path.append(item["loc"][-1])
    elif item["type"].startswith("union_tag"):
        path.append("type")
    return tuple(path)


def _is_type_label(path: list[str | int], data: Any, step: str | int) -> bool:
    """Whether the step only says which type of source or store was meant."""
    typed = (len(path) == _ENTRY_DEPTH and path[0] == "sources") or path[-1:] in (["cache"], ["inspire_md"])
    typed = typed or (path[-2:-1] == ["tiers"] and isinstance(path[-1], int))
    return typed and isinstance(data, dict) and data.get("type") == step


def _exists(data: Any, path: OptionPath) -> bool:
    """Whether there is an element at ``path``."""
    for step in path:
        in_mapping = isinstance(data, dict) and step in data
        in_list = isinstance(data, tuple) and isinstance(step, int) and step < len(data)
        if not in_mapping and not in_list:
            return False
        data = data[step]
    return True


def _unknown_option(root: type[Options], path: OptionPath, data: Any) -> Problem:
    """A key that means nothing; it is ignored, as in the reference."""
    key = path[-1]
    suggestion = closest(key, known_options(root, path[:-1], data))
    return warning(path, f"the option {key!r} is unknown and has no effect", suggestion=suggestion, place=Place.KEY)


def _refused(root: type[Options], path: OptionPath, group: Sequence[Mapping[str, Any]], data: Any) -> Problem:
    """A value, key or type that cannot be used."""
    first = group[0]
    kind, context = first["type"], first.get("ctx", {})
    if "[key]" in first["loc"] or kind == "extra_forbidden":
        return _refused_key(root, path, group, data)
    if kind in {"missing", "union_tag_not_found"}:
        return error(path, f"the option {path[-1]!r} is required and missing; add it", place=Place.KEY)
    if kind == "union_tag_invalid":
        known_types = [name.strip(" '") for name in context["expected_tags"].split(",")]
        message = f"the type {shown(path, first['input']['type'])} does not exist (known: {', '.join(known_types)})"
        return error(path, message, suggestion=closest(context["tag"], known_types))
    return error(path, explanation(path, group), suggestion=_permitted_like(first))


def _refused_key(root: type[Options], path: OptionPath, group: Sequence[Mapping[str, Any]], data: Any) -> Problem:
    """A key that cannot be used: a name that is not text, or of something that does not exist."""
    kind, name = group[0]["type"], path[-1]
    if kind == "extra_forbidden":
        known = known_options(root, path[:-1], data)
        hint = f"known: {', '.join(known)}" if known else "no plugin that brings it is installed"
        message = f"the {_NAMING_SECTIONS[path[:-1]]} {name!r} does not exist ({hint})"
        return error(path, message, suggestion=closest(name, known), place=Place.KEY)
    if kind == "string_type":
        return error(path, f"the name {name!r} is not text; put it in quotes", place=Place.KEY)
    return error(path, explanation(path, group), place=Place.KEY)


def _permitted_like(item: Mapping[str, Any]) -> str | None:
    """The permitted word that was probably meant."""
    if item["type"] != "literal_error" or not isinstance(item["input"], str):
        return None
    permitted = item["ctx"]["expected"].replace(" or ", ",").split(",")
    return closest(item["input"], [word.strip(" '") for word in permitted])
