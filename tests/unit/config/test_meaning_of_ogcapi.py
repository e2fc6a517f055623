"""What OGC API offers: options of the service, else of ``globals.ogcapi``, else built in (spec/services.md, 8.1)."""

from __future__ import annotations

from tests.unit.config.configurations import loaded, report_of
from tilekeep.config.mapproxy.meaning_ogcapi_service import EffectiveOgcApi, effective_ogcapi
from tilekeep.config.mapproxy.meaning_services import effective_services
from tilekeep.domain.api_metadata import NamedLink


def ogcapi(options: str, rest: str = "") -> EffectiveOgcApi:
    found = effective_ogcapi(loaded(f"services: {{ogcapi: {options}}}\n{rest}").settings)
    assert found is not None
    return found


def test_without_the_service_there_is_none() -> None:
    services = effective_services(loaded("services: {tms: }").settings)

    assert (services.ogcapi, services.kml) == (None, None)


def test_an_empty_section_has_all_defaults() -> None:
    found = ogcapi("")

    assert (found.has_maps, found.has_tiles) == (True, True)
    assert ("EPSG:4326", "EPSG:3857") == found.srs
    assert ["image/png", "image/jpeg"] == list(found.formats)
    assert (16_000_000, None, False, 1) == (
        found.max_output_pixels,
        found.attribution,
        found.raises_source_errors,
        found.concurrent_layers,
    )
    assert () == found.dataset_layers


def test_options_of_the_service_go_before_those_of_the_globals() -> None:
    rest = (
        "globals: {ogcapi: {map_srs: ['EPSG:25832'], image_formats: [image/webp], on_source_errors: raise, "
        "max_output_pixels: [10, 20], concurrent_layer_renderer: 3}}"
    )

    of_globals, of_service = ogcapi("", rest), ogcapi("{map_srs: ['epsg:3857'], on_source_errors: notify}", rest)

    assert (("EPSG:25832",), ["image/webp"]) == (of_globals.srs, list(of_globals.formats))
    assert (True, 200, 3) == (
        of_globals.raises_source_errors,
        of_globals.max_output_pixels,
        of_globals.concurrent_layers,
    )
    assert (("EPSG:3857",), False, 200) == (
        of_service.srs,
        of_service.raises_source_errors,
        of_service.max_output_pixels,
    )


def test_what_is_said_of_the_service() -> None:
    found = ogcapi(
        "{attribution: {text: Us}, md: {identification: {title: T, keywords: {en: [a, b], de: [b, c]}}, "
        "contact: {name: N, phone: 12}, license: {name: L, url: 'http://l.example'}, provider: {url: 'http://p.example'}}}"
    )

    about = found.metadata
    assert ("Us", "T", "", ("a", "b", "c")) == (found.attribution, about.title, about.description, about.keywords)
    assert ("N", "12", "") == (about.contact.name, about.contact.phone, about.contact.email)
    assert (NamedLink("L", "http://l.example"), None) == (about.licence, about.provider)


def test_layers_of_the_dataset_have_to_have_maps() -> None:
    report = report_of(
        "services: {ogcapi: {default_dataset_layers: [a, tiles, bb]}}\n"
        "layers: [{name: a, title: A, sources: [c]}, {name: tiles, title: T, tile_sources: [c]}]\n"
        "caches: {c: {grids: [GLOBAL_MERCATOR], sources: []}}\n"
    )

    wrong = [problem.path for problem in report.errors]
    assert [("services", "ogcapi", "default_dataset_layers", index) for index in (1, 2)] == wrong
    assert "there is no layer 'tiles' with maps" in report.as_text()
