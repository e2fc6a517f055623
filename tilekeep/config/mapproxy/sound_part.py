"""What can be put together of a configuration with errors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tilekeep.config.mapproxy.grids import DEFAULT_GRID
from tilekeep.config.mapproxy.names import SourceName, grid_chain, inherited, known_grids
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import TileSource
from tilekeep.config.problems import OptionPath, Place, Problem
from tilekeep.domain.srs import normalised_code


def sound_part(settings: Settings, refused: Collection[OptionPath]) -> Settings:
    """The settings with those caches only of which nothing was refused, nor of the globals and of what they name."""
    sound = _Sound(settings, refused)
    names = [] if is_refused(refused, ("globals",)) else filter(sound.cache, settings.caches)
    return settings.model_copy(update={"caches": {name: settings.caches[name] for name in names}, "layers": ()})


class _Sound:
    """Whether entries, and all that they name, are there and whole."""

    def __init__(self, settings: Settings, refused: Collection[OptionPath]) -> None:
        self._settings = settings
        self._refused = refused
        self._grids = known_grids(settings)

    def cache(self, name: str) -> bool:
        """Circles of caches are refused, so that this ends."""
        if is_refused(self._refused, ("caches", name)):
            return False
        cache = self._settings.caches[name]
        return all(map(self._grid, cache.grids or (DEFAULT_GRID,))) and all(map(self._source, cache.source_names))

    def _source(self, text: str) -> bool:
        name = SourceName.parse(text).name
        if is_refused(self._refused, ("sources", name)):
            return False
        source = self._settings.sources.get(name)
        if source is None:
            return text in self._settings.caches and self.cache(text)
        grid = source.grid if isinstance(source, TileSource) else None
        return self._grid(grid or DEFAULT_GRID)

    def _grid(self, name: str) -> bool:
        """Of the grid, those it is based on, and the one it is aligned with; circles are refused."""
        chain = grid_chain(self._grids, name)
        if chain is None or is_refused(self._refused, ("grids", name)):
            return False
        named = (chain[0].base, inherited(chain).align_resolutions_with)
        return all(self._grid(other) for other in named if other is not None)


def without_boxes_of_unknown_srs(
    settings: Settings, problems: Iterable[Problem], found: Iterable[Problem]
) -> Iterator[Problem]:
    """The problems but the missing boxes of grids whose SRS does not exist, as is among those ``found``."""
    grids = known_grids(settings)
    paths = {problem.path for problem in found}
    unknown = {
        normalised_code(grid.srs)
        for name, grid in settings.grids.items()
        if grid.srs is not None and ("grids", name, "srs") in paths
    }
    for problem in problems:
        if problem.place is Place.KEY and problem.path[:1] == ("grids",) and problem.path[2:] == ("bbox",):
            chain = grid_chain(grids, str(problem.path[1]))
            if chain is not None and normalised_code(inherited(chain).srs or "") in unknown:
                continue
        yield problem
