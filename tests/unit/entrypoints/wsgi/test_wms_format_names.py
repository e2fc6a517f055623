"""What WMS 1.0.0 calls formats (OGC 00-028, annex A.1; spec/services.md, 3.4 and 3.12)."""

from __future__ import annotations

import pytest

from tests.fakes.layer_tree import FORMATS
from tilekeep.domain.image import ImageEncoding
from tilekeep.entrypoints.wsgi.wms.format_names import listed_short_names, offered_media_type, short_info_names
from tilekeep.entrypoints.wsgi.wms.versions import V1_0_0, V1_1_0

GEO_TIFF = {"image/GeoTIFF": ImageEncoding("image/tiff"), "image/png; mode=24bit": ImageEncoding("image/png")}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PNG", "image/png"),
        ("image/png", "image/png"),
        ("GEOTIFF", "image/GeoTIFF"),
        ("PNG; MODE=24BIT", "image/png; mode=24bit"),
        ("png", None),
        ("WEBP", None),
        ("", None),
    ],
)
def test_a_short_name_is_the_subtype_in_capitals(name: str, expected: str | None) -> None:
    assert offered_media_type(name, FORMATS | GEO_TIFF, V1_0_0) == expected


def test_later_versions_know_media_types_alone() -> None:
    assert offered_media_type("PNG", FORMATS, V1_1_0) is None


def test_documents_list_those_that_the_standard_names() -> None:
    assert listed_short_names(FORMATS | GEO_TIFF) == ["PNG", "JPEG", "TIFF"]


@pytest.mark.parametrize(
    ("media_types", "names"),
    [
        (["text/plain", "text/html", "application/vnd.ogc.gml"], ["MIME", "MIME", "GML.1"]),
        (["text/xml"], ["GML.1"]),
        ([], []),
    ],
)
def test_feature_info_is_gml_or_something_else(media_types: list[str], names: list[str]) -> None:
    assert short_info_names(media_types) == names
