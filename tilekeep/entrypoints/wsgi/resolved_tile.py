"""From an address, as a person copies it, to the tile it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from tilekeep.application.catalogue import TileLayer
from tilekeep.domain.errors import InvalidRequest
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.tile import TileKey
from tilekeep.entrypoints.wsgi.query_string import utf8
from tilekeep.entrypoints.wsgi.tile_route import Located

#: From path and query string, as the WSGI environment spells them, to a tile.
Locator = Callable[[str, str], Located]


class ResolvedTile(NamedTuple):
    """What an address means.

    :ivar layer: the layer in its grid; its ``outline.name`` is the public name.
    :ivar grid: the grid of the layer.
    :ivar key: the tile in the cache; of another form, that at the same place.
    :ivar service: ``tms``, ``tiles``, ``kml``, or ``wmts`` and ``wms``, also under the common address of OGC services.
    :ivar variant: the name of that form; empty for the tile itself.
    :ivar address: path and query string below the prefix, as the service reads them.
    """

    layer: TileLayer
    grid: TileGrid
    key: TileKey
    service: str
    address: str
    variant: str = ""


def resolved(locators: Mapping[str, Locator], url_or_path: str) -> ResolvedTile:
    """The tile at an address; segments before the first that names a service are taken for a prefix.

    :raises RequestError: no tile has this address.
    """
    try:
        parts = urlsplit(url_or_path)
        segments = unquote_to_bytes(parts.path).decode("latin-1").split("/")
    except ValueError as error:
        raise InvalidRequest(f"{url_or_path}: no address ({error})") from error
    for place, segment in enumerate(segments):
        if segment in locators:
            path = "/" + "/".join(segments[place:])
            route, key, _ = locators[segment](path, parts.query)
            service = segment if segment in {"tms", "tiles"} else route.service
            address = f"{utf8(path)}?{parts.query}" if parts.query else utf8(path)
            own = key._replace(variant="")
            return ResolvedTile(route.layer, route.layer.grid, own, service, address, key.variant)
    raise InvalidRequest(f"{url_or_path}: no tile service has this address; they begin with {_listed(locators)}")


def _listed(locators: Mapping[str, Locator]) -> str:
    return ", ".join(f"/{name}" for name in sorted(locators)) or "nothing, as none is configured"
