"""From loaded settings to a container of which everything can be made."""

from __future__ import annotations

from tilekeep.config.assemble.caches import CacheNode
from tilekeep.config.assemble.directories import directory_problems
from tilekeep.config.assemble.kept_nodes import KeptNodes
from tilekeep.config.assemble.srs_codes import srs_problems
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.config.mapproxy.meaning_globals import effective_globals
from tilekeep.config.problems import ConfigurationProblems, Report


def checked_container(loaded: LoadedSettings, nodes_before: KeptNodes[CacheNode] | None = None) -> TilekeepContainer:
    """The container of ``loaded``; what has not changed is taken from ``nodes_before``, those of another container.

    :raises ConfigurationProblems: grids, sources or caches that cannot be put together; the report names all of
        them with their places, and the warnings of before.
    """
    settings = loaded.settings
    options = effective_globals(settings, loaded.base_dir)
    container = TilekeepContainer(settings=settings, base_dir=loaded.base_dir, options=options)
    if nodes_before is not None:
        container.nodes_before.override(nodes_before)
    container.check_dependencies()
    problems = [
        *srs_problems(settings, container.adapters.projection()),
        *container.use_cases.caches().problems(),
        *directory_problems(settings, container.use_cases.grids().grid),
    ]
    if problems:
        raise ConfigurationProblems(Report.of([*loaded.report.problems, *loaded.located(problems)]))
    return container
