"""What tile services answer questions about places with."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.application.get_feature_info import GetFeatureInfo
from tilekeep.ports.clock import Clock


class TileInfoParts(NamedTuple):
    """What answers questions about places on tiles; ``request_seconds`` is how long a request may take."""

    get_info: GetFeatureInfo
    clock: Clock
    request_seconds: float
