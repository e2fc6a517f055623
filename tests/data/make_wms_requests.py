"""Writes wms_requests.json: the GetMap URLs that MapProxy 7.0.0 sends for many options.

Run it with an interpreter that has MapProxy 7.0.0: ``python tests/data/make_wms_requests.py``.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from mapproxy.client.wms import WMSClient
from mapproxy.query import MapQuery
from mapproxy.request.wms import create_request
from mapproxy.srs import SRS
from mapproxy.version import version

OPTIONS: list[dict[str, Any]] = [
    {"url": "http://h/s", "layers": "a,b", "transparent": True},
    {"url": "http://h/s?", "LAYERS": "a", "FORMAT": "image/png", "Styles": "x"},
    {
        "url": "http://h/s?map=/a/b",
        "layers": "a",
        "srs": "EPSG:4326",
        "bbox": "1,2,3,4",
        "Transparent": False,
    },
    {"url": "http://h/s?x=1&", "layers": "ä b/c:d", "SRS": "x", "TIME": "now", "width": 3},
    {"url": "http://h/s", "layers": "a", "CRS": "EPSG:4326", "version": "9", "REQUEST": "foo", "service": "w"},
    {"url": "http://h/s", "layers": "a", "sld_body": "<sld a='1'>+&~_.-</sld>", "exceptions": "in image", "dpi": 96},
]
VERSIONS = ("1.0.0", "1.1.0", "1.1.1", "1.3.0")
FORMATS = (None, "image/jpeg", "image/png; mode=8bit")
QUERIES: list[dict[str, Any]] = [
    {"bbox": [0.0, 0.0, 10, 5.0], "size": [200, 100], "srs": "EPSG:4326", "dimensions": {"time": "2020"}},
    {"bbox": [-20037508.342789244, 1e-7, 1e22, 1 / 3], "size": [256, 256], "srs": "EPSG:900913", "dimensions": {}},
    {"bbox": [1, 1, 5, 5.5], "size": [1, 2], "srs": "EPSG:31467", "dimensions": {"dim_a": "1 2", "elevation": "5"}},
]


def url(options: dict[str, Any], wms: str, media_type: str | None, query: dict[str, Any]) -> str:
    """The URL for one combination; every dimension is forwarded."""
    template = create_request(options, {"format": media_type} if media_type else {}, version=wms)
    client = WMSClient(template, http_client=object(), fwd_req_params=set(query["dimensions"]))
    srs = SRS(query["srs"])
    asked = MapQuery(tuple(query["bbox"]), tuple(query["size"]), srs, "png", dimensions=query["dimensions"])
    return str(client._query_url(asked, media_type or "png"))


requests = [
    {"options": options, "version": wms, "media_type": media_type, "query": query}
    for options, wms, media_type, query in itertools.product(OPTIONS, VERSIONS, FORMATS, QUERIES)
]
for request in requests:
    request["url"] = url(request["options"], request["version"], request["media_type"], request["query"])
document = {"program": f"MapProxy {version}", "requests": requests}
Path(__file__).with_name("wms_requests.json").write_text(json.dumps(document, indent=0, ensure_ascii=False) + "\n")
