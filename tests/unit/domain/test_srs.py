"""Reference systems under the names that a list has for them."""

from __future__ import annotations

import pytest

from tilekeep.domain.srs import Srs, as_listed

MERCATOR = Srs("EPSG:3857", "mercator", geographic=False, north_first=False, metres_per_unit=1.0)
GOOGLE = Srs("EPSG:900913", "mercator", geographic=False, north_first=False, metres_per_unit=1.0)
DEGREES = Srs("EPSG:4326", "degrees", geographic=True, north_first=True, metres_per_unit=111319.5)


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        pytest.param((DEGREES, GOOGLE), "EPSG:900913", id="its-alias-is-listed"),
        pytest.param((GOOGLE, MERCATOR), "EPSG:900913", id="the-first-of-several-names-counts"),
        pytest.param((DEGREES,), "EPSG:3857", id="it-is-not-listed"),
        pytest.param((), "EPSG:3857", id="nothing-is-listed"),
    ],
)
def test_a_reference_system_is_spelled_as_in_the_list(listed: tuple[Srs, ...], code: str) -> None:
    assert as_listed(MERCATOR, listed).code == code
