"""Real Mapnik draws maps: boxes, layers, levels, threads, forks and mapfiles that change or are broken.

MapProxy 7.0.0 speaks to Mapnik 3, which is not to be had for this Python, so there is nobody to compare with.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.contract.map_source_suite import WORLD, MapSourceSuite
from tests.contract.processes import forked
from tests.fakes.upstream_gate import FakeUpstreamGate
from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.imaging.raster import PillowRaster, image_of
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.adapters.sources.mapnik import LoadedMaps, MapnikSource
from tilekeep.adapters.sources.mapnik.loaded_maps import MapKind
from tilekeep.domain.deadline import NO_DEADLINE, Deadline, Purpose
from tilekeep.domain.errors import SourceContentError, SourceTimeout
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery, SourceTraits, Upstream
from tilekeep.ports.map_source import MapSource

PROJECTION = PyprojProjection()
RED, BLUE, NOTHING = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)

STYLE = """<Map srs="epsg:4326">
  <Style name="land"><Rule><PolygonSymbolizer fill="{color}"/></Rule></Style>
  <Style name="lines"><Rule><LineSymbolizer stroke="blue" stroke-width="4"/></Rule></Style>
  <Layer name="land" srs="epsg:4326"><StyleName>land</StyleName>
    <Datasource><Parameter name="type">geojson</Parameter><Parameter name="file">land.json</Parameter></Datasource>
  </Layer>
  <Layer name="lines" srs="epsg:4326"><StyleName>lines</StyleName>
    <Datasource><Parameter name="type">geojson</Parameter><Parameter name="file">lines.json</Parameter></Datasource>
  </Layer>
</Map>"""

#: Ten degrees around zero; the land fills the east, a line runs along the equator.
BOX = MapQuery(BBox(-10.0, -10.0, 10.0, 10.0), Size(200, 200), PROJECTION.srs("EPSG:4326"), "image/png")
EAST, WEST, EQUATOR = (150, 50), (50, 50), (50, 100)


def write_style(path: Path, color: str = "red") -> Path:
    """A style with the layers ``land`` and ``lines``, and its data beside it."""
    land = [[[0, -80], [170, -80], [170, 80], [0, 80], [0, -80]]]
    for name, geometry in (
        ("land", {"type": "Polygon", "coordinates": land}),
        ("lines", {"type": "LineString", "coordinates": [[-170, 0], [170, 0]]}),
    ):
        feature = {"type": "Feature", "properties": {}, "geometry": geometry}
        path.with_name(f"{name}.json").write_text(json.dumps(feature))
    path.write_text(STYLE.format(color=color))
    return path


def source(
    mapfile: Path | Callable[[MapQuery], str],
    *,
    maps: LoadedMaps | None = None,
    layers: frozenset[str] | None = None,
    keeps_maps: bool = True,
    scale_factor: float = 1.0,
) -> MapnikSource:
    """A source of the style at ``mapfile``."""
    return MapnikSource(
        maps=maps or LoadedMaps(),
        gate=FakeUpstreamGate(),
        clock=SystemClock(),
        raster=PillowRaster,
        mapfile=mapfile if callable(mapfile) else lambda _: str(mapfile),
        layers=layers,
        keeps_maps=keeps_maps,
        scale_factor=scale_factor,
        upstream=Upstream("style.xml"),
        traits=SourceTraits(meta_tiles=True),
    )


def drawn(made: MapSource, query: MapQuery = BOX) -> Image.Image:
    """The map of ``query``."""
    answer = made.get(query, Purpose.SERVE, NO_DEADLINE)
    return image_of(answer.raster)  # type: ignore[union-attr]


@pytest.fixture
def style(tmp_path: Path) -> Path:
    return write_style(tmp_path / "style.xml")


class TestPort(MapSourceSuite):
    @pytest.fixture(autouse=True)
    def _folder(self, style: Path) -> None:
        self.style = style

    def working(self) -> MapSource:
        return source(self.style)

    def conditional(self) -> None:
        return None

    def failing(self) -> MapSource:
        return source(self.style.with_name("missing.xml"))


class TestMaps:
    def test_it_draws_the_box_on_transparent_ground(self, style: Path) -> None:
        image = drawn(source(style))

        assert (image.mode, image.size) == ("RGBA", (200, 200))
        assert [image.getpixel(place) for place in (EAST, WEST, EQUATOR)] == [RED, NOTHING, BLUE]

    @pytest.mark.parametrize("code", ["EPSG:3857", "EPSG:900913", "EPSG:25832", "CRS:84", "EPSG:4326"])
    def test_it_draws_in_any_srs(self, style: Path, code: str) -> None:
        srs = PROJECTION.srs(code)
        around = PROJECTION.between(BOX.srs, srs).bbox(BBox(8.0, 40.0, 9.0, 41.0))

        image = drawn(source(style), BOX._replace(bbox=around, srs=srs))

        assert image.getcolors() == [(200 * 200, RED)]

    def test_it_draws_exactly_the_box_where_pixels_are_not_square(self, style: Path) -> None:
        image = drawn(source(style), BOX._replace(bbox=BBox(-10.0, -40.0, 10.0, 40.0)))

        assert image.getpixel((99, 10)) == NOTHING
        assert image.getpixel((101, 10)) == RED

    def test_an_equator_seen_twice_as_large_is_twice_as_broad(self, style: Path) -> None:
        def breadth(factor: float) -> int:
            image = drawn(source(style, scale_factor=factor))
            return sum(image.getpixel((50, y)) != NOTHING for y in range(200))

        assert breadth(2.0) == 2 * breadth(1.0) == 8

    @pytest.mark.parametrize(
        ("layers", "expected"),
        [({"land"}, [RED, NOTHING, NOTHING]), ({"lines"}, [NOTHING, NOTHING, BLUE]), ({"none"}, [NOTHING] * 3)],
    )
    def test_it_draws_only_layers_that_are_wanted(self, style: Path, layers: set[str], expected: list[Any]) -> None:
        image = drawn(source(style, layers=frozenset(layers)))

        assert [image.getpixel(place) for place in (EAST, WEST, EQUATOR)] == expected

    def test_layers_without_a_name_are_always_drawn(self, style: Path) -> None:
        style.write_text(style.read_text().replace('Layer name="lines"', 'Layer name="Unknown"'))

        image = drawn(source(style, layers=frozenset({"land"})))

        assert [image.getpixel(place) for place in (EAST, EQUATOR)] == [RED, BLUE]

    def test_each_query_may_have_a_mapfile_of_its_own(self, style: Path) -> None:
        blue = style.with_name("blue.xml")
        blue.write_text(style.read_text().replace("red", "blue"))
        made = source(lambda query: str(blue if query.resolution > 1 else style))

        fine, coarse = drawn(made), drawn(made, BOX._replace(bbox=BBox(-180.0, -180.0, 180.0, 180.0)))

        assert (fine.getpixel(EAST), coarse.getpixel((120, 80))) == (RED, BLUE)


class TestKeptMaps:
    @pytest.mark.parametrize("keeps_maps", [True, False])
    def test_a_mapfile_that_changes_is_loaded_anew(self, style: Path, *, keeps_maps: bool) -> None:
        made = source(style, keeps_maps=keeps_maps)

        before = drawn(made).getpixel(EAST)
        write_style(style, "#0000ff")
        after = drawn(made).getpixel(EAST)

        assert (before, after) == (RED, BLUE)

    def test_a_map_is_used_again_where_it_is_kept(self, style: Path) -> None:
        maps, kind = LoadedMaps(), MapKind(str(style), None)

        with maps.borrowed(kind, kept=True) as first:
            pass
        with maps.borrowed(kind, kept=True) as second, maps.borrowed(kind, kept=True) as third:
            pass
        with maps.borrowed(kind, kept=False) as fourth:
            pass

        assert first is second
        assert first is not third
        assert fourth not in (first, third)

    def test_a_map_that_failed_is_not_used_again(self, style: Path) -> None:
        maps, kind = LoadedMaps(), MapKind(str(style), None)

        with pytest.raises(RuntimeError), maps.borrowed(kind, kept=True) as first:
            raise RuntimeError
        with maps.borrowed(kind, kept=True) as second:
            pass

        assert first is not second

    def test_threads_never_share_a_map(self, style: Path) -> None:
        made, images = source(style), []
        boxes = [BOX._replace(bbox=BBox(-10.0, -10.0 + step, 10.0, 10.0 + step)) for step in range(8)]

        def draw(query: MapQuery) -> None:
            images.append((query.bbox, [drawn(made, query).tobytes() for _ in range(5)]))

        threads = [threading.Thread(target=draw, args=[query]) for query in boxes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        alone = {query.bbox: drawn(source(style), query).tobytes() for query in boxes}
        assert len(images) == len(boxes)
        assert all(body == alone[bbox] for bbox, bodies in images for body in bodies)

    def test_a_forked_child_leaves_the_maps_to_its_parent(self, style: Path) -> None:
        maps = LoadedMaps()
        made = source(style, maps=maps)
        drawn(made)

        def draw_in_child() -> None:
            maps.reset_after_fork()
            assert drawn(made).getpixel(EAST) == RED
            assert len(maps._kept._left_behind) == 1

        _, status = os.waitpid(forked(draw_in_child), 0)

        assert os.waitstatus_to_exitcode(status) == 0
        assert drawn(made).getpixel(EAST) == RED


class TestFailures:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            pytest.param("<Map><Layer", "style.xml: ", id="no XML"),
            pytest.param(STYLE.format(color="red").replace(">geojson<", ">oracle<"), "oracle", id="no such data"),
        ],
    )
    def test_what_mapnik_says_is_for_the_log_alone(
        self, style: Path, caplog: pytest.LogCaptureFixture, text: str, says: str
    ) -> None:
        style.write_text(text)

        with pytest.raises(SourceContentError) as failure:
            source(style).get(BOX, Purpose.SERVE, NO_DEADLINE)

        assert says in str(failure.value)
        assert failure.value.client_message == "could not render Mapnik map (see logs for URL and reason)."
        assert [record.name for record in caplog.records] == ["tilekeep.source.mapnik"]

    def test_an_srs_that_mapnik_does_not_know_spoils_no_other_map(self, style: Path) -> None:
        made, unknown = source(style), WORLD.srs.__class__("EPSG:99999", "none", False, False, 1.0)

        with pytest.raises(SourceContentError, match="99999"):
            made.get(BOX._replace(srs=unknown), Purpose.SERVE, NO_DEADLINE)

        assert drawn(made).getpixel(EAST) == RED

    def test_nothing_is_drawn_after_the_deadline(self, style: Path) -> None:
        with pytest.raises(SourceTimeout):
            source(style).get(BOX, Purpose.SERVE, Deadline(SystemClock().monotonic() - 1))


CONFIG = """
services: {tms: {use_grid_names: true}, wms: {srs: ['EPSG:4326'], image_formats: [image/png]}}
layers:
  - {name: all, title: All, sources: [all]}
  - {name: lines, title: Lines, sources: [lines]}
  - {name: direct, title: Not cached, sources: ['style:land', boxes]}
  - {name: europe, title: Limited, sources: [europe]}
caches:
  all: {grids: [GLOBAL_WEBMERCATOR], sources: [style], format: image/jpeg}
  lines: {grids: [GLOBAL_WEBMERCATOR], sources: ['style:lines', boxes]}
  europe: {grids: [GLOBAL_WEBMERCATOR], sources: [europe]}
sources:
  boxes: {type: debug}
  style: {type: mapnik, mapfile: style.xml, transparent: true, multithreaded: true, concurrent_requests: 2}
  europe:
    type: mapnik
    mapfile: level-%(webmercator_level)s.xml
    transparent: true
    coverage: {bbox: [0, 0, 60, 60], srs: 'EPSG:4326'}
"""


@pytest.fixture
def server(tilekeep_server: Callable[..., Server], tmp_path: Path) -> Server:
    write_style(tmp_path / "style.xml")
    write_style(tmp_path / "level-2.xml", "#0000ff")
    return tilekeep_server(CONFIG, directory=tmp_path)


def test_the_server_draws_tiles_and_maps(server: Server) -> None:
    jpeg = ask(f"{server.url}/tms/1.0.0/all/GLOBAL_WEBMERCATOR/1/2/2.jpeg")
    labelled = ask(f"{server.url}/tms/1.0.0/lines/GLOBAL_WEBMERCATOR/1/0/2.png")
    of_level = ask(f"{server.url}/tms/1.0.0/europe/GLOBAL_WEBMERCATOR/1/2/2.png")
    missing = ask(f"{server.url}/tms/1.0.0/europe/GLOBAL_WEBMERCATOR/2/4/4.png")

    assert jpeg.image().convert("RGB").getpixel((100, 100))[0] > 250  # type: ignore[index]
    assert labelled.pixels().getpixel((100, 254)) == BLUE
    assert (0, 0, 0, 245) in {color for _, color in labelled.pixels().getcolors(1 << 16) or []}
    assert of_level.pixels().getpixel((100, 100)) == BLUE
    assert (missing.status, b"level-3" in missing.body) == (500, False)
    assert "level-3.xml: No such file or directory" in server.log


def test_layers_ask_it_for_maps(server: Server) -> None:
    answer = ask(
        f"{server.url}/service?service=WMS&version=1.1.1&request=GetMap&layers=direct&styles=&srs=EPSG:4326"
        "&bbox=-10,-10,10,10&width=200&height=200&format=image/png"
    )

    image = answer.pixels()
    assert image.getpixel(EAST)[0] > 250  # type: ignore[index]
    assert image.getpixel((20, 150))[1] > 250  # type: ignore[index]
    assert any(sum(color[:3]) < 100 for _, color in image.getcolors(1 << 16) or [])
