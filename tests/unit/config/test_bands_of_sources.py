"""What it means that a cache names bands of sources (spec/caches.md, 11)."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import MINIMAL, loaded, report_of
from tilekeep.config.mapproxy.meaning_cache import effective_cache
from tilekeep.config.mapproxy.meaning_info import info_sources
from tilekeep.config.mapproxy.meaning_legends import LegendNames
from tilekeep.config.problems import path_text
from tilekeep.domain.bands import BandMix, BandPart

INFRARED = (
    "  cir:\n    type: wms\n    req: {url: 'http://maps.example.org/wms', layers: cir}\n"
    "    wms_opts: {featureinfo: true, legendgraphic: true}\n"
)


def with_bands(bands: str, more: str = "") -> str:
    return MINIMAL.replace("sources: [osm]", f"sources: {bands}") + INFRARED + more


def mix_of(bands: str) -> tuple[BandMix | None, list[str]]:
    result = loaded(with_bands(bands))
    cache = effective_cache(result.settings, "osm_cache", result.base_dir)
    return cache.bands, [source.name for source in cache.sources]


def test_each_source_is_asked_once_and_parts_keep_their_order() -> None:
    mix, sources = mix_of(
        "{b: [{source: osm, band: 1}], r: [{source: cir, band: 0, factor: 0.5}, {source: osm, band: 2, factor: 0.25}]}"
    )

    assert sources == ["osm", "cir"]
    assert mix == BandMix("RGB", (BandPart(2, 0, 1), BandPart(0, 1, 0, 0.5), BandPart(0, 0, 2, 0.25)))


@pytest.mark.parametrize(
    ("bands", "mode"),
    [
        ("{g: [{source: osm, band: 0}]}", "RGB"),
        ("{g: [{source: osm, band: 0}], a: [{source: osm, band: 0}]}", "RGBA"),
        ("{l: [{source: osm, band: 0}]}", "L"),
    ],
)
def test_the_bands_named_say_what_kind_of_image_it_is(bands: str, mode: str) -> None:
    mix, _ = mix_of(bands)

    assert mix is not None
    assert mix.mode == mode


def test_a_list_of_sources_mixes_no_bands() -> None:
    assert mix_of("[osm, cir]") == (None, ["osm", "cir"])


def test_neither_places_nor_legends_of_the_sources_are_those_of_the_bands() -> None:
    settings = loaded(with_bands("{r: [{source: cir, band: 0}]}")).settings
    laid = loaded(with_bands("[cir]")).settings

    assert (info_sources(settings, settings.layers[0]), LegendNames(settings).of_layer(settings.layers[0])) == ((), ())
    assert (info_sources(laid, laid.layers[0]), LegendNames(laid).of_layer(laid.layers[0])) == (("cir",), ("cir",))


SILENT = "  silent: {type: wms, req: {url: 'http://x.example/', layers: a}, wms_opts: {map: false}}\n"
SEEDED = "  seeded: {type: wms, req: {url: 'http://x.example/', layers: a}, seed_only: true}\n"


@pytest.mark.parametrize(
    ("bands", "source", "says"),
    [
        ("{r: [{source: silent, band: 0}]}", SILENT, "draws no map"),
        ("{r: [{source: osm, band: 0}], g: [{source: seeded, band: 0}]}", SEEDED, "for seeding only"),
    ],
)
def test_sources_that_would_leave_every_tile_empty_are_refused(bands: str, source: str, says: str) -> None:
    [problem] = report_of(with_bands(bands, source)).errors

    assert path_text(problem.path) == "caches.osm_cache.sources"
    assert says in problem.message


def test_bands_may_all_be_for_seeding_only() -> None:
    assert report_of(with_bands("{r: [{source: seeded, band: 0}]}", SEEDED)).errors == ()
