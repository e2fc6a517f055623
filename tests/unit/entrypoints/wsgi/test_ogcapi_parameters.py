"""What clients of OGC API write, read: paths, forms, numbers, colours (spec/services.md, 8)."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.errors import InvalidParameter, RequestError, UnsupportedFormat
from tilekeep.domain.geometry import BBox
from tilekeep.entrypoints.wsgi.ogcapi.colors import background, is_transparent
from tilekeep.entrypoints.wsgi.ogcapi.measures import box, box_of_intervals, place, positive, positive_whole
from tilekeep.entrypoints.wsgi.ogcapi.negotiation import ChosenForm, extensions, image_form, image_forms, wants_html
from tilekeep.entrypoints.wsgi.ogcapi.paths import Address, Resource, address_of

USUAL = image_forms(["image/png", "image/jpeg"])
MODERN = image_forms(["image/avif", "image/webp", "image/png", "image/jpeg"])
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "address"),
        [
            pytest.param("/ogcapi", Address(Resource.LANDING_PAGE), id="the landing page"),
            pytest.param("/ogcapi/", Address(Resource.LANDING_PAGE), id="with a slash"),
            pytest.param("/ogcapi/collections/a b", Address(Resource.COLLECTION, "a b"), id="a collection"),
            pytest.param("/ogcapi/collections/map/map", Address(Resource.MAP, "map"), id="a map of one called map"),
            pytest.param("/ogcapi/map.jpg", Address(Resource.MAP, extension="jpg"), id="a map of everything"),
            pytest.param("/ogcapi/map/tiles", Address(Resource.TILESETS), id="tile sets"),
            pytest.param("/ogcapi/collections/a/map/tiles/g", Address(Resource.TILESET, "a", "g"), id="a tile set"),
            pytest.param(
                "/ogcapi/collections/a/map/tiles/g/1/2/3.png",
                Address(Resource.TILE, "a", "g", ("1", "2", "3"), "png"),
                id="a tile",
            ),
            pytest.param(
                "/ogcapi/map/tiles/g/1/2/3", Address(Resource.TILE, None, "g", ("1", "2", "3")), id="one by Accept"
            ),
        ],
    )
    def test_they_lead_to_resources(self, path: str, address: Address) -> None:
        assert address_of(path, extensions(USUAL)) == address

    @pytest.mark.parametrize("path", ["/ogcapi.x", "/ogcapi/map.gif", "/ogcapi/x", "/ogcapi/collections/a/x", "/other"])
    def test_others_lead_nowhere(self, path: str) -> None:
        assert address_of(path, extensions(USUAL)) is None

    @given(st.text(max_size=40))
    def test_any_path_can_be_read(self, path: str) -> None:
        found = address_of(f"/ogcapi/{path}", extensions(USUAL))

        assert found is None or isinstance(found.resource, Resource)


class TestForms:
    @pytest.mark.parametrize(
        ("accept", "is_html"),
        [
            pytest.param("", False, id="nothing"),
            pytest.param("*/*", False, id="everything"),
            pytest.param("text/html,application/xhtml+xml,*/*;q=0.8", True, id="a browser"),
            pytest.param("application/json, text/html", True, id="both alike"),
            pytest.param("application/json, text/html;q=0.5", False, id="rather JSON"),
            pytest.param("text/html;q=0", False, id="anything but HTML"),
            pytest.param("text/html," * 500, False, id="a header without end"),
        ],
    )
    def test_pages_are_for_who_names_them(self, accept: str, is_html: bool) -> None:
        assert wants_html({}, accept) is is_html
        assert wants_html({"f": "json"}, accept) is False
        assert wants_html({"f": "html"}, accept) is True

    @pytest.mark.parametrize(
        ("accept", "usual", "modern"),
        [
            pytest.param("", "image/png", "image/png", id="nothing"),
            pytest.param("*/*", "image/png", "image/png", id="everything"),
            pytest.param("image/*", "image/png", "image/png", id="any image"),
            pytest.param(CHROME, "image/png", "image/avif", id="a browser"),
            pytest.param("image/jpeg,*/*", "image/jpeg", "image/jpeg", id="JPEG by name"),
            pytest.param("image/png,image/jpeg", "image/png", "image/png", id="both alike"),
            pytest.param("image/webp;q=0.3,image/png;q=0.9", "image/png", "image/png", id="rather PNG"),
            pytest.param("image/webp;q=0.9,image/png;q=0.3", "image/png", "image/webp", id="rather WebP"),
        ],
    )
    def test_images_are_what_clients_like_best(self, accept: str, usual: str, modern: str) -> None:
        assert image_form(USUAL, None, {}, accept) == ChosenForm(usual, negotiated=True)
        assert image_form(MODERN, None, {}, accept) == ChosenForm(modern, negotiated=True)

    def test_the_path_goes_before_f_and_that_before_accept(self) -> None:
        given = {"f": "png"}

        assert image_form(USUAL, "jpg", given, "image/png") == ChosenForm("image/jpeg", negotiated=False)
        assert image_form(USUAL, None, given, "image/jpeg") == ChosenForm("image/png", negotiated=False)

    @pytest.mark.parametrize(
        ("extension", "given", "accept", "error"),
        [
            pytest.param("gif", {}, "", UnsupportedFormat, id="by path"),
            pytest.param(None, {"f": "gif"}, "", InvalidParameter, id="by f"),
            pytest.param(None, {}, "image/gif", UnsupportedFormat, id="by Accept"),
            pytest.param(None, {}, "image/*;q=0", UnsupportedFormat, id="none at all"),
        ],
    )
    def test_formats_that_are_not_offered_are_refused(
        self, extension: str | None, given: dict[str, str], accept: str, error: type[RequestError]
    ) -> None:
        with pytest.raises(error):
            image_form(USUAL, extension, given, accept)

    def test_the_first_format_stands_for_png_where_there_is_none(self) -> None:
        assert image_form(image_forms(["image/jpeg"]), None, {}, "*/*").media_type == "image/jpeg"

    @given(st.text(max_size=60))
    def test_any_accept_header_can_be_read(self, accept: str) -> None:
        wants_html({}, accept)
        with contextlib.suppress(UnsupportedFormat):
            assert image_form(MODERN, None, {}, accept).media_type in {form.media_type for form in MODERN}


class TestMeasures:
    @pytest.mark.parametrize(
        ("text", "bbox"),
        [
            pytest.param("1,2,3,4", BBox(1.0, 2.0, 3.0, 4.0), id="four numbers"),
            pytest.param("1,2,-9,3,4,9", BBox(1.0, 2.0, 3.0, 4.0), id="with heights"),
            pytest.param(" 1e1, 2.5,30 ,4", BBox(10.0, 2.5, 30.0, 4.0), id="as people write"),
        ],
    )
    def test_boxes(self, text: str, bbox: BBox) -> None:
        assert box(text) == bbox

    @pytest.mark.parametrize(
        ("text", "bbox"),
        [
            pytest.param("Lat(40:50),Lon(5:10)", BBox(5.0, 40.0, 10.0, 50.0), id="degrees"),
            pytest.param("e(1:2),NORTHING(3:4)", BBox(1.0, 3.0, 2.0, 4.0), id="other words"),
        ],
    )
    def test_intervals(self, text: str, bbox: BBox) -> None:
        assert box_of_intervals(text) == bbox

    @pytest.mark.parametrize(
        ("read", "text"),
        [
            *((box, text) for text in ("", "1,2,3", "1,2,3,4,5", "1,2,3,nan", "3,2,1,4", "1,2,1,4", "1,2,3,4,5,6,7")),
            *((place, text) for text in ("", "1", "1,2,3", "1,x", "nan,1", ",")),
            *(
                (box_of_intervals, text)
                for text in (
                    "",
                    "Lat(1:2)",
                    "Lat(1:2),Lat(1:2)",
                    "Lat(1),Lon(1:2)",
                    "Lat(2:1),Lon(1:2)",
                    "Lat(1:2),T(1:2)",
                )
            ),
            *(
                (box_of_intervals, text)
                for text in ("Lat(1:2),Lon(1:2),Lon(1:2)", "Lat(*:2),Lon(1:2)", "Lat((1:2),Lon(1:2)")
            ),
            *((lambda text: positive({"x": text}, "x"), text) for text in ("0", "-1", "nan", "inf", "1_0", "x")),
            *(
                (lambda text: positive_whole({"x": text}, "x"), text)
                for text in ("0", "-1", "1.5", "1e3", "9" * 20, "\u0663")
            ),
        ],
    )
    def test_what_means_nothing_is_refused(self, read: Callable[[str], object], text: str) -> None:
        with pytest.raises(InvalidParameter):
            read(text)

    @pytest.mark.parametrize("given", [{}, {"x": ""}])
    def test_what_is_empty_is_not_given(self, given: dict[str, str]) -> None:
        assert positive(given, "x") is None
        assert positive_whole(given, "x") is None

    @given(st.text(alphabet="0123456789.,-+eE:()LatlonN nfx", max_size=40))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        for read in (box, box_of_intervals, place):
            with contextlib.suppress(InvalidParameter):
                assert all(map(math.isfinite, read(text)))


class TestColors:
    @pytest.mark.parametrize(
        ("text", "color"),
        [
            pytest.param("0x0A141e", (10, 20, 30), id="hexadecimal"),
            pytest.param("0x800A141E", (10, 20, 30, 128), id="with alpha"),
            pytest.param("Teal", (0, 128, 128), id="by name"),
            pytest.param("", None, id="none"),
        ],
    )
    def test_backgrounds(self, text: str, color: tuple[int, ...] | None) -> None:
        assert background({"bgcolor": text}) == color

    @pytest.mark.parametrize("text", ["#ffffff", "0xfff", "pink", "0xGG0000", "0x0A141E0", "ffffff"])
    def test_what_is_no_colour_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidParameter, match="bgcolor"):
            background({"bgcolor": text})

    def test_maps_are_transparent_unless_that_is_denied(self) -> None:
        assert is_transparent({})
        assert is_transparent({"transparent": "true"})
        assert not is_transparent({"transparent": "false"})
        with pytest.raises(InvalidParameter, match="transparent"):
            is_transparent({"transparent": "TRUE"})
