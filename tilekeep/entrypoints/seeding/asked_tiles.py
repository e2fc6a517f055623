"""The tiles that clients have asked for, from the access logs of web servers."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import IO, NamedTuple, Protocol, cast

from tilekeep.application.catalogue import TileLayer
from tilekeep.config.assemble.seed_tasks import Overrides, TilesOfLevel
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.loading.settings_file import LoadedSettings
from tilekeep.domain.access_log import asked_address
from tilekeep.domain.errors import ConfigurationError, RequestError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.region import Region
from tilekeep.domain.tile import Dimensions
from tilekeep.entrypoints.seeding.run import WantedTasks
from tilekeep.entrypoints.wsgi.application import TilekeepApplication

#: Bytes of a line; longer ones are read in parts, of which at most the first one means anything.
_LONGEST_LINE = 1 << 16


class _Kind(NamedTuple):
    """Tiles that are planned together."""

    cache: str
    grid_key: str
    level: int
    dimensions: Dimensions


@dataclass(slots=True)
class LogFacts:
    """What was in the logs.

    :ivar lines: of all files.
    :ivar tiles: those that ask for a tile of a cache.
    """

    lines: int = 0
    tiles: int = 0

    def __str__(self) -> str:
        return f"{self.lines} lines, of which {self.tiles} ask for tiles"


def asked_for(
    container: TilekeepContainer,
    loaded: LoadedSettings,
    paths: Sequence[str],
    levels: Collection[int] | None,
    overrides: Overrides,
    say: Callable[[str], None],
) -> WantedTasks:
    """Tasks for the tiles of each cache, grid, level and set of dimensions, each tile once.

    Args:
        container: of the configuration.
        loaded: the configuration, by which addresses mean what they do while serving.
        paths: of the logs, compressed where they end in ``.gz``; ``-`` is the standard input.
        levels: tiles of other levels are left out; None is all.
        overrides: what holds for all tasks.
        say: told what was found.

    :raises ConfigurationError: a file cannot be read.
    """
    from tilekeep.entrypoints.wsgi.make_app import application_of

    facts = LogFacts()
    application = application_of(loaded)
    sets: TileSets = container.adapters.tile_sets()
    grids: dict[_Kind, TileGrid] = {}
    for path in paths:
        sets.add(_found(application, _lines(path), grids, facts))
    say(f"access log: {facts}")
    regions = sets.regions((kind, grid, kind.level) for kind, grid in grids.items())
    tiles = (TilesOfLevel(kind.cache, kind.grid_key, kind.level, kind.dimensions, region) for kind, region in regions)
    wanted = (one for one in tiles if levels is None or one.level in levels)
    return WantedTasks(tuple(container.use_cases.seed_tasks().of_tiles("access log", wanted, overrides)))


class TileSets(Protocol):
    """Sets of tiles of any size."""

    def add(self, tiles: Iterable[tuple[_Kind, int, int]]) -> None:
        """Adds tiles: the kind, column and row of each."""
        ...

    def regions(self, grid_of: Iterable[tuple[_Kind, TileGrid, int]]) -> Iterator[tuple[_Kind, Region]]:
        """Each kind that has tiles as a region."""
        ...


def _found(
    application: TilekeepApplication, lines: Iterable[str], grids: dict[_Kind, TileGrid], facts: LogFacts
) -> Iterator[tuple[_Kind, int, int]]:
    """The kind, column and row of each tile that is asked for."""
    for line in lines:
        facts.lines += 1
        address = asked_address(line)
        if address is None:
            continue
        try:
            resolved = application.resolve(address)
        except RequestError:
            continue
        facts.tiles += 1
        (z, x, y), dimensions, _ = resolved.key
        kind = _Kind(*_cache_of(resolved.layer), z, dimensions)
        grids.setdefault(kind, resolved.grid)
        yield kind, x, y


def _cache_of(layer: TileLayer) -> tuple[str, str]:
    """The cache and the key of the grid that hold the tiles of a layer."""
    outline = next(outline for outline in layer.outline.grids if outline.name == layer.grid.name)
    return outline.cache, outline.key


def _lines(path: str) -> Iterator[str]:
    """Whatever a client has sent is in a log: bytes that are no text do not matter."""
    try:
        with _opened(path) as file:
            while line := file.readline(_LONGEST_LINE):
                yield line.decode("utf-8", "replace")
    except (OSError, EOFError) as error:
        raise ConfigurationError(f"the log {path!r} cannot be read: {error}") from error


def _opened(path: str) -> AbstractContextManager[IO[bytes]]:
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    if path.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path))
    return open(path, "rb")
