"""Coverages out of their options: read once, and brought once into each SRS that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tilekeep.adapters.geometry.area import Area
from tilekeep.adapters.geometry.boxes import BoxArea
from tilekeep.application.once_per_key import OncePerKey
from tilekeep.config.assemble.area_files import FileVersions, area_versions
from tilekeep.config.assemble.srs import configured_srs
from tilekeep.config.mapproxy.meaning_coverage import (
    EffectiveArea,
    EffectiveBox,
    EffectiveCombination,
    EffectiveCoverage,
    EffectiveExpiredTiles,
    EffectivePolygons,
)
from tilekeep.config.problems import OptionPath
from tilekeep.domain.errors import ConfigurationError, ProjectionError
from tilekeep.domain.extent import Extent
from tilekeep.domain.region import Region
from tilekeep.domain.region_union import RegionUnion
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection

_EXPIRED_TILES_SRS = "EPSG:3857"


class CoverageAssembly:
    """Makes regions; equal coverages share one for each SRS.

    Polygons are read, and Shapely is imported, when the first of them is asked for.

    Args:
        projection: knows the spatial reference systems.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._versions: OncePerKey[EffectiveArea, FileVersions] = OncePerKey(area_versions)
        self._areas: OncePerKey[EffectiveArea, Area] = OncePerKey(self._area)
        self._regions: OncePerKey[tuple[EffectiveArea, Srs], Region] = OncePerKey(lambda key: self._region(*key))

    def region(self, coverage: EffectiveCoverage | None, srs: Srs, option: OptionPath) -> Region | None:
        """The coverage as a region in ``srs``; None is everywhere.  ``option`` is its place in the configuration.

        :raises ConfigurationError: it cannot be read, has no area, or none in ``srs``; with its place.
        :raises EmptyCoverage: of these, that it has no area.
        """
        if coverage is None:
            return None
        with _within(option):
            try:
                return self._regions((coverage.area, srs))
            except ProjectionError as error:
                raise ConfigurationError(f"{_shown(coverage.area)} has no image in {srs.code}; correct it") from error

    def union(self, coverages: Sequence[EffectiveCoverage], srs: Srs, option: OptionPath) -> Region:
        """Several coverages, at least one, as one region in ``srs``; raises as :meth:`region`.

        A coverage without any image in ``srs`` adds nothing where others have one.
        """
        regions: list[Region] = []
        without_image: ConfigurationError | None = None
        for coverage in coverages:
            try:
                region = self.region(coverage, srs, option)
            except ConfigurationError as error:
                if not isinstance(error.__cause__, ProjectionError):
                    raise
                without_image = error
                continue
            assert region is not None, "a coverage limits"
            regions.append(region)
        if not regions:
            assert without_image is not None, "at least one coverage"
            raise without_image
        return regions[0] if len(regions) == 1 else RegionUnion(tuple(regions))

    def extent(self, coverage: EffectiveCoverage, option: OptionPath) -> Extent:
        """The box around a coverage in its own SRS; raises as :meth:`region`."""
        with _within(option):
            srs = self._areas(coverage.area).srs
            return Extent(self._regions((coverage.area, srs)).bbox, srs)

    def check(self, coverage: EffectiveCoverage | None, option: OptionPath) -> None:
        """Reads the coverage; ``option`` is its place in the configuration.

        :raises ConfigurationError: it cannot be read, or has no area; with its place.
        """
        if coverage is not None:
            with _within(option):
                self._areas(coverage.area)

    def regions(self, coverage: EffectiveCoverage | None) -> Callable[[Srs], Region | None] | None:
        """Gives the region of a coverage in the SRS of a query; None is everywhere.

        What it returns raises ProjectionError where nothing of the coverage has an image.
        """
        if coverage is None:
            return None
        area = coverage.area
        return lambda srs: self._regions((area, srs))

    def versions(self, coverage: EffectiveCoverage | None) -> FileVersions:
        """What tells the files of a coverage, as they were when it was read, from those of another time."""
        return () if coverage is None else self._versions(coverage.area)

    def _region(self, area: EffectiveArea, srs: Srs) -> Region:
        return self._areas(area).region_in(srs, self._projection)

    def _area(self, area: EffectiveArea) -> Area:
        """The area in its own SRS; errors name the place within its options."""
        self._versions(area)  # before it is read: a file that changes meanwhile must not pass for the one read
        found = self._unbuffered(area)
        return found.buffered(area.buffer) if area.buffer else found

    def _unbuffered(self, area: EffectiveArea) -> Area:
        match area:
            case EffectiveBox():
                return BoxArea(area.bbox, self._srs(area.srs))
            case EffectiveCombination():
                return self._combined(area)
            case EffectivePolygons():
                srs = self._srs(area.srs)
                with _within((area.option,)):
                    return _polygon_area(_read(area), srs)
            case EffectiveExpiredTiles():
                return self._expired(area)

    def _combined(self, area: EffectiveCombination) -> Area:
        from tilekeep.adapters.geometry.combining import combined

        members = []
        for index, member in enumerate(area.members):
            with _within((area.operation, index)):
                members.append(self._areas(member))
        with _within((area.operation,)):
            try:
                return combined(area.operation, members, self._projection)
            except ProjectionError as error:
                message = f"not all members have an image in {members[0].srs.code}, that of the first; reorder them"
                raise ConfigurationError(message) from error

    def _expired(self, area: EffectiveExpiredTiles) -> Area:
        from tilekeep.adapters.geometry.expired_tiles import expired_area

        srs = self._srs(_EXPIRED_TILES_SRS)
        with _within(("expire_tiles",)):
            return expired_area(area.path, srs)

    def _srs(self, code: str) -> Srs:
        return configured_srs(self._projection, code, ())


def _polygon_area(geometry: Any, srs: Srs) -> Area:
    from tilekeep.adapters.geometry.polygons import PolygonArea

    return PolygonArea(geometry, srs)


def _read(area: EffectivePolygons) -> Any:
    from tilekeep.adapters.geometry import datasources

    match area.option:
        case "polygons":
            return datasources.area_of_wkt_file(area.place)
        case "ogr_datasource":
            return datasources.area_of_ogr_source(area.place, area.where)
        case "datasource":
            return datasources.area_of_datasource(area.place, area.where)


def _shown(area: EffectiveArea) -> str:
    return f"{list(area.bbox)} in {area.srs}" if isinstance(area, EffectiveBox) else "the area"


@contextmanager
def _within(option: OptionPath) -> Iterator[None]:
    """Puts ``option`` before the places that errors name."""
    try:
        yield
    except ConfigurationError as error:
        raise type(error)(error.message, option=(*option, *error.option)) from error.__cause__
