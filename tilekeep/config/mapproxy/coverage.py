"""Areas in which a source or cache is valid (spec/coverages.md, 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.options import BBoxOption, BBoxValue, NotNegativeNumber, Opt, Options, bbox_value
from tilekeep.config.problems import OptionPath

#: Options of which the first that is set decides what the area is.
DECIDING = ("union", "intersection", "difference", "ogr_datasource", "polygons", "bbox", "datasource", "expire_tiles")

#: Options that say what SRS the area has, best first.  The reference knows ``srs`` for the new spellings only.
SRS_OPTIONS = {
    "ogr_datasource": ("ogr_srs", "srs"),
    "polygons": ("polygons_srs", "srs"),
    "bbox": ("bbox_srs", "srs"),
    "datasource": ("srs",),
}

#: Options that choose among features.
WHERE_OPTIONS = {"ogr_datasource": "ogr_where", "datasource": "where"}

_NUMBER = r"[-+]?\d*\.?\d+"
_STARTS_AS_BOX = re.compile(rf"\s*{_NUMBER}(?:\s*,\s*{_NUMBER}){{3}}")
_CONNECTION = re.compile(r"\w{2,}:")


def _datasource(value: Any) -> Any:
    """A box as a list or as text that starts like one, else a file or connection as text."""
    if isinstance(value, str):
        return bbox_value(value) if _STARTS_AS_BOX.match(value) else value
    if isinstance(value, tuple):
        return bbox_value(value)
    raise PydanticCustomError("datasource", "expected a file name, or four numbers: west, south, east, north")


class Coverage(Options):
    """An area; of several kinds of areas the reference takes the first it knows."""

    contains_itself: ClassVar[bool] = True

    union: Opt[Members] = None
    intersection: Opt[Members] = None
    difference: Opt[Members] = None
    ogr_datasource: Opt[str] = Field(default=None, repr=False)
    ogr_where: Opt[str] = None
    ogr_srs: Opt[str] = None
    polygons: Opt[str] = None
    polygons_srs: Opt[str] = None
    bbox: Opt[BBoxOption] = None
    bbox_srs: Opt[str] = None
    datasource: Opt[Annotated[str | BBoxValue, BeforeValidator(_datasource)]] = Field(default=None, repr=False)
    where: Opt[str] = None
    srs: Opt[str] = None
    expire_tiles: Opt[str] = None
    clip: Opt[bool] = None
    buffer: Opt[NotNegativeNumber] = None

    @property
    def deciding(self) -> str | None:
        """The option that decides what the area is."""
        return next((option for option in DECIDING if getattr(self, option) is not None), None)

    @property
    def members(self) -> tuple[Coverage, ...]:
        """The areas it is put together from, if any."""
        return self.union or self.intersection or self.difference or ()


Members = Annotated[tuple[Coverage, ...], Field(min_length=1)]


def is_connection(datasource: str) -> bool:
    """Whether it is no file but ``PG:...`` and the like; a single letter is the drive of a path."""
    return _CONNECTION.match(datasource) is not None


def named_files(path: OptionPath, coverage: Coverage) -> Iterator[tuple[OptionPath, str]]:
    """The files, as written, that an area is read from, each with its option; those inside archives are left out."""
    deciding = coverage.deciding
    value = None if deciding is None else getattr(coverage, deciding)
    if deciding is not None and isinstance(value, str):
        may_connect = deciding in {"datasource", "ogr_datasource"}
        if not (may_connect and (is_connection(value) or value.startswith("/vsi"))):
            yield (*path, deciding), value
    for index, member in enumerate(coverage.members):
        yield from named_files((*path, str(deciding), index), member)
