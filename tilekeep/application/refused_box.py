"""How maps are refused for their box, which is named as the client asked for it (spec/services.md, 3.6)."""

from __future__ import annotations

from tilekeep.domain.errors import InvalidParameter, OutsideProjection
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import Srs


def refused_box(reason: str, bbox: BBox) -> InvalidParameter:
    """The error for a map of ``bbox``, in the SRS of the request and x/y order; four numbers bound its length."""
    return InvalidParameter(f"Request too large or invalid BBOX. ({reason}: {_written(bbox)})", locator="bbox")


def box_without_image(bbox: BBox, srs: Srs) -> OutsideProjection:
    """The error for a map of ``bbox`` in the SRS of the request, which has no image where it is drawn."""
    return OutsideProjection(
        f"Could not transform BBOX: Invalid result. (bbox {_written(bbox)} in {srs.code})", locator="bbox"
    )


def _written(bbox: BBox) -> str:
    return ",".join(map(str, bbox))
