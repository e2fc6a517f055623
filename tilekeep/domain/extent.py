"""The area in which a layer has data, as documents state it."""

from __future__ import annotations

from typing import NamedTuple

from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import Srs


class Extent(NamedTuple):
    """A box in an SRS of its own; x/y order."""

    bbox: BBox
    srs: Srs
