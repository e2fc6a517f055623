"""Which other forms of its tiles a cache can offer."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import loaded, report_of
from tilekeep.config.mapproxy.meaning_cache import effective_cache
from tilekeep.config.problems import path_text
from tilekeep.domain.tile_variant import NO_VARIANTS

TEXT = """\
services: {{tms: }}
globals:
  image:
    formats:
      small: {{format: image/webp, encoding_options: {{webp_quality: 40}}}}
layers:
  - {{name: a, title: A, sources: [a]}}
caches:
  a: {{grids: [GLOBAL_WEBMERCATOR], {cache}}}
  other: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
sources:
  tiles: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: 'http://a.example/%(z)s/%(x)s/%(y)s.png'}}
  vector: {{type: tile, grid: GLOBAL_WEBMERCATOR, url: 'http://a.example/%(z)s/%(x)s/%(y)s.pbf'}}
  wms: {{type: wms, req: {{url: 'http://a.example/wms', layers: a}}}}
"""


def test_a_cache_offers_nothing_but_its_tiles_unless_told_to() -> None:
    result = loaded(TEXT.format(cache="sources: [wms]"))

    assert effective_cache(result.settings, "a", "/base").variants.offered == NO_VARIANTS


def test_formats_are_media_types_or_named_formats_with_their_options() -> None:
    variants = "variants: {formats: [image/avif, small], double: source}"
    result = loaded(TEXT.format(cache=f"sources: [wms], image: {{transparent: true}}, {variants}"))

    found = effective_cache(result.settings, "a", "/base").variants

    assert [encoding.format for encoding in found.encodings] == ["image/avif", "image/webp"]
    assert [encoding.transparent for encoding in found.encodings] == [True, True]
    assert found.encodings[1].webp_quality == 40
    assert (found.offered.doubled, found.keep) == (True, True)


@pytest.mark.parametrize(
    ("cache", "path", "says"),
    [
        ("sources: [wms], variants: {formats: [image/png]}", "formats[0]", "offered as image/png already"),
        ("sources: [wms], variants: {formats: [image/webp, small]}", "formats[1]", "offered as image/webp already"),
        ("sources: [wms], variants: {formats: [image/gif]}", "formats[0]", "none that clients choose by Accept"),
        ("sources: [wms], variants: {formats: [image/webb]}", "formats[0]", "does not exist"),
        (
            "sources: [wms], format: mixed, request_format: image/png, variants: {formats: [image/jpeg]}",
            "formats[0]",
            "a mixed cache has PNG and JPEG already",
        ),
        ("sources: [tiles], variants: {double: source}", "double", "'tiles' has tiles of one size"),
        ("sources: [other], variants: {double: source}", "double", "'other' has tiles of one size"),
        ("sources: [], variants: {double: source}", "double", "has no source to ask"),
        ("sources: [vector], format: pbf, variants: {double: next_level}", "", "'variants' is for images"),
    ],
)
def test_what_cannot_be_offered_is_refused(cache: str, path: str, says: str) -> None:
    errors = report_of(TEXT.format(cache=cache)).errors

    where = f"caches.a.variants.{path}".rstrip(".")
    assert [path_text(problem.path) for problem in errors] == [where]
    assert says in errors[0].message


def test_variants_without_any_are_warned_of() -> None:
    report = report_of(TEXT.format(cache="sources: [wms], variants: {keep: true}"))

    assert any("has no effect without formats or double" in problem.message for problem in report.warnings)
