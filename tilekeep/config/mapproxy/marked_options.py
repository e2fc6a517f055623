"""Finds options and types that are known but not obeyed, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from tilekeep.config.mapproxy.backends import BackendOptions
from tilekeep.config.mapproxy.markers import NoEffect
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.sources import Source, SourceOptions
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning

_LEAVES = frozenset({str, int, float, bool, type(None)})


def marked_option_problems(settings: Options) -> Iterator[Problem]:
    """A problem for each marked option that is set somewhere below ``settings``."""
    yield from _of_section(settings, ())


def _of_section(section: Options, path: OptionPath) -> Iterator[Problem]:
    """Problems of the options that are set in one section, and in those within."""
    marked = marks(type(section))
    if isinstance(section, SourceOptions | BackendOptions) and type(section).later:
        yield _later_type(section, path)
        return
    values = section.__dict__
    for name in section.__pydantic_fields_set__:
        value = values[name]
        if name in marked:
            message = f"{name!r} has no effect: {marked[name].reason}; remove it"
            yield warning((*path, name), message, place=Place.KEY)
        elif type(value) not in _LEAVES:
            yield from _within(value, (*path, name))


def _within(value: Any, path: OptionPath) -> Iterator[Problem]:
    """Problems of the sections in a value."""
    if isinstance(value, Options):
        yield from _of_section(value, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if type(inner) not in _LEAVES:
                yield from _within(inner, (*path, key))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            if type(inner) not in _LEAVES:
                yield from _within(inner, (*path, index))


@cache
def marks(section: type[Options]) -> dict[str, NoEffect]:
    """The marked options of a section, by name."""
    marks = {}
    for name, information in section.model_fields.items():
        for item in information.metadata:
            if isinstance(item, NoEffect):
                marks[name] = item
    return marks


def _supported_sources() -> str:
    """The types of sources that there are, those of a later version left out."""
    union, _ = get_args(Source)
    kinds = (option for option in get_args(union) if not option.later)
    return ", ".join(get_args(kind.model_fields["type"].annotation)[0] for kind in kinds)


def _later_type(section: Options, path: OptionPath) -> Problem:
    """A source or store of a type that a later version brings."""
    kind = section.__dict__["type"]
    what = "source" if isinstance(section, SourceOptions) else "cache"
    available = (
        _supported_sources() if isinstance(section, SourceOptions) else "file, compact, sqlite, mbtiles, geopackage"
    )
    message = f"{what}s of type {kind!r} are not supported yet by this version of Tilekeep (supported: {available})"
    return error((*path, "type"), message)
