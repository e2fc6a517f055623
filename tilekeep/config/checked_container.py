"""From loaded settings to a container of which everything can be made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tilekeep.adapters.imaging.encoders import has_encoder
from tilekeep.config.assemble.areas import area_problems
from tilekeep.config.assemble.cache_parts import CacheNode
from tilekeep.config.assemble.directories import directory_problems
from tilekeep.config.assemble.encoders import encoder_problems
from tilekeep.config.assemble.kept_nodes import ContentHash, KeptNode, KeptNodes
from tilekeep.config.assemble.libraries import library_problems
from tilekeep.config.assemble.object_stores import object_store_problems
from tilekeep.config.assemble.srs_codes import srs_problems
from tilekeep.config.assemble.styles import style_problems
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.config.mapproxy.meaning_globals import effective_globals
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sound_part import sound_part, without_boxes_of_unknown_srs
from tilekeep.config.problems import ConfigurationProblems, OptionPath, Problem, Report, Severity


def checked_container(loaded: LoadedSettings, nodes_before: KeptNodes[CacheNode] | None = None) -> TilekeepContainer:
    """The container of ``loaded``; what has not changed is taken from ``nodes_before``, those of another container.

    :raises ConfigurationProblems: grids, sources or caches that cannot be put together; the report names all of
        them with their places, and the warnings of before.
    """
    settings = loaded.settings
    container = _container(settings, loaded.base_dir, None if nodes_before is None else nodes_before.made())
    problems = [
        *_codes_and_areas(container),
        *container.use_cases.caches().problems(),
        *container.use_cases.info().problems(),
        *directory_problems(settings, container.use_cases.grids().grid),
        *object_store_problems(settings),
    ]
    if problems:
        raise ConfigurationProblems(Report.of([*loaded.report.problems, *loaded.located(problems)]))
    return container


def problems_of_parts(settings: Settings, base_dir: str, problems: Sequence[Problem]) -> list[Problem]:
    """The ``problems`` of settings with errors, and what the checks of the start find in what is sound of them."""
    refused = {problem.path for problem in problems if problem.severity is Severity.ERROR}
    if is_refused(refused, ("globals", "srs")):
        return list(problems)
    sound = sound_part(settings, refused)
    container = _container(sound, base_dir)
    found = [
        *_codes_and_areas(_container(settings, base_dir), refused),
        *container.use_cases.caches().problems(),
        *container.use_cases.info().problems(),
        *directory_problems(sound, container.use_cases.grids().grid),
        *object_store_problems(sound),
    ]
    return [*without_boxes_of_unknown_srs(settings, problems, found), *found]


def _codes_and_areas(container: TilekeepContainer, refused: Collection[OptionPath] = ()) -> Iterator[Problem]:
    settings = container.settings
    yield from srs_problems(settings, container.adapters.projection())
    yield from area_problems(settings, container.base_dir, container.use_cases.coverages(), refused)
    yield from style_problems(settings, container.base_dir)
    yield from library_problems(settings)
    yield from encoder_problems(settings, has_encoder)


def _container(
    settings: Settings, base_dir: str, nodes_before: Mapping[ContentHash, KeptNode[CacheNode]] | None = None
) -> TilekeepContainer:
    return TilekeepContainer(settings, base_dir, effective_globals(settings, base_dir), nodes_before)
