"""What the snippets have to know: what to write into other programs to get a layer there."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urlencode

from tilekeep.domain.srs import WEB_MERCATOR_CODES
from tilekeep.entrypoints.wsgi.demo.layer_map import LayerMap, MapAddressing, TileAddressing


class SnippetFacts(NamedTuple):
    """What the templates of the snippets are filled with.

    :ivar tiles: how to ask for tiles; None for a service of maps, for which there is ``maps``.
    :ivar qgis_uri: the data source of a raster layer in QGIS; empty if it takes the capabilities.
    """

    tiles: TileAddressing | None
    maps: MapAddressing | None
    is_mercator: bool
    qgis_uri: str


def snippet_facts(shown: LayerMap) -> SnippetFacts:
    """Those of a layer."""
    addressing = shown.addressing
    is_mercator = shown.srs in WEB_MERCATOR_CODES
    if isinstance(addressing, MapAddressing):
        return SnippetFacts(None, addressing, is_mercator, _wms_uri(shown, addressing))
    return SnippetFacts(addressing, None, is_mercator, _xyz_uri(addressing))


def _wms_uri(shown: LayerMap, maps: MapAddressing) -> str:
    """QGIS documentation, "OGC API client support": the address itself is quoted."""
    address = maps.url + urlencode(dict(maps.dimensions))
    query = {"crs": shown.srs, "format": maps.format, "layers": shown.name, "styles": "", "url": address}
    return urlencode(query, safe=":/")


def _xyz_uri(tiles: TileAddressing) -> str:
    if tiles.xyz is None or tiles.is_vector:
        return ""
    return f"type=xyz&zmin=0&zmax={tiles.xyz_levels - 1}&url={quote(tiles.xyz, safe=':/')}"
