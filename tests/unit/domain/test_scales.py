"""Scales and resolutions, and numbers written as calculations."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.arithmetic import calculated
from tilekeep.domain.scales import (
    OGC_DPI,
    halved_up_to,
    repeated_by_tens,
    resolution_of_scale,
    scale_of_resolution,
)

DENOMINATORS = st.floats(1, 1e9)


def test_a_pixel_of_ogc_has_0_28_millimetres() -> None:
    assert math.isclose(resolution_of_scale(1000, OGC_DPI, 1.0), 0.28)


def test_at_72_dots_per_inch_a_pixel_is_larger() -> None:
    assert math.isclose(resolution_of_scale(1000, 72, 1.0), 1000 * 0.0254 / 72)


@given(DENOMINATORS, st.floats(10, 1000), st.floats(0.1, 200_000))
def test_a_scale_comes_back_from_its_resolution(denominator: float, dpi: float, metres: float) -> None:
    resolution = resolution_of_scale(denominator, dpi, metres)

    assert math.isclose(scale_of_resolution(resolution, dpi, metres), denominator, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("values", "count", "expected"),
    [
        pytest.param([8.0], 3, [8.0, 4.0, 2.0], id="halves"),
        pytest.param([9.0, 8.0], 3, [9.0, 8.0, 4.0], id="of the last one"),
        pytest.param([9.0, 8.0], 1, [9.0, 8.0], id="none of those given is left out"),
    ],
)
def test_missing_levels_are_halves(values: list[float], count: int, expected: list[float]) -> None:
    assert halved_up_to(values, count) == expected


def test_repeated_values_are_tenths() -> None:
    assert repeated_by_tens([1000, 500], 5) == [1000, 500, 100, 50, 10]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("360/256", 1.40625), (" 2**10 - 24", 1000), ("-(3 + 1) * 2.5", -10), ("7 // 2 % 2", 1)],
)
def test_numbers_may_be_calculations(expression: str, expected: float) -> None:
    assert calculated(expression) == expected


@pytest.mark.parametrize(
    "expression",
    ["", "1 +", "x", "__import__('os')", "'a'", "True", "1/0", "10**400.5", "[1]", "1 if 1 else 2", "1j", "(-8)**0.5"],
)
def test_what_is_no_calculation_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be calculated|is no number"):
        calculated(expression)


def test_powers_of_whole_numbers_with_endless_digits_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"Result too large|out of range"):
        calculated("10**10**10")
