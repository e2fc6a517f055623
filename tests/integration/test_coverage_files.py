"""Coverages out of real files, from the option to the region."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

from tests.integration.services.programs import find_gdal_bindings
from tilekeep.adapters.geometry.bounded_files import read_text
from tilekeep.adapters.geometry.pyogrio import read_with_pyogrio
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.meaning_coverage import effective_coverage
from tilekeep.domain.errors import ConfigurationError, EmptyCoverage
from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import Region, Relation

PROJECTION = PyprojProjection()
PARTS = {"west": shapely.box(0, 0, 10, 10), "east": shapely.box(20, 0, 30, 10)}
OPTION = ("sources", "osm", "coverage")


def region_of(folder: Path, **options: Any) -> Region:
    coverage = effective_coverage(Coverage.model_validate({"srs": "EPSG:4326", **options}), str(folder))
    region = CoverageAssembly(PROJECTION).region(coverage, PROJECTION.srs(4326), OPTION)
    assert region is not None
    return region


def write_features(path: Path, driver: str, geometry_type: str = "Polygon") -> None:
    """Both parts, each with its name; a third feature has no geometry, where that can be written."""
    geometries: list[Any] = [shapely.to_wkb(part) for part in PARTS.values()]
    names = list(PARTS)
    if driver in {"GPKG", "GeoJSON"}:
        geometries.append(None)
        names.append("nothing")
    pyogrio.raw.write(
        str(path),
        geometry=np.array(geometries, dtype=object),
        field_data=[np.array(names, dtype=object)],
        fields=["name"],
        driver=driver,
        geometry_type=geometry_type,
        crs="EPSG:4326",
        layer="parts",
    )


@pytest.fixture(params=["parts.shp", "parts.gpkg", "parts.fgb", "parts.gml"])
def features(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    drivers = {"shp": "ESRI Shapefile", "gpkg": "GPKG", "fgb": "FlatGeobuf", "gml": "GML"}
    name = str(request.param)
    write_features(tmp_path / name, drivers[name.split(".")[1]])
    return name


@pytest.mark.parametrize("option", ["datasource", "ogr_datasource"])
def test_all_features_count(option: str, features: str, tmp_path: Path) -> None:
    assert region_of(tmp_path, **{option: features}).bbox == BBox(0, 0, 30, 10)


@pytest.mark.parametrize(
    "where", ["name = 'east'", "select * from parts where name = 'east'", "SELECT * FROM parts WHERE name = 'east'"]
)
def test_where_chooses_features(where: str, features: str, tmp_path: Path) -> None:
    assert region_of(tmp_path, datasource=features, where=where).bbox == BBox(20, 0, 30, 10)
    assert region_of(tmp_path, ogr_datasource=features, ogr_where=where).bbox == BBox(20, 0, 30, 10)


def test_a_condition_that_chooses_nothing_leaves_no_area(features: str, tmp_path: Path) -> None:
    with pytest.raises(EmptyCoverage, match="there are no polygons"):
        region_of(tmp_path, datasource=features, where="name = 'north'")


@pytest.mark.parametrize("where", ["nonsense = 1", "name = (", "select * from elsewhere"])
def test_a_condition_that_cannot_be_understood_is_refused_with_its_place(where: str, tmp_path: Path) -> None:
    write_features(tmp_path / "parts.gpkg", "GPKG")

    with pytest.raises(ConfigurationError, match="cannot be read") as refusal:
        region_of(tmp_path, datasource="parts.gpkg", where=where)

    assert refusal.value.option == (*OPTION, "datasource")


def test_a_geojson_with_a_condition_is_read_by_gdal(tmp_path: Path) -> None:
    write_features(tmp_path / "parts.geojson", "GeoJSON")

    assert region_of(tmp_path, datasource="parts.geojson", where="name = 'west'").bbox == BBox(0, 0, 10, 10)
    assert region_of(tmp_path, datasource="parts.geojson").bbox == BBox(0, 0, 30, 10)


def test_heights_do_not_matter(tmp_path: Path) -> None:
    solid = shapely.force_3d(PARTS["west"], 7.5)
    pyogrio.raw.write(
        str(tmp_path / "solid.gpkg"),
        geometry=np.array([shapely.to_wkb(solid)], dtype=object),
        field_data=[],
        fields=[],
        driver="GPKG",
        geometry_type="Polygon Z",
        crs="EPSG:4326",
    )

    assert region_of(tmp_path, datasource="solid.gpkg").relate(BBox(1, 1, 2, 2)) is Relation.CONTAINS


def test_what_is_no_polygon_is_passed_over_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "mixed.csv").write_text('WKT\n"POINT(1 1)"\n"POLYGON((0 0, 1 0, 1 1, 0 0))"\n')

    with caplog.at_level(logging.WARNING, "tilekeep.config.coverage"):
        region = region_of(tmp_path, datasource="mixed.csv")

    assert region.bbox == BBox(0, 0, 1, 1)
    assert "passing over a Point" in caplog.text


class TestContents:
    """A file is told by its first bytes, whatever its name (spec/coverages.md, 3.1)."""

    @pytest.mark.parametrize(
        "head", ["", "\n  ", "\ufeff"], ids=["at once", "after white space", "after a byte-order mark"]
    )
    @pytest.mark.parametrize(
        "body",
        [
            "Polygon((0 0, 1 0, 1 1, 0 0))",
            "MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))",
            '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}',
        ],
    )
    def test_texts_are_recognised(self, head: str, body: str, tmp_path: Path) -> None:
        (tmp_path / "area").write_text(head + body, encoding="utf-8")

        assert region_of(tmp_path, datasource="area").bbox == BBox(0, 0, 1, 1)

    def test_a_condition_on_well_known_text_is_said_to_have_no_effect(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "area.wkt").write_text("POLYGON((0 0, 1 0, 1 1, 0 0))")

        with caplog.at_level(logging.WARNING, "tilekeep.config.coverage"):
            region_of(tmp_path, datasource="area.wkt", where="a=1")

        assert "where has no effect on the well-known text" in caplog.text

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            pytest.param("area", b"", "cannot be read", id="an empty file"),
            pytest.param("area", b"\x00\x01\x02", "cannot be read", id="something unknown"),
            pytest.param("area", b"POLYGON((0 0, 1 0))", "line 1 of .* is no well-known text", id="damaged text"),
            pytest.param("area", b"POLYGON((0 0, 1 0, 1 1, 0 0))\n\xe4", "is no text in UTF-8", id="other encoding"),
            pytest.param("area", b'{"type": ', "is no JSON", id="cut GeoJSON"),
            pytest.param("else", b"", "cannot be read", id="a missing file"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_its_place(
        self, name: str, content: bytes, says: str, tmp_path: Path
    ) -> None:
        (tmp_path / name).write_bytes(content)

        with pytest.raises(ConfigurationError, match=says) as refusal:
            region_of(tmp_path, datasource="area")

        assert refusal.value.option == (*OPTION, "datasource")

    def test_a_directory_is_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "area").mkdir()

        with pytest.raises(ConfigurationError, match="cannot be read"):
            region_of(tmp_path, polygons="area")

    def test_a_text_that_would_take_too_much_memory_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "area.wkt").write_text("POLYGON((0 0, 1 0, 1 1, 0 0))")

        with pytest.raises(ConfigurationError, match="has more than 0 MiB; convert it to GeoPackage"):
            read_text(str(tmp_path / "area.wkt"), largest=20)

    @pytest.mark.parametrize("head", [b"<xml/>", b'{"type": "Polygon"}', b"polygon"])
    def test_so_is_a_text_for_gdal_that_is_nearly_all_holes(self, head: bytes, tmp_path: Path) -> None:
        with (tmp_path / "bomb").open("wb") as file:
            file.write(head)
            file.truncate(257 * 1024 * 1024)

        with pytest.raises(ConfigurationError, match="has more than 256 MiB"):
            region_of(tmp_path, datasource="bomb", where="a=1")


class TestExpiredTiles:
    def test_all_files_of_a_directory_count_and_stand_for_the_boxes_of_their_tiles(self, tmp_path: Path) -> None:
        (tmp_path / "expired/today").mkdir(parents=True)
        (tmp_path / "expired/1.list").write_text("1/0/0\n1/0/0\n")
        (tmp_path / "expired/today/2.list").write_text("1/1/0\n\n")

        coverage = effective_coverage(Coverage.model_validate({"expire_tiles": "expired"}), str(tmp_path))
        region = CoverageAssembly(PROJECTION).region(coverage, PROJECTION.srs(3857), OPTION)

        half = 20037508.342789244
        assert region is not None
        assert region.bbox == BBox(-half, 0, half, half)

    def test_without_tiles_there_is_no_area(self, tmp_path: Path) -> None:
        (tmp_path / "expired").write_text("nothing\n1/0/0\n")

        with pytest.raises(EmptyCoverage, match="there are no tiles") as refusal:
            region_of(tmp_path, expire_tiles="expired")

        assert refusal.value.option == (*OPTION, "expire_tiles")


def test_a_buffer_is_in_units_of_the_coverage(tmp_path: Path) -> None:
    (tmp_path / "area.wkt").write_text("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))")

    region = region_of(tmp_path, datasource="area.wkt", buffer=2)

    assert region.bbox == BBox(-2, -2, 12, 12)
    assert region.relate(BBox(-1.99, -1.99, -1.9, -1.9)) is Relation.DISJOINT


def test_a_member_has_a_buffer_of_its_own(tmp_path: Path) -> None:
    inner, outer = ({"bbox": (0, 0, 10, 10), "srs": "EPSG:4326", "buffer": grown} for grown in (0, 1))

    region = region_of(tmp_path, difference=(outer, inner))

    assert region.bbox == BBox(-1, -1, 11, 11)
    assert region.relate(BBox(1, 1, 9, 9)) is Relation.DISJOINT


def test_equal_coverages_are_read_once_and_projected_once(tmp_path: Path) -> None:
    (tmp_path / "area.wkt").write_text("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))")
    assembly = CoverageAssembly(PROJECTION)
    options = {"datasource": "area.wkt", "srs": "EPSG:4326"}
    first = effective_coverage(Coverage.model_validate(options), str(tmp_path))
    second = effective_coverage(Coverage.model_validate({**options, "clip": True}), str(tmp_path))

    one = assembly.region(first, PROJECTION.srs(3857), OPTION)
    (tmp_path / "area.wkt").unlink()

    assert assembly.region(second, PROJECTION.srs(3857), OPTION) is one
    assert assembly.region(second, PROJECTION.srs(4326), OPTION) is not None


def test_boxes_do_without_shapely() -> None:
    program = """if True:
        import sys
        from tilekeep.adapters.projection.pyproj import PyprojProjection
        from tilekeep.config.assemble.coverages import CoverageAssembly
        from tilekeep.config.mapproxy.meaning_coverage import EffectiveBox, EffectiveCoverage
        from tilekeep.domain.geometry import BBox

        box = EffectiveCoverage(EffectiveBox(BBox(0, 0, 10, 10), "EPSG:4326", 1.0))
        projection = PyprojProjection()
        CoverageAssembly(projection).region(box, projection.srs(3857), ())
        sys.exit("shapely" in sys.modules)
    """

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class TestBindingsOfGdal:
    """What GDAL's own bindings read is what pyogrio reads."""

    PROGRAM = """if True:
        import json, sys
        from tilekeep.adapters.geometry.ogr_reader import CannotRead
        from tilekeep.adapters.geometry.osgeo import read_with_osgeo

        try:
            answer = [binary.hex() for binary in read_with_osgeo(*json.load(sys.stdin))]
        except CannotRead as error:
            answer = str(error)
        print(json.dumps(answer))
    """

    @pytest.fixture
    def ask(self) -> Callable[[str, str | None], Any]:
        path = os.pathsep.join([str(Path(__file__).parents[2]), str(find_gdal_bindings())])

        def ask(datasource: str, where: str | None) -> Any:
            done = subprocess.run(
                [sys.executable, "-c", self.PROGRAM],
                input=json.dumps([datasource, where]),
                env={**os.environ, "PYTHONPATH": path},
                capture_output=True,
                text=True,
                check=True,
            )
            return json.loads(done.stdout)

        return ask

    @pytest.mark.parametrize("where", [None, "name = 'east'", "select * from parts where name = 'west'"])
    def test_the_same_features_come_out(
        self, ask: Callable[[str, str | None], Any], where: str | None, tmp_path: Path
    ) -> None:
        write_features(tmp_path / "parts.gpkg", "GPKG")

        found = ask(str(tmp_path / "parts.gpkg"), where)

        assert found == [binary.hex() for binary in read_with_pyogrio(str(tmp_path / "parts.gpkg"), where)]
        assert found

    @pytest.mark.parametrize("where", ["nonsense = 1", "select * from elsewhere"])
    def test_what_cannot_be_understood_is_refused(
        self, ask: Callable[[str, str | None], Any], where: str, tmp_path: Path
    ) -> None:
        write_features(tmp_path / "parts.gpkg", "GPKG")

        assert isinstance(ask(str(tmp_path / "parts.gpkg"), where), str)

    def test_a_database_that_is_not_there_is_refused(self, ask: Callable[[str, str | None], Any]) -> None:
        assert isinstance(ask("PG:host=127.0.0.1 port=1 dbname=gis", None), str)
