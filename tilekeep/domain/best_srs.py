"""Which of several spatial reference systems a map is best made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tilekeep.domain.srs import Srs


def best_srs(wanted: Srs, available: Sequence[Srs], preferred: Mapping[Srs, Sequence[Srs]]) -> Srs:
    """The SRS among ``available`` (not empty) to draw ``wanted`` from (spec/config-globals-grids.md, 10).

    ``wanted`` itself, else the first of those ``preferred`` for it, else the first that is geographic as ``wanted`` is
    or projected as ``wanted`` is, else the first.  Aliases count as equal; the answer is spelled as in ``available``.
    """
    for candidate in (wanted, *preferred.get(wanted, ())):
        for srs in available:
            if srs == candidate:
                return srs
    return next((srs for srs in available if srs.geographic == wanted.geographic), available[0])
