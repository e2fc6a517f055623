"""How maps are refused for their box: the reason, and the box as the client asked for it (spec/services.md, 3.6)."""

from __future__ import annotations

from tilekeep.domain.errors import InvalidParameter
from tilekeep.domain.geometry import BBox


def refused_box(reason: str, bbox: BBox) -> InvalidParameter:
    """The error for a map of ``bbox``, in the SRS of the request and x/y order; four numbers bound its length."""
    return InvalidParameter(f"Request too large or invalid BBOX. ({reason}: {written_box(bbox)})", locator="bbox")


def written_box(bbox: BBox) -> str:
    """The four numbers as requests have them."""
    return ",".join(map(str, bbox))
