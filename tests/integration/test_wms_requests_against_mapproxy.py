"""GetMap URLs are those of MapProxy 7.0.0: tests/data/wms_requests.json, written by make_wms_requests.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.map_query import MapQuery
from tilekeep.domain.srs import Srs
from tilekeep.domain.wms_request import FIXED_PARAMETERS, WmsRequestTemplate

DOCUMENT = json.loads(Path(__file__).parents[1].joinpath("data", "wms_requests.json").read_text())
REQUESTS: list[dict[str, Any]] = DOCUMENT["requests"]
NORTH_FIRST = {"EPSG:4326", "EPSG:31467"}


def test_the_reference_is_the_version_we_are_compatible_with() -> None:
    assert DOCUMENT["program"] == "MapProxy 7.0.0"
    assert {request["version"] for request in REQUESTS} == set(FIXED_PARAMETERS)


@pytest.mark.parametrize("request_facts", REQUESTS, ids=lambda facts: facts["url"][:60])
def test_the_same_options_give_the_same_url(request_facts: dict[str, Any]) -> None:
    options, asked = request_facts["options"], request_facts["query"]
    template = WmsRequestTemplate.from_options(
        options["url"], options, version=request_facts["version"], media_type=request_facts["media_type"]
    )
    code = asked["srs"]
    srs = Srs(code, code, geographic=False, north_first=code in NORTH_FIRST, metres_per_unit=1.0)
    dimensions = tuple(asked["dimensions"].items())
    query = MapQuery(BBox(*asked["bbox"]), Size(*asked["size"]), srs, "image/png", dimensions)
    media_type = template.parameter("format") if request_facts["media_type"] else "image/png"
    assert media_type is not None

    url = template.url_with(template.query_string(query, srs, media_type))

    assert url == request_facts["url"]
