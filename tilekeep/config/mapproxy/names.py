"""How parts of the configuration name each other: sources with tags, sources or caches, grids."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from tilekeep.config.mapproxy.grids import BUILT_IN_GRIDS, Grid
from tilekeep.config.mapproxy.root import Settings


class SourceName(NamedTuple):
    """The name of a source, and the layers its tag selects or None (``wms:roads,rivers``, spec/sources.md, 1.3)."""

    name: str
    layers: tuple[str, ...] | None = None

    @staticmethod
    def parse(text: str) -> SourceName:
        """Splits at the first colon; a tag without layers is none."""
        name, colon, layers = text.partition(":")
        return SourceName(name, tuple(layers.split(",")) if colon and layers else None)


def known_grids(settings: Settings) -> Mapping[str, Grid]:
    """Configured grids, and the built-in ones that no configured grid replaces."""
    return ChainMap(settings.grids, _built_in_grids())


@cache
def _built_in_grids() -> dict[str, Grid]:
    """Grids that exist without being configured."""
    return {name: Grid.model_validate(options) for name, options in BUILT_IN_GRIDS.items()}


def grid_chain(grids: Mapping[str, Grid], name: str) -> list[Grid] | None:
    """The grid and those it is based on, nearest first; None if one does not exist or they form a circle."""
    chain: list[Grid] = []
    seen: set[str] = set()
    current: str | None = name
    while current is not None:
        if current in seen or current not in grids:
            return None
        seen.add(current)
        chain.append(grids[current])
        current = grids[current].base
    return chain


def inherited(chain: list[Grid]) -> Grid:
    """One grid with the options of the whole chain, the nearest first (without ``base``)."""
    if len(chain) == 1:
        return chain[0]
    options: dict[str, Any] = {}
    for grid in reversed(chain):
        options.update({name: getattr(grid, name) for name in grid.model_fields_set})
    options.pop("base", None)
    return Grid.model_construct(set(options), **options)
