"""The meaning of coverages (spec/coverages.md, 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tilekeep.config.mapproxy.coverage import SRS_OPTIONS, WHERE_OPTIONS, Coverage, is_connection
from tilekeep.config.mapproxy.paths import from_base
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import normalised_code


@dataclass(frozen=True, slots=True)
class EffectiveBox:
    """A box in x/y order, in units of the SRS with the code ``srs``, grown by ``buffer`` of them."""

    bbox: BBox
    srs: str
    buffer: float = 0.0


@dataclass(frozen=True, slots=True)
class EffectivePolygons:
    """Polygons out of a file or connection, in the SRS with the code ``srs``, grown by ``buffer`` of its units.

    :ivar option: the option that names it, and how it is read: ``polygons`` are lines of well-known text,
        ``ogr_datasource`` goes to GDAL, ``datasource`` is told by its content.
    :ivar place: absolute path, or a connection, which may hold credentials.
    :ivar where: SQL, or a condition on the features; None for all of them.
    """

    option: Literal["polygons", "ogr_datasource", "datasource"]
    place: str = field(repr=False)
    where: str | None
    srs: str
    buffer: float = 0.0


@dataclass(frozen=True, slots=True)
class EffectiveExpiredTiles:
    """Tiles listed in a file, or in the files of a directory, with the absolute ``path``; in EPSG:3857."""

    path: str
    buffer: float = 0.0


@dataclass(frozen=True, slots=True)
class EffectiveCombination:
    """Areas put together, in the SRS of the first."""

    operation: Literal["union", "intersection", "difference"]
    members: tuple[EffectiveArea, ...]
    buffer: float = 0.0


EffectiveArea = EffectiveBox | EffectivePolygons | EffectiveExpiredTiles | EffectiveCombination


@dataclass(frozen=True, slots=True)
class EffectiveCoverage:
    """An area, and whether what lies outside of it is cut off pixel by pixel; equal ones describe the same."""

    area: EffectiveArea
    clip: bool = False


def effective_coverage(coverage: Coverage | None, base_dir: str) -> EffectiveCoverage | None:
    """The area a coverage describes; None if it does not limit anything.

    ``base_dir`` is the absolute directory of the configuration.
    """
    if coverage is None or coverage.deciding is None:
        return None
    clip = bool(coverage.clip) and coverage.expire_tiles is None
    return EffectiveCoverage(_area(coverage, base_dir), clip)


def _area(coverage: Coverage, base_dir: str) -> EffectiveArea:
    option, buffer = coverage.deciding, coverage.buffer or 0.0
    match option:
        case "union" | "intersection" | "difference":
            members = tuple(_area(member, base_dir) for member in coverage.members)
            return EffectiveCombination(option, members, buffer)
        case "polygons" | "ogr_datasource" | "datasource":
            value = getattr(coverage, option)
            if isinstance(value, tuple):
                return EffectiveBox(BBox(*value), _srs(coverage, option), buffer)
            place = value if option != "polygons" and is_connection(value) else from_base(base_dir, value)
            where = getattr(coverage, WHERE_OPTIONS[option]) if option in WHERE_OPTIONS else None
            return EffectivePolygons(option, place, where, _srs(coverage, option), buffer)
        case "bbox":
            assert coverage.bbox is not None
            return EffectiveBox(BBox(*coverage.bbox), _srs(coverage, option), buffer)
    assert coverage.expire_tiles is not None, "checked when the configuration was loaded"
    return EffectiveExpiredTiles(from_base(base_dir, coverage.expire_tiles), buffer)


def _srs(coverage: Coverage, option: str) -> str:
    """The code of the first SRS option that is set."""
    codes = [getattr(coverage, name) for name in SRS_OPTIONS[option] if getattr(coverage, name)]
    return normalised_code(codes[0])
