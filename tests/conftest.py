"""What all tests share: how thoroughly Hypothesis searches, and what happens when a program is missing."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests.integration.services.object_services import azurite_server, moto_server, swift_server  # noqa: F401
from tests.integration.services.programs import ProgramMissing, find_program

# Machines are slow at times, and no test asserts on seconds: hence no deadline anywhere.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "soak", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Looks for the programs in ``@pytest.mark.service("NAME", ...)``, and for those the fixtures start."""
    try:
        for mark in item.iter_markers("service"):
            for name in mark.args:
                find_program(name)
        return (yield)
    except ProgramMissing as error:
        _skip_or_fail(error)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Lets a test find out in its body that a program is missing."""
    try:
        return (yield)
    except ProgramMissing as error:
        _skip_or_fail(error)


@pytest.fixture(scope="session")
def require_program() -> Callable[[str], Path]:
    """A function from a program's name to its path; where it is missing the test ends, skipped or failed."""
    return find_program


@pytest.fixture(scope="session")
def rounds() -> Callable[[int, int], int]:
    """``rounds(usual, soak)``: how often a test that kills, fuzzes or races repeats itself."""
    return lambda usual, soak: soak if os.environ.get("TILEKEEP_SOAK") == "1" else usual


def _skip_or_fail(error: ProgramMissing) -> NoReturn:
    """A missing program is a reason to skip, but a failure where all of them have to be there."""
    if os.environ.get("TILEKEEP_REQUIRE_SERVICES") == "1":
        pytest.fail(str(error), pytrace=False)
    pytest.skip(str(error))
