"""The corpus of configurations as people run them, and what its files say about themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilekeep.config.loading.config_files import ConfigFiles
from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.overlays import with_environment
from tilekeep.config.loading.plain_data import plain_data
from tilekeep.config.loading.settings_file import read_file
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.validation import validated

DATA = Path(__file__).parents[2] / "data"

#: Both programs read these.
CORPUS = DATA / "corpus"

#: These use options that only Tilekeep has.
OWN = DATA / "corpus_of_own_options"

_HEADER = re.compile(r"# (expect|variables|reference): (.+)")


@dataclass(frozen=True, slots=True)
class Example:
    """One file of the corpus.

    :ivar purpose: whom it stands for.
    :ivar refused: the options that this version refuses; empty if it loads.
    :ivar variables: environment variables that it wants.
    :ivar built: whether the reference can build its services without servers and libraries that are not there.
    """

    file: Path
    purpose: str
    refused: frozenset[str]
    variables: dict[str, str]
    built: bool


def examples(folder: Path) -> list[Example]:
    """The files of ``folder``, but those that others are based on."""
    return [_example(file) for file in sorted(folder.glob("*.yaml"))]


def _example(file: Path) -> Example:
    comments = [line for line in file.read_text().splitlines() if line.startswith("#")]
    headers = {found[1]: found[2] for line in comments if (found := _HEADER.fullmatch(line))}
    expected, *refused = headers["expect"].split()
    assert (expected == "loads") == (not refused), file
    assert headers.get("reference", "only loads, because").startswith("only loads, because"), file
    purpose = " ".join(line.removeprefix("# ") for line in comments if not _HEADER.fullmatch(line))
    variables = dict(item.split("=", 1) for item in headers.get("variables", "").split())
    return Example(file, purpose, frozenset(refused), variables, "reference" not in headers)


def options_set(example: Example) -> set[tuple[str, str]]:
    """The options that a file sets: each as the section that declares it, and its name."""
    expansion = Expansion(example.variables)
    tree = ConfigFiles(read_file, expansion).tree(str(example.file))
    assert tree is not None
    data = plain_data(with_environment(tree, None)[0], expansion)
    assert isinstance(data, dict)
    return set(_set_in(validated(Settings, data, lambda text: text).settings))


def _set_in(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Options):
        for name in value.model_fields_set:
            yield declared(type(value), name)
            yield from _set_in(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _set_in(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _set_in(inner)


def declared(section: type[Options], name: str) -> tuple[str, str]:
    """An option by the section that declares it first, from which others inherit it."""
    owner = next(part for part in reversed(section.__mro__) if name in vars(part).get("__annotations__", {}))
    return owner.__name__, name


def all_options() -> set[tuple[str, str]]:
    """Every option of the model, as of :func:`options_set`."""
    from tests.unit.config.option_walk import sections_of

    return {declared(section, name) for section in sections_of(Settings) for name in section.model_fields}
