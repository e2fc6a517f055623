"""The meaning of grid options: bases and defaults applied (spec/config-globals-grids.md, 11.1-11.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tilekeep.config.mapproxy.names import grid_chain, inherited, known_grids
from tilekeep.config.mapproxy.root import Settings
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.srs import normalised_code

_DEFAULT_SRS = "EPSG:900913"


@dataclass(frozen=True, slots=True)
class EffectiveGrid:
    """A grid with everything but its SRS objects; fields as in ``tilekeep.domain.grid_definition``.

    :ivar name: what URLs and directories call it.
    :ivar srs: normalised code; ``srs_as_written`` is the spelling that directories are named after.
    :ivar bbox: in ``bbox_srs``, x/y order; None for the world of the SRS.
    :ivar align_with: key of the grid whose resolutions are taken.
    """

    name: str
    srs: str
    srs_as_written: str
    bbox: BBox | None
    bbox_srs: str
    tile_size: Size
    origin: str
    res: tuple[float, ...]
    res_factor: float | Literal["sqrt2"]
    num_levels: int | None
    min_res: float | None
    max_res: float | None
    align_with: str | None
    threshold_res: tuple[float, ...]
    stretch_factor: float
    max_shrink_factor: float


def grid_keys(settings: Settings) -> tuple[str, ...]:
    """The keys of all grids: built-in ones, and those that are configured, in their order."""
    return tuple(known_grids(settings))


def effective_grid(settings: Settings, key: str) -> EffectiveGrid:
    """The grid with this key, configured or built in; it must exist (checked when loading)."""
    chain = grid_chain(known_grids(settings), key)
    assert chain is not None, "checked when the configuration was loaded"
    grid = inherited(chain)
    images = settings.globals.image
    srs = normalised_code(grid.srs or _DEFAULT_SRS)
    width, height = (grid.tile_size or settings.globals.grid.tile_size)[:2]
    return EffectiveGrid(
        name=chain[0].name or key,
        srs=srs,
        srs_as_written=grid.srs or _DEFAULT_SRS,
        bbox=None if grid.bbox is None else BBox(*grid.bbox),
        bbox_srs=srs if grid.bbox_srs is None else normalised_code(grid.bbox_srs),
        tile_size=Size(width, height),
        origin=grid.origin or "sw",
        res=grid.res or (),
        res_factor=2.0 if grid.res_factor is None else grid.res_factor,
        num_levels=grid.num_levels or None,
        min_res=grid.min_res or None,
        max_res=grid.max_res or None,
        align_with=grid.align_resolutions_with,
        threshold_res=grid.threshold_res or (),
        stretch_factor=images.stretch_factor if grid.stretch_factor is None else grid.stretch_factor,
        max_shrink_factor=images.max_shrink_factor if grid.max_shrink_factor is None else grid.max_shrink_factor,
    )
