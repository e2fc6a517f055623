"""What all tests share: how thoroughly Hypothesis searches, and what happens when a program is missing."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests.integration.services.couchdb import CouchDb
from tests.integration.services.object_services import azurite_server, moto_server, swift_server  # noqa: F401
from tests.integration.services.programs import ProgramMissing, find_program
from tests.integration.services.redis import RedisCluster, RedisProcess, SentinelProcess

# Machines are slow at times, and no test asserts on seconds: hence no deadline anywhere.
_DATA_OF_MAPNIK: dict[str, str] = {}

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "soak", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Looks for the programs in ``@pytest.mark.service("NAME", ...)``, and for those the fixtures start."""
    _keep_data_of_mapnik_to_its_tests(item)
    try:
        for mark in item.iter_markers("service"):
            for name in mark.args:
                find_program(name)
        return (yield)
    except ProgramMissing as error:
        _skip_or_fail(error)


def _keep_data_of_mapnik_to_its_tests(item: pytest.Item) -> None:
    """Mapnik puts the place of its data into the environment, where programs that tests start would look for theirs."""
    for name in ("GDAL_DATA", "ICU_DATA", "PROJ_LIB"):
        if f"{os.sep}mapnik{os.sep}" in os.environ.get(name, ""):
            _DATA_OF_MAPNIK[name] = os.environ.pop(name)
    if "mapnik" in item.nodeid:
        os.environ.update(_DATA_OF_MAPNIK)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Lets a test find out in its body that a program is missing."""
    try:
        return (yield)
    except ProgramMissing as error:
        _skip_or_fail(error)


@pytest.fixture(scope="module", autouse=True)
def _what_a_module_leaves_open_is_its_own_fault() -> Iterator[None]:
    """Collects garbage, as what nobody has closed would otherwise fail any test that comes later.

    Commands take what there is when they begin for what lives as long as the process, which is not so in tests.
    """
    yield
    gc.unfreeze()
    gc.collect()


@pytest.fixture(scope="session")
def require_program() -> Callable[[str], Path]:
    """A function from a program's name to its path; where it is missing the test ends, skipped or failed."""
    return find_program


@pytest.fixture(scope="session")
def rounds() -> Callable[[int, int], int]:
    """``rounds(usual, soak)``: how often a test that kills, fuzzes or races repeats itself."""
    return lambda usual, soak: soak if os.environ.get("TILEKEEP_SOAK") == "1" else usual


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A directory that other users may enter too."""
    folder = Path(tempfile.mkdtemp(prefix="tilekeep-open-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """One Redis; each test has a prefix of its own."""
    with RedisProcess(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_sentinel(redis_server: RedisProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentinelProcess]:
    """A sentinel that watches over it."""
    with SentinelProcess(tmp_path_factory.mktemp("sentinel"), redis_server) as sentinel:
        yield sentinel


@pytest.fixture(scope="session")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """Three masters; each test has a prefix of its own."""
    cluster = RedisCluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def couchdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CouchDb]:
    """One server; each test has a database of its own."""
    with CouchDb(tmp_path_factory.mktemp("couchdb")) as server:
        yield server


def _skip_or_fail(error: ProgramMissing) -> NoReturn:
    """A missing program is a reason to skip, but a failure where all of them have to be there."""
    if os.environ.get("TILEKEEP_REQUIRE_SERVICES") == "1":
        pytest.fail(str(error), pytrace=False)
    pytest.skip(str(error))
