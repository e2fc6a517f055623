"""Real raster files through rasterio: pixels as gdalwarp has them, overviews, bands, nodata, threads and forks."""

from __future__ import annotations

import io
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image, ImageFilter
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine

from tests.contract.map_source_suite import MapSourceSuite
from tests.contract.processes import forked
from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tilekeep.adapters.imaging.raster import PillowRaster, image_of
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.adapters.sources.geotiff import GeotiffSource, RasterFiles
from tilekeep.domain.deadline import NO_DEADLINE, Purpose
from tilekeep.domain.errors import SourceContentError
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import Blank, Drawn, MapQuery
from tilekeep.ports.map_source import MapSource

PROJECTION = PyprojProjection()
UTM, MERCATOR = PROJECTION.srs("EPSG:25832"), PROJECTION.srs("EPSG:3857")

#: The corner of the raster in the north-west, its pixels in metres, and how many there are each way.
WEST, NORTH, METRES, SIDE = 500_000.0, 5_600_000.0, 10.0, 512

#: A part of it in its own SRS and pixels.
INSIDE = MapQuery(BBox(501_000.0, 5_597_000.0, 503_000.0, 5_599_000.0), Size(200, 200), UTM, "image/png")


def photograph(bands: int = 3) -> Any:
    """Soft shapes in thousands of colours, the same every time."""
    noise = np.random.default_rng(7).integers(0, 255, (bands, SIDE, SIDE), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(band).filter(ImageFilter.GaussianBlur(3))) for band in noise]) * 3


def written(path: Path, pixels: Any, *, overviews: tuple[int, ...] = (), meanings: Any = None, **options: Any) -> Path:
    profile = {
        "driver": "GTiff", "width": pixels.shape[2], "height": pixels.shape[1], "count": pixels.shape[0],
        "dtype": pixels.dtype, "crs": "EPSG:25832", "transform": Affine(METRES, 0, WEST, 0, -METRES, NORTH),
        "tiled": True, "blockxsize": 128, "blockysize": 128, **options,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(pixels)
        if meanings is not None:
            file.colorinterp = meanings
        if overviews:
            file.build_overviews(list(overviews), Resampling.average)
    return path


def source(path: Path, *, files: RasterFiles | None = None, **options: Any) -> GeotiffSource:
    return GeotiffSource(
        files=files or RasterFiles(), projection=PROJECTION, raster=PillowRaster, path=str(path),
        **{"bands": None, "nodata": None, "resampling": "bicubic", **options},
    )  # fmt: skip


def drawn(made: MapSource, query: MapQuery = INSIDE) -> Image.Image:
    answer = made.get(query, Purpose.SERVE, NO_DEADLINE)
    assert isinstance(answer, Drawn)
    return image_of(answer.raster)


def in_mercator(box: BBox, size: Size) -> MapQuery:
    return MapQuery(PROJECTION.between(UTM, MERCATOR).bbox(box), size, MERCATOR, "image/png")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return written(tmp_path / "photo.tif", photograph())


class TestPort(MapSourceSuite):
    @pytest.fixture(autouse=True)
    def _file(self, photo: Path) -> None:
        self.file = photo

    def working(self) -> MapSource:
        return source(self.file)

    def conditional(self) -> None:
        return None

    def failing(self) -> MapSource:
        return source(self.file.with_name("missing.tif"))


class TestPixels:
    @pytest.mark.parametrize("resampling", ["nearest", "bilinear", "bicubic", "area", "lanczos"])
    def test_pixels_of_the_file_are_those_of_the_map(self, photo: Path, resampling: str) -> None:
        image = drawn(source(photo, resampling=resampling))

        expected = photograph()[:, 100:300, 100:300]
        assert (np.moveaxis(np.asarray(image), -1, 0)[:3] == expected).all()
        assert image.getextrema()[3] == (255, 255)

    @pytest.mark.service("gdalwarp")
    @pytest.mark.parametrize(
        ("resampling", "kernel"), [("nearest", "near"), ("bilinear", "bilinear"), ("bicubic", "cubic")]
    )
    def test_reprojected_pixels_are_those_of_gdalwarp(
        self, photo: Path, require_program: Callable[[str], Path], resampling: str, kernel: str
    ) -> None:
        query = in_mercator(INSIDE.bbox, Size(300, 300))
        target = photo.with_name("warped.tif")
        command = [
            str(require_program("gdalwarp")), "-q", "-t_srs", "EPSG:3857", "-te", *map(str, query.bbox),
            "-ts", "300", "300", "-r", kernel, "-et", "0", "-dstalpha", str(photo), str(target),
        ]  # fmt: skip
        subprocess.run(command, check=True, timeout=60)

        ours = np.asarray(drawn(source(photo, resampling=resampling), query)).astype(int)

        with rasterio.open(target) as file:
            theirs = np.moveaxis(file.read(), 0, -1).astype(int)
        apart = np.abs(ours - theirs)
        assert apart.mean() <= 1
        assert np.quantile(apart, 0.99) <= 8

    def test_around_the_raster_maps_are_transparent_and_beside_it_blank(self, photo: Path) -> None:
        edge = INSIDE._replace(bbox=BBox(WEST - 1000, NORTH - 1000, WEST + 1000, NORTH + 1000))
        beside = in_mercator(BBox(700_000, 5_000_000, 701_000, 5_001_000), Size(100, 100))

        image = drawn(source(photo), edge)

        assert [image.getpixel(place)[3] for place in ((50, 50), (150, 50), (150, 150))] == [0, 0, 255]  # type: ignore[index]
        assert source(photo).get(beside, Purpose.SERVE, NO_DEADLINE) == Blank()

    def test_a_map_of_a_place_that_the_file_has_no_image_of_is_blank_or_transparent(self, photo: Path) -> None:
        world = MapQuery(BBox(-180, -90, 180, 90), Size(360, 180), PROJECTION.srs("EPSG:4326"), "image/png")

        answer = source(photo).get(world, Purpose.SERVE, NO_DEADLINE)

        assert isinstance(answer, Drawn | Blank)


class TestPlaces:
    @pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:3857"])
    def test_a_raster_from_0_to_360_degrees_is_seen_on_both_sides_of_greenwich(self, tmp_path: Path, code: str) -> None:
        east_to_west = np.repeat(np.array([[10, 200]], np.uint8), 180, axis=1)[None].repeat(180, axis=1)
        place = Affine(1, 0, 0, 0, -1, 90)
        path = written(tmp_path / "a.tif", east_to_west, crs="EPSG:4326", transform=place, tiled=False)
        srs = PROJECTION.srs(code)

        for degrees, value in ((BBox(-100, 10, -80, 30), 200), (BBox(80, 10, 100, 30), 10)):
            bbox = PROJECTION.between(PROJECTION.srs("EPSG:4326"), srs).bbox(degrees)
            shown = drawn(source(path), MapQuery(bbox, Size(20, 20), srs, "image/png"))
            assert shown.getcolors() == [(400, (value, value, value, 255))]

    def test_a_raster_across_the_antimeridian_is_seen_on_both_sides_of_it(self, tmp_path: Path) -> None:
        place = Affine(0.1, 0, 170, 0, -0.1, 10)
        pixels = np.full((1, 200, 200), 90, np.uint8)
        path = written(tmp_path / "a.tif", pixels, crs="EPSG:4326", transform=place, tiled=False)
        world = MapQuery(BBox(-180, -90, 180, 90), Size(360, 180), PROJECTION.srs("EPSG:4326"), "image/png")

        alpha = drawn(source(path, resampling="nearest"), world).getchannel("A")

        assert [alpha.getpixel((x, 90)) for x in (0, 9, 10, 349, 350, 359)] == [255, 255, 0, 0, 255, 255]

    def test_rows_may_go_from_south_to_north(self, tmp_path: Path) -> None:
        place = Affine(METRES, 0, WEST, 0, METRES, NORTH - SIDE * METRES)
        path = written(tmp_path / "a.tif", photograph()[:, ::-1], transform=place)

        assert drawn(source(path)).tobytes() == drawn(source(written(tmp_path / "b.tif", photograph()))).tobytes()


class TestOverviews:
    def test_small_maps_come_from_the_coarsest_that_is_as_fine(self, tmp_path: Path) -> None:
        """Each level of the file is one colour, so that a map shows which was read."""
        path = written(tmp_path / "a.tif", np.full((3, SIDE, SIDE), 10, np.uint8), overviews=(2, 4))
        for number, value in enumerate((50, 90)):
            with rasterio.open(path, "r+", overview_level=number) as file:
                file.write(np.full((3, file.height, file.width), value, np.uint8))
        whole = BBox(WEST, NORTH - SIDE * METRES, WEST + SIDE * METRES, NORTH)

        def seen(pixels: int) -> int:
            image = drawn(source(path), INSIDE._replace(bbox=whole, size=Size(pixels, pixels)))
            return image.getpixel((pixels // 2, pixels // 2))[0]  # type: ignore[index, return-value]

        assert [seen(pixels) for pixels in (512, 300, 256, 200, 128, 32)] == [10, 10, 50, 50, 90, 90]

    @pytest.mark.parametrize("resampling", ["bilinear", "area", "lanczos"])
    def test_without_any_a_small_map_is_the_mean_of_what_it_shows(self, tmp_path: Path, resampling: str) -> None:
        stripes = np.zeros((1, SIDE, SIDE), np.uint8)
        stripes[:, :, ::2] = 200
        path = written(tmp_path / "a.tif", stripes)
        whole = BBox(WEST, NORTH - SIDE * METRES, WEST + SIDE * METRES, NORTH)

        image = drawn(source(path, resampling=resampling), INSIDE._replace(bbox=whole, size=Size(64, 64)))

        assert all(95 <= color[0] <= 105 for _, color in image.crop((4, 4, 60, 60)).getcolors(9999) or [])


class TestMeasurements:
    """Bands with more than 8 bits that are drawn alone; see ``test_elevation_caches.py``."""

    @pytest.mark.parametrize(
        ("kind", "lowest", "mode"),
        [
            ("uint16", 300, "I;16"),
            ("int16", -400, "I"),
            ("int32", -70_000, "I"),
            ("float32", -0.5, "F"),
            ("float64", 0.25, "F"),
        ],
    )
    def test_values_of_a_band_stay_what_they_are(self, tmp_path: Path, kind: str, lowest: float, mode: str) -> None:
        values = (lowest + np.arange(SIDE * SIDE).reshape(1, SIDE, SIDE) % 9000 + 1).astype(kind)
        path = written(tmp_path / "a.tif", values)

        image = drawn(source(path, resampling="nearest"))

        first = round((INSIDE.bbox.min_x - WEST) / METRES), round((NORTH - INSIDE.bbox.max_y) / METRES)
        shown = values[0, first[1] : first[1] + image.height, first[0] : first[0] + image.width]
        assert image.mode == mode
        assert np.array_equal(np.asarray(image), shown)

    def test_where_there_is_nothing_they_are_0(self, tmp_path: Path) -> None:
        values = np.full((1, SIDE, SIDE), 1234, np.int16)
        values[:, :200, :] = -32768
        path = written(tmp_path / "a.tif", values, nodata=-32768)

        image = drawn(source(path))

        assert [image.getpixel((100, y)) for y in (50, 150)] == [0, 1234]

    def test_a_band_with_alpha_behind_it_may_be_chosen(self, tmp_path: Path) -> None:
        values = np.stack([np.full((SIDE, SIDE), value, np.uint16) for value in (1000, 2000, 0)])
        values[2, 200:, :] = 65535
        path = written(tmp_path / "a.tif", values)

        image = drawn(source(path, bands=(2, 3), resampling="nearest"))

        assert [image.getpixel((100, y)) for y in (50, 150)] == [0, 2000]

    def test_both_sides_of_the_antimeridian_are_put_together(self, tmp_path: Path) -> None:
        values = np.full((1, 180, 360), 500, np.uint16)
        path = written(tmp_path / "a.tif", values, crs="EPSG:4326", transform=Affine(1, 0, 0, 0, -1, 90))
        query = MapQuery(BBox(-90, -45, 90, 45), Size(180, 90), PROJECTION.srs("EPSG:4326"), "image/png")

        assert np.array_equal(np.asarray(drawn(source(path, resampling="nearest"), query)), np.full((90, 180), 500))


class TestBands:
    def test_one_band_is_gray(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.tif", np.full((1, SIDE, SIDE), 90, np.uint8))

        assert drawn(source(path)).getcolors() == [(40_000, (90, 90, 90, 255))]

    def test_bands_may_be_chosen_and_put_in_another_order(self, tmp_path: Path) -> None:
        pixels = np.stack([np.full((SIDE, SIDE), value, np.uint8) for value in (10, 20, 30, 40)])
        path = written(tmp_path / "a.tif", pixels, meanings=[ColorInterp.gray, *[ColorInterp.undefined] * 3])

        assert drawn(source(path, bands=(4, 2, 1))).getcolors() == [(40_000, (40, 20, 10, 255))]
        assert drawn(source(path, bands=(3, 4))).getcolors() == [(40_000, (30, 30, 30, 40))]
        assert drawn(source(path, bands=(2,))).getcolors() == [(40_000, (20, 20, 20, 255))]

    @pytest.mark.parametrize("bands", [None, (1, 2, 3)])
    def test_an_alpha_band_of_the_file_is_obeyed(self, tmp_path: Path, bands: tuple[int, ...] | None) -> None:
        pixels = np.stack([np.full((SIDE, SIDE), value, np.uint8) for value in (10, 20, 30, 128)])
        meanings = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]

        image = drawn(source(written(tmp_path / "a.tif", pixels, meanings=meanings), bands=bands, resampling="nearest"))

        assert image.getcolors() == [(40_000, (10, 20, 30, 128))]

    @pytest.mark.parametrize("of_file", [True, False], ids=["of the file", "of the options"])
    def test_what_stands_for_nothing_is_transparent(self, tmp_path: Path, *, of_file: bool) -> None:
        pixels = np.full((3, SIDE, SIDE), 77, np.uint8)
        pixels[:, :200, :] = 0
        path = written(tmp_path / "a.tif", pixels, **({"nodata": 0} if of_file else {}))

        image = drawn(source(path, nodata=None if of_file else 0))

        assert [image.getpixel((100, y))[3] for y in (50, 150)] == [0, 255]  # type: ignore[index]

    def test_colors_of_a_table_are_never_mixed(self, tmp_path: Path) -> None:
        values = (np.indices((SIDE, SIDE)).sum(axis=0) // 3 % 2).astype(np.uint8)[None]
        path = written(tmp_path / "a.tif", values, photometric="palette")
        with rasterio.open(path, "r+") as file:
            file.write_colormap(1, {0: (255, 0, 0, 255), 1: (0, 0, 255, 255)})

        image = drawn(source(path), in_mercator(INSIDE.bbox, Size(150, 150)))

        opaque = {color for _, color in image.getcolors(9999) or [] if color[3]}
        assert opaque == {(255, 0, 0, 255), (0, 0, 255, 255)}


class TestFailures:
    @pytest.mark.parametrize(
        ("options", "bands", "says"),
        [
            pytest.param({}, (1, 2, 7), "there is no band 7; it has 3", id="band"),
            pytest.param({"crs": None}, None, "there is no SRS in it", id="SRS"),
        ],
    )
    def test_what_cannot_be_drawn_is_said_to_the_log(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, options: Any, bands: Any, says: str
    ) -> None:
        path = written(tmp_path / "a.tif", photograph(), **options)

        with pytest.raises(SourceContentError, match=says) as failure:
            source(path, bands=bands).get(INSIDE, Purpose.SERVE, NO_DEADLINE)

        assert failure.value.client_message == "could not read raster (see logs for URL and reason)."
        assert str(path) in caplog.text

    def test_colors_of_more_than_8_bits_are_refused_with_a_remedy(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.tif", photograph().astype(np.uint16))

        with pytest.raises(SourceContentError, match="of type uint16; convert it to 8 bits"):
            source(path).get(INSIDE, Purpose.SERVE, NO_DEADLINE)

    def test_a_file_that_is_no_raster_is_a_failure(self, tmp_path: Path) -> None:
        (tmp_path / "a.tif").write_text("no raster")

        with pytest.raises(SourceContentError, match="not recognized"):
            source(tmp_path / "a.tif").get(INSIDE, Purpose.SERVE, NO_DEADLINE)

    def test_a_file_that_is_cut_is_a_failure(self, photo: Path) -> None:
        photo.write_bytes(photo.read_bytes()[:200_000])

        with pytest.raises(SourceContentError):
            source(photo).get(
                INSIDE._replace(bbox=BBox(504_000, 5_595_000, 505_000, 5_596_000)), Purpose.SERVE, NO_DEADLINE
            )


class TestHandles:
    def test_a_file_that_changes_is_opened_anew(self, photo: Path) -> None:
        made = source(photo)

        before = drawn(made)
        written(photo.with_name("new.tif"), np.full((3, SIDE, SIDE), 9, np.uint8)).replace(photo)

        assert before.getcolors(1) is None
        assert drawn(made).getcolors() == [(40_000, (9, 9, 9, 255))]

    def test_threads_draw_what_one_draws(self, photo: Path) -> None:
        made = source(photo)
        boxes = [INSIDE._replace(bbox=BBox(*(side + 100 * step for side in INSIDE.bbox))) for step in range(6)]
        images = []

        def draw(query: MapQuery) -> None:
            images.append((query.bbox, [drawn(made, query).tobytes() for _ in range(4)]))

        threads = [threading.Thread(target=draw, args=[query]) for query in boxes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        alone = {query.bbox: drawn(source(photo), query).tobytes() for query in boxes}
        assert len(images) == len(boxes)
        assert all(body == alone[bbox] for bbox, bodies in images for body in bodies)

    def test_a_forked_child_opens_files_of_its_own(self, photo: Path) -> None:
        files = RasterFiles()
        made = source(photo, files=files)
        expected = drawn(made).tobytes()

        def draw_in_child() -> None:
            files.reset_after_fork()
            assert drawn(made).tobytes() == expected
            assert len(files._kept._left_behind) == 1

        _, status = os.waitpid(forked(draw_in_child), 0)

        assert os.waitstatus_to_exitcode(status) == 0
        assert drawn(made).tobytes() == expected


CONFIG = """
services: {wmts: , wms: {srs: ['EPSG:4326', 'EPSG:3857'], image_formats: [image/png]}}
layers:
  - {name: cached, title: Cached, sources: [cached]}
  - {name: direct, title: Direct, sources: [photo]}
caches: {cached: {grids: [GLOBAL_WEBMERCATOR], sources: [photo]}}
sources: {photo: {type: geotiff, filename: photo.tif}}
"""


HEIGHTS = """
services: {wmts: }
layers: [{name: heights, title: Heights, tile_sources: [heights]}]
caches:
  heights: {grids: [GLOBAL_WEBMERCATOR], sources: [dem], image: {mode: I, resampling_method: nearest}}
sources: {dem: {type: geotiff, filename: heights.tif, image: {resampling_method: nearest}}}
"""


def test_the_server_keeps_tiles_of_heights(tilekeep_server: Callable[..., Server], tmp_path: Path) -> None:
    heights = 1000 + np.indices((SIDE, SIDE)).sum(axis=0).astype(np.uint16)[None]
    written(tmp_path / "heights.tif", heights)
    server = tilekeep_server(HEIGHTS, directory=tmp_path)

    answers = [ask(f"{server.url}/wmts/heights/GLOBAL_WEBMERCATOR/13/4301/2759.png") for _ in ("made", "stored")]

    assert answers[0].body == answers[1].body
    tile = Image.open(io.BytesIO(answers[0].body))
    values = np.asarray(tile)
    assert tile.mode == "I;16"
    assert 1000 < values.min() < values.max() <= heights.max()


def test_the_server_draws_tiles_and_maps(tilekeep_server: Callable[..., Server], photo: Path) -> None:
    server = tilekeep_server(CONFIG, directory=photo.parent)

    tile = ask(f"{server.url}/wmts/cached/GLOBAL_WEBMERCATOR/13/4301/2759.png")
    beside = ask(f"{server.url}/wmts/cached/GLOBAL_WEBMERCATOR/13/100/100.png")
    answer = ask(
        f"{server.url}/service?service=WMS&version=1.1.1&request=GetMap&layers=direct&styles=&srs=EPSG:4326"
        "&bbox=9.01,50.51,9.06,50.54&width=200&height=200&format=image/png"
    )

    assert (tile.status, beside.status, answer.status) == (200, 200, 200)
    assert tile.pixels().getextrema()[3][1] == 255
    assert beside.pixels().getextrema()[3] == (0, 0)
    assert len(answer.pixels().getcolors(1 << 16) or []) > 100
