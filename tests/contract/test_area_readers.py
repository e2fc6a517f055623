"""The reader of areas keeps the promises of the port, read at once and on demand."""

from __future__ import annotations

import subprocess
import sys

import pytest
import shapely

from tests.contract.area_reader_suite import AreaReaderSuite
from tests.fakes.projection import FakeProjection
from tilekeep.adapters.geometry.areas_on_demand import AreasOnDemand
from tilekeep.adapters.geometry.given_areas import GivenAreas
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Relation
from tilekeep.ports.areas import AreaReader


class TestGivenAreas(AreaReaderSuite):
    def reader(self) -> AreaReader:
        return GivenAreas(FakeProjection())


class TestGivenAreasOverProj(AreaReaderSuite):
    def reader(self) -> AreaReader:
        return AreasOnDemand(PyprojProjection())


def test_an_srs_may_be_a_bare_number() -> None:
    assert GivenAreas(PyprojProjection()).read([0, 0, 10, 10], 4326).region("EPSG:4326").bbox == (0, 0, 10, 10)


def test_where_an_area_has_no_image_it_is_nowhere() -> None:
    region = GivenAreas(FakeProjection()).read([0, 0, 10, 10], "EPSG:4326").region("EPSG:25832")

    assert region.relate(BBox(0, 0, 1e7, 1e7)) is Relation.DISJOINT


@pytest.mark.parametrize("geometry", ["POLYGON((0 0, 10 0, 10 10, 0 0))", shapely.box(0, 0, 10, 10)])
def test_what_a_hook_gives_for_every_tile_is_drawn_up_once(geometry: object) -> None:
    reader = GivenAreas(FakeProjection())

    regions = {id(reader.read(geometry, "EPSG:4326").region("EPSG:3857")) for _ in range(3)}

    assert len(regions) == 1


def test_shapely_is_not_loaded_before_there_is_an_area() -> None:
    program = (
        "import sys; from tilekeep.adapters.geometry.areas_on_demand import AreasOnDemand;"
        "AreasOnDemand(None); sys.exit('shapely' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
