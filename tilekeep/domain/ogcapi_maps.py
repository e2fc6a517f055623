"""What an OGC API Maps server has, and how it is asked for a map (spec/sources.md, 8.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.ogc_crs import crs_url
from tilekeep.domain.request_parameters import RequestParameters, with_query
from tilekeep.domain.srs import WGS_84_CODE, Srs

_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class FoundMaps(NamedTuple):
    """What its documents say.

    :ivar addresses: of maps, by subtype of the image.
    :ivar srs: in which it draws, in its order, with the names that it has for them; the first stands for all others.
    """

    addresses: Mapping[str, str]
    srs: tuple[tuple[Srs, str], ...]

    def address(self, image_format: str) -> str:
        """Of maps in a format, or in the first one that there is."""
        return self.addresses.get(image_format) or next(iter(self.addresses.values()))


def names_of_crs(document: Mapping[str, Any]) -> list[str]:
    """The names of all SRS that a document offers, the storage one last; CRS84 where it names none."""
    names = [str(name) for name in document.get("crs") or () if isinstance(name, str)]
    storage = document.get("storageCrs")
    return list(dict.fromkeys([*names, *([storage] if isinstance(storage, str) else [])])) or [_CRS84]


def map_url(found: FoundMaps, query: MapQuery, *, transparent: bool, background: tuple[int, ...] | None) -> str:
    """The request for the map of ``query``, whose SRS is one of those that the server has.

    Boxes in degrees are those of CRS84, which is what servers take where nothing else is said.
    """
    srs, name = next((pair for pair in found.srs if pair[0] == query.srs), (query.srs, crs_url(query.srs)))
    in_degrees = srs.code in (WGS_84_CODE, "CRS:84")
    bbox = query.bbox
    north_first = srs.north_first and not in_degrees
    numbers = (bbox.min_y, bbox.min_x, bbox.max_y, bbox.max_x) if north_first else bbox
    parameters = RequestParameters([("bbox", ",".join(f"{number:.17g}" for number in numbers))])
    if not in_degrees:
        parameters.set("bbox-crs", name)
    if not in_degrees or len(found.srs) != 1:
        parameters.set("crs", name)
    parameters.set("width", str(query.size.width))
    parameters.set("height", str(query.size.height))
    if transparent:
        parameters.set("transparent", "true")
    if background is not None:
        alpha_first = (*background[3:], *background[:3])
        parameters.set("bgcolor", "0x" + "".join(f"{part:02X}" for part in alpha_first))
    return with_query(found.address(query.media_type.rpartition("/")[2]), parameters.query_string())
