"""Limits of permissions that mean nothing, as pytest's parameters."""

from __future__ import annotations

import pytest

BOX = [0, 0, 10, 10]

BROKEN_LIMITS = [
    pytest.param({}, id="empty"),
    pytest.param("EPSG:4326", id="no mapping"),
    pytest.param({"geometry": BOX}, id="no SRS"),
    pytest.param({"srs": "EPSG:4326"}, id="no geometry"),
    pytest.param({"srs": "EPSG:4326", "bbox": BOX}, id="bbox in place of geometry"),
    pytest.param({"srs": "EPSG:0", "geometry": BOX}, id="unknown SRS"),
    pytest.param({"srs": None, "geometry": BOX}, id="SRS that is no code"),
    pytest.param({"srs": "EPSG:4326", "geometry": None}, id="nothing as geometry"),
    pytest.param({"srs": "EPSG:4326", "geometry": BOX[:3]}, id="three numbers"),
    pytest.param({"srs": "EPSG:4326", "geometry": [0, 0, 10, "ten"]}, id="words in a box"),
    pytest.param({"srs": "EPSG:4326", "geometry": [0, 0, 10, float("nan")]}, id="no number in a box"),
    pytest.param({"srs": "EPSG:4326", "geometry": "POLYGON((0 0, 10 0"}, id="text that is cut off"),
    pytest.param({"srs": "EPSG:4326", "geometry": {"type": "Polygon"}}, id="GeoJSON"),
]
