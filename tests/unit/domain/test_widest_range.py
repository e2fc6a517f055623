"""Several sources together show something wherever one of them does (spec/config-globals-grids.md, 12)."""

from __future__ import annotations

import pytest

from tilekeep.domain.resolution_range import EVERY_RESOLUTION, ResolutionRange, widest_range


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        pytest.param([], EVERY_RESOLUTION, id="none of them limits nothing"),
        pytest.param([ResolutionRange(100, 10)], ResolutionRange(100, 10), id="one is itself"),
        pytest.param(
            [ResolutionRange(100, 10), ResolutionRange(1000, 50)], ResolutionRange(1000, 10), id="the outermost ends"
        ),
        pytest.param([ResolutionRange(100, 10), EVERY_RESOLUTION], EVERY_RESOLUTION, id="unlimited wins"),
        pytest.param(
            [ResolutionRange(100, None), ResolutionRange(50, 10)],
            ResolutionRange(100, None),
            id="unlimited wins on its own side",
        ),
    ],
)
def test_the_widest_range(ranges: list[ResolutionRange], expected: ResolutionRange) -> None:
    assert expected == widest_range(ranges)
