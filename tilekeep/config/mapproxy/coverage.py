"""Areas in which a source or cache is valid (spec/coverages.md, 2)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.markers import Later
from tilekeep.config.mapproxy.options import BBoxOption, Opt, Options


def _datasource(value: Any) -> Any:
    """A file or connection as text, or a box."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ",".join(str(number) for number in value)
    raise PydanticCustomError("datasource", "expected a file name, or four numbers: west, south, east, north")


class Coverage(Options):
    """An area; of several kinds of areas the reference takes the first it knows."""

    bbox: Opt[BBoxOption] = None
    bbox_srs: Opt[str] = None
    srs: Opt[str] = None
    clip: Annotated[Opt[bool], Later(off=(False,))] = None
    polygons: Annotated[Opt[str], Later(remedy="use a bbox")] = None
    polygons_srs: Opt[str] = None
    ogr_datasource: Annotated[Opt[str], Later(remedy="use a bbox")] = None
    ogr_where: Opt[str] = None
    ogr_srs: Opt[str] = None
    datasource: Annotated[Opt[Annotated[str, BeforeValidator(_datasource)]], Later(remedy="use a bbox")] = None
    where: Opt[str] = None
    expire_tiles: Annotated[Opt[str], Later(remedy="use a bbox")] = None
    union: Annotated[Opt[tuple[Coverage, ...]], Later(remedy="use a bbox")] = None
    difference: Annotated[Opt[tuple[Coverage, ...]], Later(remedy="use a bbox")] = None
    intersection: Annotated[Opt[tuple[Coverage, ...]], Later(remedy="use a bbox")] = None
