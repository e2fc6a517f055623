"""The one tree of errors."""

from __future__ import annotations

import copy
import pickle

import pytest

from tilekeep.domain import errors
from tilekeep.domain.errors import ConfigurationError, SourceStatusError, TilekeepError, UnknownLayer

ALL = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TilekeepError)]

SPECIMENS = [
    SourceStatusError("503 from a map server", status=503, client_message="HTTP Error", retry_after=30.0),
    UnknownLayer("unknown layer: x", locator="layer"),
    ConfigurationError("too large", option=("grids", "utm", "res")),
    *(kind("message") for kind in ALL),
]


@pytest.mark.parametrize("error", SPECIMENS, ids=lambda error: type(error).__name__)
def test_errors_cross_threads_and_processes_with_all_they_carry(error: TilekeepError) -> None:
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(error) is type(other)
        assert str(error) == str(other)
        assert vars(error) == vars(other)


def test_every_error_stands_in_the_tree_of_the_docstring() -> None:
    drawn = errors.__doc__ or ""

    assert [] == [kind.__name__ for kind in ALL if f" {kind.__name__}" not in drawn]


def test_an_error_in_the_configuration_names_its_place() -> None:
    assert str(ConfigurationError("too large", option=("grids", "utm", "res"))) == "grids.utm.res: too large"
    assert str(ConfigurationError("too large")) == "too large"
