"""Whether values fit together: of globals and grids, and what sources, caches and layers have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tilekeep.config.mapproxy.grids import Grid
from tilekeep.config.mapproxy.names import grid_chain, inherited, known_grids
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.scale_hints import ScaleHints
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.domain.srs import default_bbox, normalised_code


def value_problems(settings: Settings, broken: Collection[OptionPath] = ()) -> Iterator[Problem]:
    """Of globals and grids; ``broken`` options are not known."""
    yield from pair_problems(("globals", "cache", "meta_size"), settings.globals.cache.meta_size)
    yield from pair_problems(("globals", "grid", "tile_size"), settings.globals.grid.tile_size)
    yield from _grid_problems(settings, broken)


def pair_problems(path: OptionPath, pair: tuple[int, ...] | None) -> Iterator[Problem]:
    """More than two numbers usually come from a list that a base file concatenated."""
    if pair is not None and len(pair) > 2:  # noqa: PLR2004
        message = f"only the first two of {list(pair)} count; lists in base files are put together, not replaced"
        yield warning(path, message)


def range_problems(path: OptionPath, options: ScaleHints) -> Iterator[Problem]:
    """The coarse end of a range must be coarser than the fine end."""
    if options.min_res and options.max_res and options.min_res <= options.max_res:
        message = f"min_res is the coarse end and must be above max_res ({options.max_res:g}); swap them"
        yield error((*path, "min_res"), message)
    if options.min_scale and options.max_scale and options.max_scale <= options.min_scale:
        message = f"max_scale must be above min_scale ({options.min_scale:g}); swap them"
        yield error((*path, "max_scale"), message)
    if {options.min_res, options.max_res} != {None} and {options.min_scale, options.max_scale} != {None}:
        option = "min_scale" if options.min_scale is not None else "max_scale"
        yield warning((*path, option), "scales have no effect beside min_res or max_res; remove one of both forms")


def _grid_problems(settings: Settings, broken: Collection[OptionPath]) -> Iterator[Problem]:
    grids = known_grids(settings)
    for name in settings.grids:
        chain = grid_chain(grids, name)
        if chain is not None and not _inherits_refused(settings, name, broken):
            yield from _one_grid_problems(("grids", name), inherited(chain), own=chain[0])


def _inherits_refused(settings: Settings, name: str, broken: Collection[OptionPath]) -> bool:
    """Whether it is unknown what the grid gets from those it is based on."""
    base = settings.grids[name].base
    while base in settings.grids:
        if is_refused(broken, ("grids", base)):
            return True
        base = settings.grids[base].base
    return is_refused(broken, ("grids", name, "base")) or is_refused(broken, ("grids", name, "srs"))


def _one_grid_problems(path: OptionPath, grid: Grid, *, own: Grid) -> Iterator[Problem]:
    srs = normalised_code(grid.srs or "EPSG:900913")
    if grid.bbox is None and default_bbox(srs) is None:
        yield error((*path, "bbox"), f"grids in {srs} need a bbox; add it", place=Place.KEY)
    if grid.origin is None:
        yield warning((*path, "origin"), "the grid states no origin and gets 'sw'; state it", place=Place.KEY)
    if grid.res is not None:
        for option in ("min_res", "max_res", "align_resolutions_with"):
            if getattr(grid, option) is not None:
                message = f"{option!r} cannot stand beside 'res', which lists all resolutions; remove one of them"
                yield error((*path, option), message, place=Place.KEY)
        for option in ("num_levels", "res_factor"):
            if getattr(own, option) is not None:
                message = f"{option!r} has no effect beside 'res', which lists all resolutions; remove it"
                yield warning((*path, option), message, place=Place.KEY)
    elif grid.max_res and grid.num_levels == 1:
        yield error((*path, "num_levels"), "one level cannot reach from min_res to max_res; use at least 2")
    if grid.min_res and grid.max_res and grid.min_res <= grid.max_res:
        message = f"min_res is that of level 0 and must be above max_res ({grid.max_res:g}); swap them"
        yield error((*path, "min_res"), message)
    yield from pair_problems((*path, "tile_size"), own.tile_size)
