"""The meaning of coverages."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.domain.geometry import BBox
from tilekeep.domain.srs import normalised_code


@dataclass(frozen=True, slots=True)
class EffectiveCoverage:
    """A box, in x/y order, in the units of the SRS with the code ``srs``."""

    bbox: BBox
    srs: str


def effective_coverage(coverage: Coverage | None) -> EffectiveCoverage | None:
    """The area a coverage describes; None if it does not limit anything."""
    if coverage is None or coverage.bbox is None:
        return None
    srs = coverage.bbox_srs or coverage.srs
    assert srs is not None, "checked when the configuration was loaded"
    return EffectiveCoverage(BBox(*coverage.bbox), normalised_code(srs))
