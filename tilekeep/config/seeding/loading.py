"""From a file of tasks to checked options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tilekeep.config.loading.config_files import ConfigFiles
from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.plain_data import plain_data
from tilekeep.config.loading.positions import located
from tilekeep.config.loading.settings_file import read_file, scalar_coerced, unset_variables
from tilekeep.config.loading.yaml_nodes import MappingNode
from tilekeep.config.mapproxy.refused_options import without_consequences
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.validation import validated
from tilekeep.config.problems import ConfigurationProblems, Problem, Report, Severity
from tilekeep.config.seeding.checks import task_problems
from tilekeep.config.seeding.options import SeedSettings


@dataclass(frozen=True, slots=True)
class LoadedTasks:
    """Tasks that can be obeyed.

    :ivar report: warnings.
    """

    settings: SeedSettings
    report: Report
    _root: MappingNode

    def located(self, problem: Problem) -> Problem:
        """A problem found later with its position."""
        return located(problem, self._root)


def load_tasks(
    path: str, settings: Settings, *, variables: Mapping[str, str], read: Callable[[str], bytes] = read_file
) -> LoadedTasks:
    """The tasks in the file ``path`` for a configuration with ``settings``; variables are filled in.

    :raises ConfigurationProblems: there are errors; its report holds all of them, and the warnings.
    """
    expansion = Expansion(variables)
    files = ConfigFiles(read, expansion)
    root = files.tree(path)
    problems = files.problems
    if root is None:
        raise ConfigurationProblems(Report.of(problems))
    if "views" in root.entries:
        message = "the file is of the old kind with 'views', which is not read any more; write 'seeds' and 'cleanups'"
        raise ConfigurationProblems(Report.of([*problems, Problem(Severity.ERROR, message, file=path)]))
    data = plain_data(root, expansion)
    assert isinstance(data, dict)
    result = validated(SeedSettings, data, scalar_coerced)
    found = [*result.problems, *without_consequences(task_problems(result.settings, settings), result.broken)]
    problems += [located(problem, root) for problem in found]
    problems += unset_variables(expansion.unset)
    report = Report.of(problems)
    if report.errors:
        raise ConfigurationProblems(report)
    return LoadedTasks(result.settings, report, root)
