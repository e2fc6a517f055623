"""Coverages that are boxes."""

from __future__ import annotations

from tilekeep.domain.geometry import BBox
from tilekeep.domain.region import BoxRegion, Region
from tilekeep.domain.srs import Srs
from tilekeep.ports.projection import Projection


def box_region(bbox: BBox, srs: Srs, target: Srs, projection: Projection) -> Region:
    """The coverage ``bbox``, given in ``srs`` in x/y order, as a region in ``target``.

    The box around its projected outline stands for it there (spec/coverages.md, 4 and 5).

    :raises ProjectionError: no point of it has a finite image in ``target``.
    """
    return BoxRegion(projection.between(srs, target).bbox(bbox))
