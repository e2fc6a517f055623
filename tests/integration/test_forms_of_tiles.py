"""Tiles in other formats, by ``Accept``, and with twice the pixels: from one cache, made once and kept."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from werkzeug.test import Client

from tests.integration.services.process import Server
from tests.integration.support.answers import ask
from tests.integration.support.drawing import draw_wms
from tests.integration.support.forms_of_tiles import (
    ALL_FORMS,
    PLAIN,
    Site,
    all_kept,
    configuration,
    image,
    pixels,
    plain_map,
)
from tests.integration.support.schemas import validate_by_schema
from tests.integration.support.upstream_server import UpstreamServer
from tilekeep.config.problems import ConfigurationProblems
from tilekeep.domain.image import sniffed_media_type
from tilekeep.entrypoints.cli.caches import command as caches
from tilekeep.entrypoints.cli.explain import command as explain
from tilekeep.entrypoints.cli.export import command as export
from tilekeep.entrypoints.cli.invalidate import command as invalidate
from tilekeep.entrypoints.cli.scrub import command as scrub
from tilekeep.entrypoints.cli.seed import command as seed
from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

#: What a browser of today sends for an image.
BROWSER = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"

STORES = {
    "tc": "cache: {type: file, directory_layout: tc}",
    "tms": "cache: {type: file, directory_layout: tms}",
    "quadkey": "cache: {type: file, directory_layout: quadkey}",
    "bundles": "cache: {type: compact, version: 2}",
    "sqlite": "cache: {type: sqlite}",
    "mbtiles": "cache: {type: mbtiles}",
    "geopackage": "cache: {type: geopackage}",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw_wms)

        def make(options: dict[str, str]) -> Site:
            config = tmp_path / "mapproxy.yaml"
            config.write_text(configuration(options, upstream.url))
            return Site(Client(make_wsgi_app(str(config))), upstream, tmp_path)

        yield make


#: One tile under all services that deliver tiles of caches; the format follows.
ADDRESSES = [
    pytest.param("/tiles/a/EPSG3857/3/4/2.png", id="tiles"),
    pytest.param("/tms/1.0.0/a/EPSG3857/2/4/5.png", id="TMS"),
    pytest.param("/kml/a/EPSG3857/3/4/5.png", id="KML"),
    pytest.param("/wmts/a/GLOBAL_WEBMERCATOR/03/4/2.png", id="WMTS REST"),
    pytest.param(
        "/service?service=WMTS&request=GetTile&version=1.0.0&layer=a&style=&tilematrixset=GLOBAL_WEBMERCATOR"
        "&tilematrix=03&tilerow=2&tilecol=4&format=image/png",
        id="WMTS KVP",
    ),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_service_gives_a_client_the_format_that_it_names(site: Callable[..., Site], address: str) -> None:
    web = site({"a": "variants: {formats: [image/avif, image/webp, image/jpeg]}"})

    answers = [web.get(address, accept) for accept in ("", "*/*", BROWSER, "image/webp", "image/jpeg", "image/png")]

    kinds = ["image/png", "image/png", "image/avif", "image/webp", "image/jpeg", "image/png"]
    assert [answer.content_type for answer in answers] == kinds
    assert {answer.headers["Vary"] for answer in answers} == {"Accept"}
    assert len({answer.headers["ETag"] for answer in answers}) == 4
    for answer in answers:
        assert np.abs(pixels(answer) - pixels(answers[0])).mean() < 4
    assert len(web.upstream.requests_to("/wms")) == 1


def test_ogc_api_takes_tiles_in_other_formats_from_the_cache(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/webp], double: next_level}"})
    address = "/ogcapi/collections/a/map/tiles/WebMercatorQuad/3/2/4"
    of_tiles = [web.get("/tiles/a/EPSG3857/3/4/2.webp"), web.get("/tiles/a/EPSG3857/3/4/2@2x.png")]

    by_accept = web.get(address, "image/webp")
    by_ending, doubled = web.get(f"{address}.webp"), web.get(f"{address}.png?width=512")

    assert by_accept.data == by_ending.data == of_tiles[0].data
    assert by_accept.headers["ETag"] == of_tiles[0].headers["ETag"]
    assert (by_accept.headers["Vary"], by_ending.headers.get("Vary")) == ("Accept", None)
    assert doubled.data == of_tiles[1].data


OF_OGC = "/ogcapi/collections/a/map/tiles/WebMercatorQuad"


def test_tiles_of_ogc_api_have_the_formats_of_their_cache_too(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/avif]}"})
    own = web.get("/tiles/a/EPSG3857/3/4/2.avif")

    by_parameter, by_accept = web.get(f"{OF_OGC}/3/2/4?f=avif"), web.get(f"{OF_OGC}/3/2/4", "image/avif")
    by_ending, drawn = web.get(f"{OF_OGC}/3/2/4.avif"), web.get(f"{OF_OGC}/3/2/4.avif?width=100")

    assert by_parameter.data == by_accept.data == by_ending.data == own.data
    assert [answer.headers.get("Vary") for answer in (by_parameter, by_accept, by_ending)] == [None, "Accept", None]
    assert image(drawn).size == (100, 100)
    assert web.get("/ogcapi/collections/a/map?f=avif&width=64").status_code == 400, "which is for tiles alone"


def test_other_tiles_of_ogc_api_have_the_formats_of_the_service_alone(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/avif]}", "b": "format: image/png"})

    of_other_layer = web.get(f"{OF_OGC.replace('/a/', '/b/')}/3/2/4?f=avif")
    of_other_grid = web.get(f"{OF_OGC.replace('WebMercatorQuad', 'GLOBAL_GEODETIC')}/3/2/4.avif")
    of_both = web.get("/ogcapi/map/tiles/WebMercatorQuad/3/2/4?collections=a,b&f=avif")

    assert (of_other_layer.status_code, of_other_grid.status_code, of_both.status_code) == (400, 406, 400)
    assert "png, jpeg, webp" in of_other_layer.text


def test_documents_of_ogc_api_name_all_formats_of_tiles(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/avif]}"})
    sets = OF_OGC.rpartition("/")[0]

    listed, one = web.get(f"{sets}?f=json").json, web.get(f"{OF_OGC}?f=json").json
    other, api = web.get(f"{sets}/GLOBAL_GEODETIC?f=json").json, web.get("/ogcapi/api?f=json").json
    page = web.get(f"{OF_OGC}?f=html").text

    def formats(document: Any) -> dict[str, str]:
        return {link["type"]: link["href"] for link in document["links"] if link["rel"] == "item"}

    assert api is not None
    assert listed is not None
    usual = ["image/png", "image/jpeg", "image/webp"]
    assert list(formats(one)) == list(formats(listed["tilesets"][0])) == [*usual, "image/avif"]
    assert list(formats(other)) == usual
    place = formats(one)["image/avif"].format(tileMatrix=3, tileRow=2, tileCol=4).removeprefix("http://localhost")
    assert image(web.get(place)).format == "AVIF"
    assert ".avif" in page
    parameters = api["components"]["parameters"]
    assert parameters["f_tile"]["schema"]["enum"] == ["png", "jpeg", "webp", "avif"]
    assert parameters["f_img"]["schema"]["enum"] == ["png", "jpeg", "webp"]
    tile = api["paths"]["/collections/{collectionId}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"]
    assert list(tile["get"]["responses"]["200"]["content"]) == [*usual, "image/avif"]


def test_an_address_may_name_the_format_and_is_then_not_negotiated(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/webp]}"})

    answers = [web.get("/tiles/a/EPSG3857/3/4/2.webp", accept) for accept in ("", "image/png", BROWSER)]

    assert {answer.content_type for answer in answers} == {"image/webp"}
    assert all("Vary" not in answer.headers for answer in answers)
    assert web.get("/tiles/a/EPSG3857/3/4/2.avif").status_code == 404


def test_a_layer_that_offers_nothing_else_is_as_ever(site: Callable[..., Site]) -> None:
    web = site({"a": "format: image/png"})

    answer = web.get("/tiles/a/EPSG3857/3/4/2.png", BROWSER)

    assert (answer.content_type, answer.headers.get("Vary")) == ("image/png", None)
    assert web.get("/tiles/a/EPSG3857/3/4/2@2x.png").status_code == 404
    assert web.get("/tilejson/a@2x.json").status_code == 404


@pytest.mark.parametrize("name", STORES)
def test_each_form_is_made_once_and_kept_in_the_store_of_the_cache(site: Callable[..., Site], name: str) -> None:
    web = site({name: f"{STORES[name]}, variants: {{formats: [image/webp], double: next_level}}"})
    addresses = [f"/tiles/{name}/EPSG3857/3/4/2{form}" for form in (".png", ".webp", "@2x.png", "@2x.webp")]
    for address in addresses:
        web.get(address)
    web = web._replace(client=Client(make_wsgi_app(str(web.directory / "mapproxy.yaml"))))
    asked = len(web.upstream.requests_to("/wms"))

    made = all_kept(web, addresses)
    again = [web.get(address) for address in addresses]

    assert [answer.headers["X-Tilekeep-Cache"] for answer in again] == ["hit"] * 4
    assert [answer.data for answer in again] == [answer.data for answer in made]
    assert len(web.upstream.requests_to("/wms")) == asked
    assert [image(answer).size for answer in again] == [(256, 256), (256, 256), (512, 512), (512, 512)]


@pytest.mark.parametrize("accept", ["", "image/webp"])
def test_each_form_has_validators_of_its_own(site: Callable[..., Site], accept: str) -> None:
    web = site({"a": "variants: {formats: [image/webp]}"})
    address = "/tiles/a/EPSG3857/3/4/2.png"
    first = web.get(address, accept)
    other = web.get(address, "" if accept else "image/webp")

    unchanged = web.get(address, accept, If_None_Match=first.headers["ETag"])
    changed = web.get(address, accept, If_None_Match=other.headers["ETag"])

    assert (unchanged.status_code, unchanged.headers["Vary"]) == (304, "Accept")
    assert changed.status_code == 200
    assert first.headers["Last-Modified"] == other.headers["Last-Modified"]


def test_other_forms_follow_the_tile_when_it_is_made_anew(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/webp], double: next_level}, refresh_before: {mtime: ./stamp}"})
    (web.directory / "stamp").touch()
    addresses = [f"/tiles/a/EPSG3857/3/4/2{form}" for form in (".png", ".webp", "@2x.webp")]
    before = [web.get(address) for address in addresses]
    web.upstream.on("/wms", plain_map)
    (web.directory / "stamp").touch()

    after = [web.get(address) for address in addresses]

    assert {answer.headers["X-Tilekeep-Cache"] for answer in after} <= {"refreshed", "miss"}
    for old, new in zip(before, after, strict=True):
        assert old.data != new.data
        assert np.abs(pixels(new) - PLAIN).max() < 8


def test_twice_the_pixels_are_those_of_four_tiles(site: Callable[..., Site]) -> None:
    web = site({"a": "image: {colors: 0}, variants: {double: next_level}"})

    doubled = pixels(web.get("/tiles/a/EPSG3857/3/4/2@2x.png"))

    rows = [[pixels(web.get(f"/tiles/a/EPSG3857/4/{x}/{y}.png")) for x in (8, 9)] for y in (4, 5)]
    together = np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0)
    assert np.array_equal(doubled, together)


def test_twice_the_pixels_may_be_asked_of_the_source(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {double: source, formats: [image/webp]}"})

    answers = [web.get("/tiles/a/EPSG3857/3/4/2@2x.png", accept) for accept in ("", BROWSER, "")]

    asked = [request.parameters for request in web.upstream.requests_to("/wms")]
    assert [(query["width"], query["height"]) for query in asked] == [("1024", "1024")]
    assert [image(answer).size for answer in answers] == [(512, 512)] * 3
    assert [answer.content_type for answer in answers] == ["image/png", "image/webp", "image/png"]
    assert answers[2].headers["X-Tilekeep-Cache"] == "hit"


def test_on_the_last_level_a_tile_is_enlarged(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {double: next_level}"})

    doubled = web.get("/tiles/a/EPSG3857/19/4/2@2x.png")

    assert image(doubled).size == (512, 512)


def test_a_grid_whose_levels_are_not_halved_needs_the_source(site: Callable[..., Site], tmp_path: Path) -> None:
    text = configuration({"a": "variants: {double: next_level}"}, "http://127.0.0.1:1")
    text += "grids:\n  odd: {srs: 'EPSG:3857', res: [1000, 300, 100]}\n"
    (tmp_path / "odd.yaml").write_text(text.replace("[GLOBAL_WEBMERCATOR]", "[odd]"))

    with pytest.raises(ConfigurationProblems) as refused:
        make_wsgi_app(str(tmp_path / "odd.yaml"))

    assert "caches.a.variants.double" in str(refused.value)
    assert "has not half the resolution of level 0" in str(refused.value)


def test_forms_that_are_not_kept_leave_nothing_in_the_cache(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/webp], double: next_level, keep: false}"})

    answers = [web.get(f"/tiles/a/EPSG3857/3/4/2{form}", "image/webp") for form in (".png", ".png", "@2x.png")]

    assert {answer.content_type for answer in answers} == {"image/webp"}
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert list(web.directory.glob("cache_data/a_EPSG3857/=*")) == []


def test_they_are_advertised(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {double: next_level}"})

    document = json.loads(web.get("/tilejson/a@2x.json").data)
    page = web.get("/demo/?tms_layer=a").text

    template = document["tiles"][0].removeprefix("http://localhost").partition("?")[0]
    assert template == "/tiles/a/EPSG3857/{z}/{x}/{y}@2x.png"
    assert web.get(template.format(z=1, x=0, y=0)).status_code == 200
    for snippet in ("{y}{r}.png", "{y}{ratio}.png", "{y}@2x.png", "tilePixelRatio", "a/EPSG3857@2x.json"):
        assert snippet in page.replace("\\u007b", "{").replace("\\u007d", "}")


@pytest.mark.parametrize(
    ("service", "addresses"),
    [
        ("tms_layer", r"/tiles/a/EPSG3857/{z}/{x}/{y}\.webp"),
        ("wmts_layer", r"/wmts/a/GLOBAL_WEBMERCATOR/{z}/{x}/{y}\.webp"),
    ],
)
def test_the_demo_names_the_addresses_of_other_formats(site: Callable[..., Site], service: str, addresses: str) -> None:
    web = site({"a": "variants: {formats: [image/webp]}", "b": "format: image/png"})

    page, other = (unescape(web.get(f"/demo/?{service}={name}").text) for name in "ab")

    named = re.search(addresses.replace("{", r"\{").replace("}", r"\}"), page)
    assert named is not None
    places = {"z": "03", "x": 4, "y": 2}
    assert image(web.get(named[0].format(**places))).format == "WEBP"
    assert "Tiles as image/webp" in page
    assert "webp" not in other


def test_capabilities_of_wmts_list_the_formats(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/avif, image/webp]}"})

    by_path = web.get("/wmts/1.0.0/WMTSCapabilities.xml")
    by_parameters = web.get("/service?service=WMTS&request=GetCapabilities")

    for document in (by_path, by_parameters):
        validate_by_schema("wmts/1.0/wmtsGetCapabilities_response.xsd", document.data)
        listed = re.findall(r"<Format>(.*)</Format>", document.text)
        assert listed == ["image/png", "image/avif", "image/webp"]
    templates = dict(re.findall(r'<ResourceURL format="(.*?)" resourceType="tile" template="(.*?)"', by_path.text))
    for media_type, template in templates.items():
        path = template.removeprefix("http://localhost")
        for name, value in {"TileMatrixSet": "GLOBAL_WEBMERCATOR", "TileMatrix": 0, "TileCol": 0, "TileRow": 0}.items():
            path = path.replace(f"{{{name}}}", str(value))
        assert web.get(path).content_type == media_type


def test_commands_know_them(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/webp], double: next_level}"})
    config = str(web.directory / "mapproxy.yaml")
    for form in (".png", ".webp", "@2x.webp"):
        web.get(f"/tiles/a/EPSG3857/3/4/2{form}")
    asked = len(web.upstream.requests_to("/wms"))

    checked = CliRunner().invoke(scrub, [config])
    counted = CliRunner().invoke(caches, [config, "--json"])
    said = CliRunner().invoke(caches, [config])
    seeded = CliRunner().invoke(seed, ["-f", config, "--caches", "a", "--levels", "3", "--only-existing"])
    marked = CliRunner().invoke(invalidate, [config, "--everywhere", "--json"])

    assert checked.exit_code == 0, checked.output
    assert counted.exit_code == 0, counted.output
    assert seeded.exit_code == 0, seeded.output
    assert len(web.upstream.requests_to("/wms")) == asked
    (account,) = json.loads(counted.stdout)
    forms = {level["level"]: level.get("other_forms", {}).get("count") for level in account["levels"]}
    tiles = {level["level"]: level["tiles"] for level in account["levels"]}
    assert (tiles, forms) == ({3: 4, 4: 4}, {3: 2, 4: None})
    assert account["bytes"] == sum(path.stat().st_size for path in web.directory.rglob("*.png"))
    assert "2 other forms of them" in said.stdout
    (known,) = json.loads(marked.stdout)["caches"]
    assert known["marked"] == 8


def explained(web: Site, form: str) -> Any:
    config = str(web.directory / "mapproxy.yaml")
    done = CliRunner().invoke(explain, [f"/tiles/a/EPSG3857/3/4/2{form}", "-f", config, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize("form", [".webp", "@2x.png", "@2x.webp"])
def test_a_form_is_explained_with_the_tiles_that_it_is_made_of(site: Callable[..., Site], form: str) -> None:
    web = site({"a": "variants: {formats: [image/webp], double: next_level}"})
    variant = form.removeprefix(".").removesuffix(".png")
    found = [explained(web, form)]
    all_kept(web, [f"/tiles/a/EPSG3857/3/4/2{form}"])
    found.append(explained(web, form))
    for tile in web.directory.glob("cache_data/a_EPSG3857/0?/**/*.png"):
        os.utime(tile, (1e9, 1e9))
    found.append(explained(web, form))

    forms = [facts["form"] for facts in found]
    assert [one["state"].partition(":")[0] for one in forms] == [
        "not stored",
        "stored, and made of these tiles as they are",
        "stored, but not of these tiles as they are",
    ]
    assert {(one["form"], one["level"], one["column"], one["row"]) for one in forms} == {(variant, 3, 4, 2)}
    assert [{part["stored"] for part in one["made of"]} for one in forms] == [{False}, {True}, {True}]
    assert len(forms[0]["made of"]) == (4 if "@2x" in form else 1)
    assert forms[1]["size"] == Path(web.directory, forms[1]["stored at"]).stat().st_size
    assert [facts["level"] for facts in found] == [4 if "@2x" in form else 3] * 3
    assert found[0]["stored at"] == forms[0]["made of"][0]["stored at"]


@pytest.mark.parametrize(
    ("form", "states"),
    [("@2x.png", ["asked of the source", "stored, and fresh"]), ("@2x.webp", ["not stored", "stored, and made of"])],
)
def test_a_form_that_the_source_is_asked_for_is_explained(
    site: Callable[..., Site], form: str, states: list[str]
) -> None:
    web = site({"a": "variants: {formats: [image/webp], double: source}"})
    before = explained(web, form)["form"]
    all_kept(web, [f"/tiles/a/EPSG3857/3/4/2{form}"])

    after = explained(web, form)["form"]

    assert [one["state"].startswith(state) for one, state in zip((before, after), states, strict=True)] == [True, True]
    assert len(after["made of"]) == form.endswith(".webp")


def test_the_explanation_of_a_form_is_for_people(site: Callable[..., Site]) -> None:
    web = site({"a": "variants: {formats: [image/webp], keep: false}"})
    config = str(web.directory / "mapproxy.yaml")

    form, tile = (
        CliRunner().invoke(explain, [f"/tiles/a/EPSG3857/3/4/2{ending}", "-f", config]).stdout
        for ending in (".webp", ".png")
    )

    assert "webp of level 3, column 4, row 2" in form
    assert "made for each request" in form
    assert ", which is not stored" in form
    assert "form" not in [line.split()[0] for line in tile.splitlines()]


@pytest.mark.parametrize("store", ["tc", "bundles", "sqlite", "mbtiles"])
@pytest.mark.parametrize("double", ["next_level", "source"])
def test_all_forms_show_what_has_been_seeded_since(site: Callable[..., Site], store: str, double: str) -> None:
    web = site({"a": f"{STORES[store]}, variants: {{formats: [image/webp], double: {double}}}"})
    for form in ALL_FORMS:
        web.get(f"/tiles/a/EPSG3857/3/4/2{form}")
    web.upstream.on("/wms", plain_map)
    # Stores that count whole seconds cannot tell what follows in the same one.
    time.sleep(1.1)

    seeding = ["-f", str(web.directory / "mapproxy.yaml"), "--caches", "a", "--levels", "3-4", "--refresh-before", "0s"]
    seeded = CliRunner().invoke(seed, seeding)
    answers = {form: web.get(f"/tiles/a/EPSG3857/3/4/2{form}") for form in ALL_FORMS}

    assert seeded.exit_code == 0, seeded.output
    shown = {form: np.abs(pixels(answer) - PLAIN).max() < 8 for form, answer in answers.items()}
    assert shown == dict.fromkeys(ALL_FORMS, True)


@pytest.mark.parametrize("links", ["symlink", "hardlink"])
@pytest.mark.parametrize("forms", [(".png", "@2x.png"), ("@2x.png", ".png")], ids=["the tile first", "the tile last"])
def test_shared_tiles_of_one_colour_have_the_size_of_their_form(
    site: Callable[..., Site], links: str, forms: tuple[str, str]
) -> None:
    web = site({"a": f"variants: {{double: source}}, link_single_color_images: {links}"})
    web.upstream.on("/wms", plain_map)

    for _ in range(2):
        sizes = {form: image(web.get(f"/tiles/a/EPSG3857/3/4/2{form}")).size for form in forms}

        assert sizes == {".png": (256, 256), "@2x.png": (512, 512)}


@pytest.mark.parametrize("store", ["tc", "bundles", "sqlite", "mbtiles"])
def test_cleaning_up_removes_all_forms(site: Callable[..., Site], store: str) -> None:
    web = site({"a": f"{STORES[store]}, variants: {{formats: [image/webp], double: source}}"})
    tasks = web.directory / "seed.yaml"
    tasks.write_text("cleanups: {all: {caches: [a], remove_all: true, levels: [3]}}")
    for form in ALL_FORMS:
        web.get(f"/tiles/a/EPSG3857/3/4/2{form}")

    cleaned = CliRunner().invoke(seed, ["-f", str(web.directory / "mapproxy.yaml"), "-s", str(tasks)])
    again = [web.get(f"/tiles/a/EPSG3857/3/4/2{form}") for form in ("@2x.webp", "@2x.png", ".webp", ".png")]

    assert cleaned.exit_code == 0, cleaned.output
    assert [answer.headers["X-Tilekeep-Cache"] for answer in again[:1]] == ["miss"]
    assert len(web.upstream.requests_to("/wms")) == 4, "own tiles and those with twice the pixels, each once more"


@pytest.mark.parametrize("fetches", [(), ("--fetch",)], ids=["what is stored", "and what is missing"])
def test_exports_have_the_tiles_of_the_cache_alone(site: Callable[..., Site], fetches: tuple[str, ...]) -> None:
    web = site({"a": "variants: {formats: [image/webp], double: source}"})
    own = web.get("/tiles/a/EPSG3857/3/4/2.png").data
    for form in (".webp", "@2x.png", "@2x.webp"):
        web.get(f"/tiles/a/EPSG3857/3/4/2{form}")
    target = web.directory / "export.mbtiles"
    config = str(web.directory / "mapproxy.yaml")

    done = CliRunner().invoke(export, [config, "a", str(target), "--levels", "3", *fetches])

    assert done.exit_code == 0, done.output
    with contextlib.closing(sqlite3.connect(target)) as database:
        bodies = [body for (body,) in database.execute("SELECT tile_data FROM tiles")]
    assert own in bodies
    assert {sniffed_media_type(body[:12]) for body in bodies} == {"image/png"}
    assert {Image.open(io.BytesIO(body)).size for body in bodies} == {(256, 256)}
    assert len(bodies) == (64 if fetches else 4)


def test_mapproxy_reads_the_cache_as_if_they_were_not_there(
    site: Callable[..., Site], mapproxy_server: Callable[..., Server]
) -> None:
    forms = "variants: {formats: [image/webp], double: next_level}"
    web = site({name: f"{store}, {forms}" for name, store in STORES.items()})
    own = {}
    for name in STORES:
        for form in (".webp", "@2x.png", "@2x.webp", ".png"):
            own[name] = web.get(f"/tiles/{name}/EPSG3857/3/4/2{form}").data
    asked = len(web.upstream.requests_to("/wms"))
    plain = configuration(STORES, web.upstream.url)

    server = mapproxy_server(plain, web.directory)
    read = {name: ask(f"{server.url}/tiles/{name}/EPSG3857/3/4/2.png?origin=nw").body for name in STORES}

    assert read == own
    assert len(web.upstream.requests_to("/wms")) == asked
