"""Walks the option model and lists the options that are known but not obeyed."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.root import Settings


def marked_options() -> dict[str, NoEffect]:
    """Patterns such as ``caches.*.name`` and ``layers[].min_res``, each with its mark."""
    return dict(_marked(Settings, "", ()))


def later_types() -> set[str]:
    """Types of sources and stores that are refused, such as ``caches.*.cache.type: s3``."""
    return {pattern for pattern, _ in _later_types(Settings, "", ())}


def sections_of(annotation: Any) -> set[type[Options]]:
    """All sections of the model below ``annotation``."""
    found: set[type[Options]] = set()
    waiting = [annotation]
    while waiting:
        for section, _ in sections_at(waiting.pop(), "", tuple(found)):
            found.add(section)
            waiting.extend(information.annotation for information in section.model_fields.values())
    return found


def sections_at(annotation: Any, pattern: str, seen: tuple[type, ...]) -> Iterator[tuple[type[Options], str]]:
    """The sections that an annotation may hold, each with its pattern."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from sections_at(arguments[0], pattern, seen)
    elif origin in {Union, types.UnionType}:
        for member in arguments:
            yield from sections_at(member, pattern, seen)
    elif origin is dict:
        yield from sections_at(arguments[1], f"{pattern}.*", seen)
    elif origin is tuple:
        yield from sections_at(arguments[0], f"{pattern}[]", seen)
    elif isinstance(annotation, type) and issubclass(annotation, Options) and annotation not in seen:
        yield annotation, pattern


def _marked(annotation: Any, pattern: str, seen: tuple[type, ...]) -> Iterator[tuple[str, NoEffect]]:
    for section, place in sections_at(annotation, pattern, seen):
        if getattr(section, "later", False):
            continue
        for name, information in section.model_fields.items():
            inner = f"{place}.{name}".lstrip(".")
            mark = next((m for m in information.metadata if isinstance(m, NoEffect)), None)
            if mark is not None:
                yield inner, mark
            else:
                yield from _marked(information.annotation, inner, (*seen, section))


def _later_types(annotation: Any, pattern: str, seen: tuple[type, ...]) -> Iterator[tuple[str, None]]:
    for section, place in sections_at(annotation, pattern, seen):
        if getattr(section, "later", False) and "type" in section.model_fields:
            yield f"{place}.type: {get_args(section.model_fields['type'].annotation)[0]}", None
        for name, information in section.model_fields.items():
            yield from _later_types(information.annotation, f"{place}.{name}".lstrip("."), (*seen, section))
