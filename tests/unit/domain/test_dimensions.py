"""Which dimension values a request means."""

from __future__ import annotations

import pytest

from tilekeep.domain.dimensions import Dimension, chosen_dimensions
from tilekeep.domain.errors import InvalidDimension

TIME = Dimension("time", ("2020", "2021"), "2021")
ELEVATION = Dimension("elevation", ("0", "10"), "0")


@pytest.mark.parametrize("given", [None, "", "default"])
def test_a_request_without_a_value_means_the_default(given: str | None) -> None:
    assert TIME.chosen(given) == "2021"


def test_a_configured_value_is_taken() -> None:
    assert TIME.chosen("2020") == "2020"


def test_another_value_is_refused_by_name_and_value() -> None:
    with pytest.raises(InvalidDimension, match=r"time=1999") as caught:
        TIME.chosen("1999")

    assert caught.value.locator == "time"


def test_the_key_holds_configured_dimensions_alone_sorted_by_name() -> None:
    dimensions = chosen_dimensions([TIME, ELEVATION], {"time": "2020", "style": "x"})

    assert dimensions == (("elevation", "0"), ("time", "2020"))
