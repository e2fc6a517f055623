"""Whether values fit together, and whether text means what it must: of globals, grids, sources and services."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.grids import Grid
from tilekeep.config.mapproxy.names import grid_chain, inherited, known_grids
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.services import WmtsService
from tilekeep.config.mapproxy.sources import SourceOptions, TileSource, WmsSource
from tilekeep.config.mapproxy.wrong_values import shown
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.config.suggestions import closest
from tilekeep.domain.secrets import split_credentials
from tilekeep.domain.srs import default_bbox, normalised_code

#: What a tile URL may contain as ``%(name)s`` (spec/sources.md, 8.4).
TILE_URL_VARIABLES = frozenset({"x", "y", "z", "format", "quadkey", "tc_path", "tms_path", "arcgiscache_path", "bbox"})
WMTS_TEMPLATE_VARIABLES = ("Layer", "TileMatrixSet", "TileMatrix", "TileCol", "TileRow")

_TEMPLATE_VARIABLE = re.compile(r"\{(\w+)\}")
_TEMPLATE_PART = re.compile(r"%(?:%|\((\w*)\)s|)")
_URL = re.compile(r"(?:https?|file)://", re.IGNORECASE)


def value_problems(settings: Settings, broken: Collection[OptionPath] = ()) -> Iterator[Problem]:
    """All of the configuration but its caches, which have a module of their own; ``broken`` options are not known."""
    yield from pair_problems(("globals", "cache", "meta_size"), settings.globals.cache.meta_size)
    yield from pair_problems(("globals", "grid", "tile_size"), settings.globals.grid.tile_size)
    yield from _grid_problems(settings, broken)
    for name, source in settings.sources.items():
        yield from _source_problems(("sources", name), source)
    yield from _service_problems(settings)


def pair_problems(path: OptionPath, pair: tuple[int, ...] | None) -> Iterator[Problem]:
    """More than two numbers usually come from a list that a base file concatenated."""
    if pair is not None and len(pair) > 2:  # noqa: PLR2004
        message = f"only the first two of {list(pair)} count; lists in base files are put together, not replaced"
        yield warning(path, message)


def range_problems(path: OptionPath, options: SourceOptions) -> Iterator[Problem]:
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


def coverage_problems(path: OptionPath, coverage: Coverage | None) -> Iterator[Problem]:
    """A box needs its SRS."""
    if coverage is None:
        return
    if coverage.bbox is not None and coverage.bbox_srs is None and coverage.srs is None:
        yield error((*path, "bbox"), "the box needs its SRS; add srs, such as srs: 'EPSG:4326'")
    if not coverage.model_fields_set - {"srs", "bbox_srs", "clip"}:
        yield warning(path, "the coverage names no area and limits nothing; add a bbox", place=Place.KEY)


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


def _source_problems(path: OptionPath, source: SourceOptions) -> Iterator[Problem]:
    yield from range_problems(path, source)
    yield from coverage_problems((*path, "coverage"), source.coverage)
    if isinstance(source, WmsSource):
        yield from _wms_request_problems((*path, "req"), source)
    elif isinstance(source, TileSource):
        yield from _url_problems((*path, "url"), source.url)
        yield from _tile_url_problems((*path, "url"), source.url)
        if source.grid is None:
            message = "the source states no grid and gets GLOBAL_MERCATOR; state it"
            yield warning((*path, "grid"), message, place=Place.KEY)


def _wms_request_problems(path: OptionPath, source: WmsSource) -> Iterator[Problem]:
    url = source.req.get("url")
    if url is None:
        yield error((*path, "url"), "the option 'url' is required and missing; add it", place=Place.KEY)
    for option in ("url", "layers", "format", "sld", "sld_body"):
        value = source.req.get(option)
        if value is not None and not isinstance(value, str):
            remedy = "write one text with commas" if isinstance(value, tuple) else "put it in quotes"
            yield error((*path, option), f"expected text, got {shown((*path, option), value)}; {remedy}")
    if isinstance(url, str):
        yield from _url_problems((*path, "url"), url)
    if str(source.req.get("sld", "")).startswith("file://"):
        message = "SLD files are not supported yet by this version of Tilekeep; use sld_body or an http URL"
        yield error((*path, "sld"), message)


def _url_problems(path: OptionPath, url: str) -> Iterator[Problem]:
    """Text that cannot be a URL; one whose variables are unset has been warned of already.

    The value is not named: where a password has a slash, it is what looks like an impossible port.
    """
    if not _URL.match(url):
        if "$" not in url:
            yield error(path, "expected a URL that starts with http:// or https://")
    elif not _has_possible_server(url):
        message = (
            "the URL names no possible host and port; write a port as a number up to 65535, an IPv6 address as [::1], "
            "and send a user name or password with a '/' as Authorization in http.headers"
        )
        yield error(path, message)


def _has_possible_server(url: str) -> bool:
    """Whether host and port can be told, behind credentials and apart from variables that are unset."""
    address, _ = split_credentials(url)
    try:
        urlsplit(address).port  # noqa: B018 - raises where there is none
    except ValueError:
        authority, _, path = address.partition("://")[2].partition("/")
        return "$" in authority and "@" not in path
    return True


def _tile_url_problems(path: OptionPath, url: str) -> Iterator[Problem]:
    variables = []
    for part in _TEMPLATE_PART.finditer(url):
        if part[0] == "%":
            yield error(path, "a '%' that starts no %(name)s must be doubled: '%%'")
            return
        variables.append(part[1])
    for variable in filter(None, variables):
        if variable not in TILE_URL_VARIABLES:
            message = f"the variable %({variable})s does not exist"
            yield error(path, message, suggestion=closest(variable, TILE_URL_VARIABLES))
    if not any(variables):
        yield warning(path, "the URL has no variables, so all tiles are the same; add %(z)s, %(x)s and %(y)s")


def _service_problems(settings: Settings) -> Iterator[Problem]:
    services = settings.services
    if not services.model_fields_set:
        yield warning(("services",), "no service is configured, so nothing is offered", place=Place.KEY)
    if services.demo is not None:
        yield warning(("services", "demo"), "the demo page is on; turn it off in production", place=Place.KEY)
    if services.wmts is not None:
        yield from _wmts_problems(("services", "wmts"), services.wmts)


def _wmts_problems(path: OptionPath, wmts: WmtsService) -> Iterator[Problem]:
    if not wmts.kvp and not wmts.restful and not (wmts.kvp is None and wmts.restful is None):
        yield warning(path, "neither kvp nor restful is on, so WMTS answers nothing", place=Place.KEY)
    template = wmts.restful_template
    if template is None:
        return
    if "{{" in template:
        yield warning((*path, "restful_template"), "write {Layer} instead of {{Layer}}")
    missing = [f"{{{variable}}}" for variable in WMTS_TEMPLATE_VARIABLES if f"{{{variable}}}" not in template]
    if missing:
        yield error((*path, "restful_template"), f"the template lacks {', '.join(missing)}; add what is missing")
    if not template.startswith("/"):
        yield error((*path, "restful_template"), "the template must start with a '/'; add it")
    names = [name.lower() for name in _TEMPLATE_VARIABLE.findall(template)]
    twice = [f"{{{name}}}" for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        yield error((*path, "restful_template"), f"the template has {', '.join(twice)} twice; keep one of them")
    if not set("{}?#").isdisjoint(_TEMPLATE_VARIABLE.sub("", template.replace("{{", "{").replace("}}", "}"))):
        message = "besides its variables the template may have no braces, '?' and '#'; take them out"
        yield error((*path, "restful_template"), message)
