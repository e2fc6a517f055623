"""Reference systems and transformations by PROJ, loaded when a code is not among the well-known ones."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from tilekeep.adapters.projection.outline import clamped_to_web_mercator, envelope, outline
from tilekeep.adapters.projection.poles import (
    crosses_antimeridian,
    grown,
    holds,
    nearest_to_poles,
    poles_of,
    world_of,
)
from tilekeep.adapters.projection.well_known import (
    TO_WEB_MERCATOR,
    TO_WGS_84,
    WEB_MERCATOR,
    WGS_84,
    AxisFormulas,
    well_known_srs,
)
from tilekeep.domain.errors import ProjectionError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.ogc_crs import is_of_earth
from tilekeep.domain.srs import WGS_84_CODE, Srs, normalised_code
from tilekeep.ports.projection import Transform

if TYPE_CHECKING:
    import pyproj

_log = logging.getLogger("tilekeep.system")

Point = tuple[float, float]

_FORMULAS: dict[tuple[str, str], AxisFormulas] = {
    (WGS_84, WEB_MERCATOR): TO_WEB_MERCATOR,
    (WEB_MERCATOR, WGS_84): TO_WGS_84,
}


class PyprojProjection:
    """The port :class:`tilekeep.ports.projection.Projection` by pyproj.

    Everything asked for once is kept.  WGS 84 and web mercator need pyproj only outside the world, so that a
    server for these two starts without it.
    """

    def __init__(self, *, proj_data_dir: str | None = None) -> None:
        """``proj_data_dir`` replaces the data directory of PROJ, for the whole process, before its first use."""
        self._library = _Library(proj_data_dir)
        self._srs = well_known_srs()
        self._transforms: dict[tuple[str, str], Transform] = {}

    def srs(self, code: str | int) -> Srs:
        """See the port."""
        name = normalised_code(code)
        found = self._srs.get(name)
        if found is None:
            found = self._srs.setdefault(name, self._library.srs(name))
        return found

    def geographic(self, srs: Srs) -> Srs:
        """See the port."""
        return self.srs(WGS_84_CODE if is_of_earth(srs) else self._library.geographic(self.srs(srs.code).definition))

    def between(self, source: Srs, target: Srs) -> Transform:
        """See the port; equal reference systems give a transformation that changes nothing."""
        key = (source.code, target.code)
        found = self._transforms.get(key)
        if found is None:
            found = self._transforms.setdefault(key, self._transform(source, target))
        return found

    def wkt(self, srs: Srs) -> str:
        """See the port."""
        return self._library.wkt(self.srs(srs.code).definition)

    def _transform(self, source: Srs, target: Srs) -> Transform:
        if source == target:
            return _Unchanged()
        clamps = source.code == WGS_84_CODE and target.code in {"EPSG:3857", "EPSG:900913"}
        return _Pyproj(self._library, self.srs(source.code), self.srs(target.code), clamps)


class _Unchanged:
    def bbox(self, bbox: BBox) -> BBox:
        return bbox

    def points(self, points: Sequence[Point]) -> list[Point]:
        return list(points)

    def axes(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]] | None:
        return list(xs), list(ys)


class _Pyproj:
    def __init__(self, library: _Library, source: Srs, target: Srs, clamps: bool) -> None:
        self._library = library
        self._source = source
        self._target = target
        self._clamps = clamps
        self._formula = _FORMULAS.get((source.definition, target.definition))
        self._transformer: pyproj.Transformer | None = None
        self._world = world_of(target)
        self._found_poles: tuple[Point | None, Point | None] | None = None

    def bbox(self, bbox: BBox) -> BBox:
        try:
            result = self._envelope(bbox)
        except ProjectionError as error:
            raise ProjectionError(
                f"The box {tuple(bbox)} in {self._source.code} has no finite image in {self._target.code}."
            ) from error
        return clamped_to_web_mercator(bbox, result) if self._clamps else result

    def _envelope(self, bbox: BBox) -> BBox:
        world = self._world
        if world is None:
            return envelope(self.points(outline(bbox)))
        south, north = poles = self._poles(world)
        ring, near = self.points(outline(bbox)), self.points(nearest_to_poles(bbox, poles))
        around = crosses_antimeridian(ring, world)
        return grown(envelope([*ring, *near]), world, around=around, south=holds(bbox, south), north=holds(bbox, north))

    def _poles(self, world: BBox) -> tuple[Point | None, Point | None]:
        """Where the poles are in the source, as far as they are points there."""
        if self._source.geographic or self._formula is not None:
            return None, None
        if self._found_poles is None:
            self._found_poles = poles_of(world, functools.partial(_transformed, self._to_target, direction="INVERSE"))
        return self._found_poles

    def points(self, points: Sequence[Point]) -> list[Point]:
        formula = self._formula
        if formula is not None and formula.hold_for((x for x, _ in points), (y for _, y in points)):
            return [(formula.x(x), formula.y(y)) for x, y in points]
        return self._by_proj(points)

    def axes(self, xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]] | None:
        formula = self._formula
        if formula is None or not formula.hold_for(xs, ys):
            return None
        return list(map(formula.x, xs)), list(map(formula.y, ys))

    def _by_proj(self, points: Sequence[Point]) -> list[Point]:
        if not points:
            return []
        return _transformed(self._to_target, points)

    @property
    def _to_target(self) -> pyproj.Transformer:
        if self._transformer is None:
            self._transformer = self._library.transformer(self._source.definition, self._target.definition)
        return self._transformer


def _transformed(
    transformer: pyproj.Transformer, points: Sequence[Point], direction: Literal["FORWARD", "INVERSE"] = "FORWARD"
) -> list[Point]:
    xs, ys = transformer.transform([x for x, _ in points], [y for _, y in points], direction=direction)
    return list(zip(xs, ys, strict=True))


class _Library:
    """pyproj, imported and told its data directory once."""

    def __init__(self, proj_data_dir: str | None) -> None:
        self._proj_data_dir = proj_data_dir
        self._prepared = False

    def srs(self, code: str) -> Srs:
        crs = self._crs(code)
        unit = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
        radius = crs.ellipsoid.semi_major_metre if crs.is_geographic and crs.ellipsoid else 1.0
        north_first = bool(crs.axis_info) and crs.axis_info[0].direction == "north"
        return Srs(code, code, crs.is_geographic, north_first, unit * radius)

    def geographic(self, code: str) -> str:
        crs = self._crs(code).geodetic_crs
        authority = None if crs is None else crs.to_authority()
        if authority is None:
            raise ProjectionError(f"The SRS {code} is made from none in degrees that has a code.")
        return ":".join(authority)

    def wkt(self, code: str) -> str:
        text: str | None = self._crs(code).to_wkt("WKT1_GDAL")
        if not text:
            raise ProjectionError(f"The SRS {code} cannot be written as well-known text of version 1.")
        return text

    def transformer(self, source: str, target: str) -> pyproj.Transformer:
        library = self._imported()
        try:
            transformer: pyproj.Transformer = library.Transformer.from_crs(
                self._crs(source), self._crs(target), always_xy=True
            )
        except library.exceptions.ProjError as error:
            raise ProjectionError(f"PROJ knows no way from {source} to {target}: {error}.") from error
        return transformer

    def _crs(self, code: str) -> pyproj.CRS:
        library = self._imported()
        authority, _, name = code.rpartition(":")
        unknown = ProjectionError(
            f"Unknown SRS {code!r}; write AUTHORITY:CODE as PROJ knows it, for example EPSG:25832."
        )
        if not code.isprintable():  # PROJ, written in C, reads no further than NUL
            raise unknown
        try:
            crs: pyproj.CRS = library.CRS.from_authority(authority, name)
        except (library.exceptions.ProjError, ValueError) as error:
            raise unknown from error
        return crs

    def _imported(self) -> ModuleType:
        import pyproj
        import pyproj.exceptions

        if not self._prepared and self._proj_data_dir is not None:
            _log.info("loading proj data from %s", self._proj_data_dir)
            pyproj.datadir.set_data_dir(self._proj_data_dir)
        self._prepared = True
        return pyproj
