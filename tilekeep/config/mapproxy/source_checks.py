"""Whether the options of a source fit together, and whether its addresses can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tilekeep.config.mapproxy.coverage_checks import coverage_problems
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import (
    ArcgisSource,
    MapserverSource,
    OgcApiMapsSource,
    OgcApiTilesSource,
    SourceOptions,
    TileSource,
    WmsSource,
    WmtsSource,
)
from tilekeep.config.mapproxy.value_checks import range_problems
from tilekeep.config.mapproxy.wrong_values import shown
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning
from tilekeep.config.suggestions import closest
from tilekeep.domain.secrets import split_credentials

#: What a tile URL may contain as ``%(name)s`` (spec/sources.md, 8.4).
TILE_URL_VARIABLES = frozenset({"x", "y", "z", "format", "quadkey", "tc_path", "tms_path", "arcgiscache_path", "bbox"})

_TEMPLATE_PART = re.compile(r"%(?:%|\((\w*)\)s|)")
_URL = re.compile(r"(?:https?|file)://", re.IGNORECASE)


def source_problems(settings: Settings) -> Iterator[Problem]:
    """Of all sources, and of the renderer that may stand for them."""
    renderd = settings.globals.renderd
    if renderd is not None and renderd.address is not None:
        yield from url_problems(("globals", "renderd", "address"), renderd.address)
    for name, source in settings.sources.items():
        yield from _source_problems(("sources", name), source)


def _source_problems(path: OptionPath, source: SourceOptions) -> Iterator[Problem]:
    yield from range_problems(path, source)
    yield from coverage_problems((*path, "coverage"), source.coverage)
    for index, mirror in enumerate(getattr(source, "mirrors", None) or ()):
        yield from url_problems((*path, "mirrors", index), mirror)
        if isinstance(source, TileSource):
            yield from _tile_url_problems((*path, "mirrors", index), mirror)
    image: Any = getattr(source, "image", None)
    if getattr(image, "transparent_color_tolerance", None) is not None and image.transparent_color is None:
        message = "'transparent_color_tolerance' has no effect without transparent_color; add that, or remove it"
        yield warning((*path, "image", "transparent_color_tolerance"), message, place=Place.KEY)
    if isinstance(source, WmsSource | ArcgisSource | MapserverSource):
        yield from _request_problems((*path, "req"), source)
    elif isinstance(source, TileSource):
        yield from url_problems((*path, "url"), source.url)
        yield from _tile_url_problems((*path, "url"), source.url)
        if source.grid is None:
            message = "the source states no grid and gets GLOBAL_MERCATOR; state it"
            yield warning((*path, "grid"), message, place=Place.KEY)
    elif isinstance(source, WmtsSource):
        yield from url_problems((*path, "url"), source.url)
    elif isinstance(source, OgcApiTilesSource | OgcApiMapsSource):
        yield from url_problems((*path, "landingpage_url"), source.landingpage_url)


def _request_problems(path: OptionPath, source: WmsSource | ArcgisSource | MapserverSource) -> Iterator[Problem]:
    """Parameters that mean something to Tilekeep itself; the others are sent as they are."""
    required = "map" if isinstance(source, MapserverSource) else "url"
    if source.req.get(required) is None:
        yield error((*path, required), f"the option {required!r} is required and missing; add it", place=Place.KEY)
    for option in ("url", "map", "layers", "format", "sld", "sld_body"):
        value = source.req.get(option)
        if value is not None and not isinstance(value, str):
            remedy = "write one text with commas" if isinstance(value, tuple) else "put it in quotes"
            yield error((*path, option), f"expected text, got {shown((*path, option), value)}; {remedy}")
    transparent = source.req.get("transparent")
    if not isinstance(transparent, bool | None) and str(transparent).lower() not in {"true", "false"}:
        message = f"expected true or false, got {shown((*path, 'transparent'), transparent)}"
        yield error((*path, "transparent"), message)
    if isinstance(url := source.req.get("url"), str):
        if required == "url":
            yield from url_problems((*path, "url"), url)
        else:
            message = "'url' has no effect: MapServer is run on this machine; remove it"
            yield warning((*path, "url"), message, place=Place.KEY)


def url_problems(path: OptionPath, url: str) -> Iterator[Problem]:
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
            known = ", ".join(sorted(TILE_URL_VARIABLES))
            message = f"the variable %({variable})s does not exist; there are {known}"
            yield error(path, message, suggestion=closest(variable, TILE_URL_VARIABLES))
    if not any(variables):
        yield warning(path, "the URL has no variables, so all tiles are the same; add %(z)s, %(x)s and %(y)s")
