"""What WMS offers: the options of the service, else of ``globals.wms``, else built in (spec/services.md, 3.1)."""

from __future__ import annotations

from tests.unit.config.configurations import loaded
from tilekeep.config.mapproxy.meaning_services import effective_services
from tilekeep.config.mapproxy.meaning_wms import EffectiveWms, effective_wms
from tilekeep.domain.geometry import BBox
from tilekeep.domain.inspire import (
    Citation,
    Conformity,
    Dates,
    EmbeddedMetadata,
    InspireKeyword,
    InspireMetadata,
    PointOfContact,
    ResourceLocator,
)


def wms(options: str, rest: str = "") -> EffectiveWms:
    found = effective_wms(loaded(f"services: {{wms: {options}}}\n{rest}").settings)
    assert found is not None
    return found


def test_without_the_service_there_is_none() -> None:
    assert effective_wms(loaded("services: {tms: }").settings) is None


def test_an_empty_section_has_all_defaults() -> None:
    found = wms("")

    assert ("EPSG:4326", "EPSG:4258", "CRS:84", "EPSG:900913", "EPSG:3857") == found.srs
    assert (("EPSG:3857", None), ("EPSG:4326", None), ("EPSG:900913", None)) == found.bbox_srs
    assert ["image/png", "image/jpeg", "image/gif", "image/GeoTIFF", "image/tiff"] == list(found.formats)
    assert 16_000_000 == found.max_output_pixels
    assert ("1.0.0", "1.1.0", "1.1.1", "1.3.0") == found.versions
    assert (False, 1, None) == (found.raises_source_errors, found.concurrent_layers, found.attribution)
    assert found.metadata.title


class TestSrs:
    """Which reference systems requests may use, and which boxes documents state."""

    def test_codes_are_upper_case_and_stand_once(self) -> None:
        assert ("EPSG:25832", "EPSG:3857") == wms("{srs: ['epsg:25832', 'EPSG:3857', 'EPSG:25832']}").srs

    def test_boxes_are_stated_in_the_default_ones_that_requests_may_use(self) -> None:
        assert (("EPSG:4326", None),) == wms("{srs: ['EPSG:25832', 'EPSG:4326']}").bbox_srs

    def test_boxes_may_be_limits(self) -> None:
        found = wms("{bbox_srs: ['EPSG:4326', {srs: 'epsg:25832', bbox: [1, 2, 3, 4]}]}")

        assert (("EPSG:4326", None), ("EPSG:25832", BBox(1, 2, 3, 4))) == found.bbox_srs

    def test_globals_are_the_default(self) -> None:
        assert ("EPSG:25833",) == wms("", "globals: {wms: {srs: ['EPSG:25833']}}").srs


class TestFormats:
    """How maps are encoded."""

    def test_png_has_a_palette_unless_that_is_off(self) -> None:
        assert 256 == wms("").formats["image/png"].colors
        assert wms("", "globals: {image: {paletted: false}}").formats["image/png"].colors is None

    def test_named_formats_bring_their_options(self) -> None:
        rest = "globals: {image: {formats: {tiny: {format: image/png, colors: 16, mode: P}}}}"

        found = wms("{image_formats: [tiny, image/jpeg]}", rest).formats

        assert (16, "P") == (found["image/png"].colors, found["image/png"].mode)
        assert ["image/png", "image/jpeg"] == list(found)

    def test_of_two_for_one_media_type_the_later_counts(self) -> None:
        rest = "globals: {image: {formats: {tiny: {format: image/png, colors: 16}}}}"

        assert 16 == wms("{image_formats: [image/png, tiny]}", rest).formats["image/png"].colors

    def test_whether_maps_are_transparent_is_left_to_requests(self) -> None:
        assert wms("").formats["image/png"].transparent is None

    def test_quality_and_resampling_are_those_of_the_globals(self) -> None:
        found = wms("", "globals: {image: {jpeg_quality: 70, resampling_method: nearest}}").formats["image/jpeg"]

        assert (70, "nearest") == (found.jpeg_quality, found.resampling)


class TestLimits:
    """How much a request may cost."""

    def test_pixels_as_a_number(self) -> None:
        assert 1000 == wms("{max_output_pixels: 1000}").max_output_pixels

    def test_pixels_as_width_and_height(self) -> None:
        assert 6000 == wms("{max_output_pixels: [100, 60]}").max_output_pixels

    def test_the_service_wins_over_the_globals(self) -> None:
        rest = "globals: {wms: {max_output_pixels: 5, on_source_errors: raise, concurrent_layer_renderer: 3}}"

        found = wms("{max_output_pixels: 7}", rest)

        assert (7, True, 3) == (found.max_output_pixels, found.raises_source_errors, found.concurrent_layers)


def test_versions_are_offered_in_their_order_and_once() -> None:
    assert ("1.0.0", "1.3.0") == wms("{versions: ['1.3.0', '1.0.0', '1.3.0']}").versions


def test_other_services_fall_back_to_the_metadata_of_wms() -> None:
    text = """
services:
  wms: {md: {title: Maps, abstract: All of them, contact: {person: Ann}}}
  tms: {md: {title: Tiles}}
  wmts:
"""

    services = effective_services(loaded(text).settings)

    assert services.tms is not None
    assert services.wmts is not None
    assert ("Tiles", "All of them") == (services.tms.metadata.title, services.tms.metadata.abstract)
    assert "Maps" == services.wmts.metadata.title
    assert services.wmts.metadata.contact is not None
    assert "Ann" == services.wmts.metadata.contact.person


class TestInspire:
    def test_nothing_is_said_unless_it_is_configured(self) -> None:
        assert wms("{}").inspire is None

    def test_metadata_elsewhere(self) -> None:
        found = wms("{inspire_md: {type: linked, metadata_url: {url: a, media_type: b}, languages: {default: ger}}}")

        assert InspireMetadata("ger", ResourceLocator("a", "b")) == found.inspire

    def test_metadata_in_the_document(self) -> None:
        found = wms(
            "{inspire_md: {type: embedded, resource_locators: [{url: a, media_type: b}],"
            " temporal_reference: {date_of_creation: 2020-01-02}, conformities: [{title: t, uris: [u],"
            " date_of_publication: '2010', resource_locators: [{url: c, media_type: d}], degree: conformant}],"
            " metadata_points_of_contact: [{organisation_name: o}], mandatory_keywords: [m], metadata_date: 2021-02-03,"
            " keywords: [{title: v, keyword_value: k}], languages: {default: eng}}}"
        )

        specification = Citation("t", Dates(publication="2010"), ("u",), (ResourceLocator("c", "d"),))
        assert found.inspire == InspireMetadata(
            "eng",
            embedded=EmbeddedMetadata(
                locators=(ResourceLocator("a", "b"),),
                temporal_reference=Dates(creation="2020-01-02"),
                conformities=(Conformity(specification, "conformant"),),
                contacts=(PointOfContact("o", ""),),
                date="2021-02-03",
                mandatory_keywords=("m",),
                keywords=(InspireKeyword(Citation("v", Dates()), "k"),),
            ),
        )
