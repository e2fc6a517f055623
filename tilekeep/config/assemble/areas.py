"""Whether the areas that caches use can be read, all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.mapproxy.meaning_cache import cache_coverage
from tilekeep.config.mapproxy.meaning_coverage import EffectiveCoverage, effective_coverage
from tilekeep.config.mapproxy.meaning_layers import flattened
from tilekeep.config.mapproxy.names import SourceName
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Problem
from tilekeep.config.problems import error as problem_of
from tilekeep.domain.errors import ConfigurationError


def area_problems(
    settings: Settings, base_dir: str, coverages: CoverageAssembly, refused: Collection[OptionPath] = ()
) -> Iterator[Problem]:
    """An error for each area that cannot be read; those with ``refused`` options are passed over."""
    for option, coverage in _used(settings, base_dir, refused):
        try:
            coverages.check(coverage, option)
        except ConfigurationError as error:
            yield problem_of(error.option, error.message)


def _used(
    settings: Settings, base_dir: str, refused: Collection[OptionPath]
) -> Iterator[tuple[OptionPath, EffectiveCoverage | None]]:
    """Coverages of caches and of the sources that they and layers name, each with its place."""
    named: dict[str, None] = {}
    for name, cache in settings.caches.items():
        named.update(dict.fromkeys(SourceName.parse(source).name for source in cache.source_names))
        option: OptionPath = ("caches", name, "cache", "coverage")
        if not is_refused(refused, option):
            yield option, cache_coverage(settings, name, base_dir)
    for layer in flattened(settings.layers):
        named.update(dict.fromkeys(SourceName.parse(source).name for source in layer.sources or ()))
    for name in named:
        option = ("sources", name, "coverage")
        if name in settings.sources and not is_refused(refused, option):
            yield option, effective_coverage(settings.sources[name].coverage, base_dir)
