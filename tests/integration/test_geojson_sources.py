"""Features of GeoJSON files on maps: colours, widths, holes, any SRS, seams, and files that change or are broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.contract.map_source_suite import HALF, MapSourceSuite
from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tilekeep.adapters.imaging.raster import PillowRaster, image_of
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.adapters.sources.geojson import GeojsonLook, GeojsonSource
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Drawn, MapQuery
from tilekeep.ports.map_source import MapSource

PROJECTION = PyprojProjection()
RED, BLUE, NOTHING = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 255, 0)
LOOK = GeojsonLook(fill=RED, stroke=BLUE, stroke_width=2.0, point_radius=6.0)
AREAS = GeojsonLook(fill=RED, stroke=(0, 0, 255, 0), stroke_width=0.0, point_radius=0.0)

#: Twenty degrees around zero, ten pixels each.
BOX = MapQuery(BBox(-10.0, -10.0, 10.0, 10.0), Size(200, 200), PROJECTION.srs("EPSG:4326"), "image/png")


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def written(path: Path, kind: str, coordinates: Any) -> Path:
    path.write_text(json.dumps({"type": kind, "coordinates": coordinates}))
    return path


def source(path: Path, look: GeojsonLook = LOOK, srs: str = "EPSG:4326") -> GeojsonSource:
    return GeojsonSource(projection=PROJECTION, raster=PillowRaster, path=str(path), srs=PROJECTION.srs(srs), look=look)


def drawn(made: MapSource, query: MapQuery = BOX) -> Image.Image:
    answer = made.get(query, Purpose.SERVE, NO_DEADLINE)
    assert isinstance(answer, Drawn)
    return image_of(answer.raster)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "a.geojson", "Polygon", [square(0, -5, 8, 5), square(2, -2, 4, 2)])


class TestPort(MapSourceSuite):
    @pytest.fixture(autouse=True)
    def _file(self, file: Path) -> None:
        self.file = file

    def working(self) -> MapSource:
        return source(self.file)

    def conditional(self) -> None:
        return None

    def failing(self) -> MapSource:
        return source(self.file.with_name("missing"))


class TestMaps:
    def test_areas_are_filled_but_their_holes_and_have_outlines(self, file: Path) -> None:
        image = drawn(source(file))

        assert [image.getpixel(place) for place in ((110, 100), (130, 100), (50, 100))] == [RED, NOTHING, NOTHING]
        assert [image.getpixel(place) for place in ((100, 100), (120, 100), (179, 100))] == [BLUE] * 3

    def test_edges_are_smooth(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a", "Polygon", [[[-9, -9], [9, -8], [0, 9], [-9, -9]]])

        image = drawn(source(path, AREAS))

        assert len({color[3] for _, color in image.getcolors(9999) or []}) > 5

    def test_what_overlaps_is_not_darker_for_it(self, tmp_path: Path) -> None:
        look = GeojsonLook((255, 0, 0, 100), (0, 0, 0, 0), 0.0, 0.0)
        path = written(tmp_path / "a", "MultiPolygon", [[square(-5, -5, 3, 5)], [square(-3, -5, 5, 5)]])

        assert {color for _, color in drawn(source(path, look)).getcolors(9) or []} >= {(255, 0, 0, 100)}

    def test_a_hole_hides_no_other_area(self, tmp_path: Path) -> None:
        ring = [square(-8, -8, 8, 8), square(-4, -4, 4, 4)]
        path = written(tmp_path / "a", "MultiPolygon", [[square(-2, -2, 2, 2)], ring])

        image = drawn(source(path, AREAS))

        assert (image.getpixel((100, 100)), image.getpixel((100, 130))[3]) == (RED, 0)  # type: ignore[index]

    def test_lines_have_their_width(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a", "LineString", [[-20, 0], [20, 0]])

        image = drawn(source(path, GeojsonLook(RED, BLUE, 6.0, 0.0)))

        assert [image.getpixel((5, y)) == BLUE for y in (96, 98, 100, 102, 104)] == [False, True, True, True, False]

    def test_points_are_discs_with_a_rim(self, tmp_path: Path) -> None:
        image = drawn(source(written(tmp_path / "a", "MultiPoint", [[0, 0], [-20, 0]])))

        assert [image.getpixel(place) for place in ((100, 100), (105, 100), (108, 100))] == [RED, BLUE, NOTHING]

    def test_a_ground_is_opaque_where_nothing_is(self, file: Path) -> None:
        ground = GeojsonLook(RED, BLUE, 0.0, 0.0, background=(250, 250, 240, 255))

        image = drawn(source(file, ground))

        assert (image.getpixel((5, 5)), image.getpixel((110, 100))) == ((250, 250, 240, 255), RED)

    @pytest.mark.parametrize("code", ["EPSG:3857", "EPSG:25832", "EPSG:3035"])
    def test_places_are_where_they_are_in_any_srs(self, tmp_path: Path, code: str) -> None:
        srs = PROJECTION.srs(code)
        path = written(tmp_path / "a", "Polygon", [square(8, 45, 12, 50)])
        (centre,) = PROJECTION.between(BOX.srs, srs).points([(8.0, 47.5)])
        box = BBox(centre[0] - 100_000, centre[1] - 100_000, centre[0] + 100_000, centre[1] + 100_000)

        image = drawn(source(path, AREAS), BOX._replace(bbox=box, srs=srs))

        assert [image.getpixel((x, 100))[3] for x in (90, 110)] == [0, 255]  # type: ignore[index]

    def test_long_edges_follow_the_curve_that_a_parallel_is(self, tmp_path: Path) -> None:
        """In UTM the parallel of 50 degrees lies north of the straight line between its far ends."""
        srs = PROJECTION.srs("EPSG:25832")
        path = written(tmp_path / "a", "LineString", [[3, 50], [15, 50]])
        ((_, middle),) = PROJECTION.between(BOX.srs, srs).points([(9.0, 50.0)])
        box = BBox(499_000, middle - 1000, 501_000, middle + 1000)

        image = drawn(source(path), BOX._replace(bbox=box, srs=srs))

        assert image.getpixel((100, 100)) == BLUE

    def test_coordinates_may_be_in_another_srs(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a", "Polygon", [square(400_000, 5_400_000, 600_000, 5_600_000)])
        ((x, y),) = PROJECTION.between(PROJECTION.srs("EPSG:25832"), BOX.srs).points([(500_000, 5_500_000)])

        image = drawn(source(path, AREAS, "EPSG:25832"), BOX._replace(bbox=BBox(x - 1, y - 0.5, x + 1, y + 0.5)))

        assert image.getpixel((100, 100)) == RED

    def test_across_the_antimeridian_areas_are_whole(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a", "Polygon", [square(170, -5, 190, 5)])
        around = BOX._replace(bbox=BBox(-HALF, -1e6, -HALF + 2e6, 1e6), srs=PROJECTION.srs("EPSG:3857"))

        image = drawn(source(path, AREAS), around)

        assert [image.getpixel((x, 100))[3] for x in (10, 100, 130)] == [255, 255, 0]  # type: ignore[index]

    def test_neighbouring_maps_meet_without_a_seam(self, file: Path) -> None:
        whole = drawn(source(file), BOX._replace(size=Size(400, 400)))
        parts = Image.new("RGBA", (400, 400))
        for column in range(4):
            for row in range(4):
                box = BBox(-10 + 5 * column, 5 - 5 * row, -5 + 5 * column, 10 - 5 * row)
                part = drawn(source(file), BOX._replace(bbox=box, size=Size(100, 100)))
                parts.paste(part, (100 * column, 100 * row))

        assert parts.tobytes() == whole.tobytes()

    def test_deep_levels_show_edges_as_sharp_as_others(self, file: Path) -> None:
        image = drawn(source(file, AREAS), BOX._replace(bbox=BBox(-1e-7, 1.0, 1e-7, 1.0 + 2e-7)))

        assert [image.getpixel((x, 100))[3] for x in (95, 104)] == [0, 255]  # type: ignore[index]


class TestFiles:
    def test_a_file_that_changes_is_read_anew(self, file: Path) -> None:
        made = source(file)

        before = drawn(made).getpixel((110, 100))
        written(file, "Point", [-9, -9])
        after = drawn(made).getpixel((110, 100))

        assert (before, after) == (RED, NOTHING)

    @pytest.mark.parametrize(
        ("text", "says"), [("{", "Expecting property name"), ('{"type": "Point"}', "no usable coordinates")]
    )
    def test_what_is_wrong_with_it_is_for_the_log(
        self, file: Path, caplog: pytest.LogCaptureFixture, text: str, says: str
    ) -> None:
        file.write_text(text)

        with pytest.raises(SourceContentError, match=says) as failure:
            source(file).get(BOX, Purpose.SERVE, NO_DEADLINE)

        assert failure.value.client_message == "could not draw GeoJSON (see logs for URL and reason)."
        assert str(file) in caplog.text


CONFIG = """
services: {wmts: , wms: {srs: ['EPSG:4326', 'EPSG:3857'], image_formats: [image/png]}}
layers:
  - {name: cached, title: Cached, sources: [cached]}
  - {name: direct, title: Direct, sources: [areas]}
caches:
  cached: {grids: [GLOBAL_WEBMERCATOR], sources: [areas]}
sources:
  areas:
    type: geojson
    filename: a.geojson
    background: '#ffffff'
    style: {fill: '#ff0000', fill_opacity: 1, stroke_width: 0}
"""


def test_the_server_draws_tiles_and_maps(tilekeep_server: Callable[..., Server], file: Path) -> None:
    server = tilekeep_server(CONFIG, directory=file.parent)

    tile = ask(f"{server.url}/wmts/cached/GLOBAL_WEBMERCATOR/6/32/31.png")
    answer = ask(
        f"{server.url}/service?service=WMS&version=1.1.1&request=GetMap&layers=direct&styles=&srs=EPSG:4326"
        "&bbox=-10,-10,10,10&width=200&height=200&format=image/png"
    )

    assert tile.pixels().getpixel((20, 250)) == RED
    assert [answer.pixels().getpixel(place) for place in ((110, 100), (50, 50))] == [RED, (255, 255, 255, 255)]
