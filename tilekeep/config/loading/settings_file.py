"""The way from a configuration file to checked settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tilekeep.config.loading.config_files import ConfigFiles
from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.garbage import garbage_collection_paused
from tilekeep.config.loading.overlays import with_environment
from tilekeep.config.loading.paths_on_disk import PathsOnDisk
from tilekeep.config.loading.plain_data import plain_data
from tilekeep.config.loading.positions import Position, located
from tilekeep.config.loading.yaml_nodes import MappingNode
from tilekeep.config.loading.yaml_scalars import plain_scalar
from tilekeep.config.mapproxy.checks import checked
from tilekeep.config.mapproxy.path_checks import PathProbe, path_problems
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.plugins.installed import INSTALLED, InstalledPlugins
from tilekeep.config.plugins.model import fitting_model
from tilekeep.config.problems import ConfigurationProblems, Problem, Report, Severity

#: From settings with errors, their directory and the problems so far: the problems with those that are left to find.
FurtherChecks = Callable[[Settings, str, Sequence[Problem]], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings that can be obeyed.

    :ivar settings: the option model, frozen.
    :ivar report: warnings.
    :ivar base_dir: absolute directory of the main file; relative paths start here.
    :ivar files: absolute paths of all files read, the main one first.
    :ivar data: what the settings were made of: plain data, bases, environment and variables included.
    """

    settings: Settings = field(repr=False)
    report: Report
    base_dir: str
    files: tuple[str, ...]
    _read_again: Callable[[], MappingNode | None] = field(repr=False, compare=False)
    data: Mapping[str, Any] = field(repr=False, compare=False)
    _plugins: InstalledPlugins = field(default=INSTALLED, repr=False, compare=False)

    def section_as_written(self, name: str) -> Mapping[str, Any]:
        """A section of :attr:`data`, for people: numbers are as they were written, whatever type the option has."""
        return self.data.get(name) or {}

    def with_data(self, data: Mapping[str, Any]) -> LoadedSettings:
        """The settings of other data in the place of these.

        :raises ConfigurationProblems: there are errors.
        """
        settings, problems = _checked(dict(data), self._plugins)
        report = Report.of(problems)
        if report.errors:
            raise ConfigurationProblems(report)
        return replace(self, settings=settings, report=report, data=data)

    def located(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems found later with their positions, for which the files are read again."""
        root = self._read_again()
        return [problem if root is None else located(problem, root) for problem in problems]


def read_file(path: str) -> bytes:
    """The bytes of a file on disk; raises OSError."""
    with open(path, "rb") as file:
        return file.read()


def _no_further_checks(settings: Settings, base_dir: str, problems: Sequence[Problem]) -> Iterable[Problem]:  # noqa: ARG001
    return problems


def load_settings(
    path: str,
    *,
    environment: str | None = None,
    variables: Mapping[str, str],
    read: Callable[[str], bytes] = read_file,
    paths: PathProbe = PathsOnDisk(),  # noqa: B008 - it holds nothing
    further: FurtherChecks = _no_further_checks,
    plugins: InstalledPlugins = INSTALLED,
) -> LoadedSettings:
    """The settings of ``path`` and its bases, with an environment laid over them and variables filled in.

    Args:
        path: the main configuration file.
        environment: the entry of ``environments`` to lay over the rest, or None.
        variables: environment variables.
        read: the bytes of a file; raises OSError.
        paths: looks at files and directories that are named.
        further: asked where there are errors, so that those that show later stand in the same report.
        plugins: those that the files may name.

    :raises ConfigurationProblems: there are errors; its report holds all of them, and the warnings.
    """
    with garbage_collection_paused():
        return _loaded(path, environment, variables, read, paths, further, plugins)


def _loaded(
    path: str,
    environment: str | None,
    variables: Mapping[str, str],
    read: Callable[[str], bytes],
    paths: PathProbe,
    further: FurtherChecks,
    plugins: InstalledPlugins,
) -> LoadedSettings:
    """The steps of loading."""
    expansion = Expansion(variables)
    files = ConfigFiles(read, expansion)
    tree = files.tree(path)
    problems = files.problems
    if tree is None:
        raise ConfigurationProblems(Report.of(problems))
    root, overlay_problems = with_environment(tree, environment)
    try:
        data = _data(root, expansion)
        settings, model_problems = _checked(data, plugins)
    except RecursionError as depth:
        raise ConfigurationProblems(Report.of([*problems, _too_deep(path)])) from depth
    problems += [located(problem, tree) for problem in overlay_problems]
    base_dir = os.path.abspath(os.path.dirname(path))
    model_problems += path_problems(settings, base_dir, paths)
    if any(problem.severity is Severity.ERROR for problem in model_problems):
        model_problems = list(further(settings, base_dir, model_problems))
    problems += [located(problem, root) for problem in model_problems]
    problems += unset_variables(expansion.unset)
    report = Report.of(problems)
    if report.errors:
        raise ConfigurationProblems(report)
    again = partial(_root, path, environment, variables, read)
    return LoadedSettings(settings, report, base_dir, files.files, again, data, plugins)


def _checked(data: dict[str, Any], plugins: InstalledPlugins) -> tuple[Settings, list[Problem]]:
    """The settings in ``data``, with the options of the plugins that it names, and all that is wrong with it."""
    fitting = fitting_model(data, plugins)
    settings, problems = checked(fitting.data, scalar_coerced, fitting.model, fitting.refused)
    return settings, [*fitting.problems, *problems]


def _root(
    path: str, environment: str | None, variables: Mapping[str, str], read: Callable[[str], bytes]
) -> MappingNode | None:
    """The tree of a configuration that has been loaded before; None if it cannot be read any more."""
    tree = ConfigFiles(read, Expansion(variables)).tree(path)
    return None if tree is None else with_environment(tree, environment)[0]


def _too_deep(path: str) -> Problem:
    """Chains of aliases can nest deeper than a file that spells everything out."""
    return Problem(Severity.ERROR, "aliases are nested too deeply; write some of them out", file=path)


def _data(root: MappingNode, expansion: Expansion) -> dict[str, Any]:
    """The tree as plain data."""
    data = plain_data(root, expansion)
    assert isinstance(data, dict)
    return data


def scalar_coerced(text: str) -> Any:
    """What text from a variable would be as an unquoted YAML scalar."""
    try:
        return plain_scalar(text)
    except ValueError:
        return text


def unset_variables(unset: Mapping[str, Any]) -> Iterable[Problem]:
    """A warning for each variable without a value, where it is first used."""
    for name, mark in unset.items():
        file, line, column = Position.of(mark)
        message = f"the environment variable {name!r} is not set, so its placeholder stays as it is; set it"
        yield Problem(Severity.WARNING, message, file=file, line=line, column=column)
