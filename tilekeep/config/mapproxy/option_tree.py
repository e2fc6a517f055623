"""The option model seen as a tree: which options exist at a path, for suggestions."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from tilekeep.config.mapproxy.options import Options
from tilekeep.config.problems import OptionPath


def known_options(root: type[Options], path: OptionPath, data: Any) -> tuple[str, ...]:
    """Names of the options of the section at ``path`` of a model; ``data`` tells the type of sources and stores."""
    annotation: Any = root
    for step in path:
        annotation = _inner(_resolved(annotation, data), step)
        data = data[step]
    found = _resolved(annotation, data)
    return tuple(found.model_fields) if _is_options(found) else ()


def _inner(annotation: Any, step: str | int) -> Any:
    """The annotation of one element of a section, mapping or list."""
    if _is_options(annotation):
        field = annotation.model_fields.get(step)
        return None if field is None else field.annotation
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return arguments[1]
    return arguments[0] if get_origin(annotation) is tuple else None


def _resolved(annotation: Any, data: Any) -> Any:
    """The annotation without wrappers; of several the section whose type ``data`` states, else what ``data`` may be."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) not in {Union, types.UnionType}:
        return annotation
    members = [_resolved(member, data) for member in get_args(annotation) if member is not type(None)]
    stated = data.get("type") if isinstance(data, dict) else None
    for member in members:
        if _is_options(member) and "type" in member.model_fields and stated in get_args(_type_of(member)):
            return member
    kind = tuple if isinstance(data, tuple) else dict
    fitting = [member for member in members if get_origin(member) is kind or (kind is dict and _is_options(member))]
    return next(iter(fitting or members), None)


def _type_of(section: type[Options]) -> Any:
    """The annotation of the option ``type``."""
    return section.model_fields["type"].annotation


def _is_options(annotation: Any) -> bool:
    """Whether the annotation is a section of the model."""
    return isinstance(annotation, type) and issubclass(annotation, Options)
