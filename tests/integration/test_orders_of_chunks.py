"""A worker who knows the configuration alone does by an order what the coordinator means by a chunk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.fakes.clock import FakeClock
from tests.integration.support.drawing import encoded
from tests.integration.support.seeding import container_of
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tilekeep.adapters.seeding.stopping import SharedStop
from tilekeep.application.seeding.seed_task import SeedTask
from tilekeep.config.containers import TilekeepContainer
from tilekeep.config.seeding.loading import load_tasks
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.seed_orders import ChunkOrder
from tilekeep.domain.seeding import ChunkJob
from tilekeep.domain.tile import TileCoord
from tilekeep.entrypoints.seeding.orders import DoOrder, TaskOrders
from tilekeep.entrypoints.seeding.run import wanted_tasks

CONFIGURATION = """
services: {{tms: }}
layers: [{{name: web, title: Web, sources: [web]}}]
globals: {{cache: {{meta_size: [2, 2], meta_buffer: 0}}}}
caches:
  web: {{grids: [GLOBAL_GEODETIC, mercator], sources: [any], refresh_before: {{days: 3}}}}
  single: {{grids: [mercator], meta_size: [1, 1], sources: [any]}}
grids: {{mercator: {{base: GLOBAL_WEBMERCATOR, name: WM}}}}
sources: {{any: {{type: wms, req: {{url: "{url}/wms", layers: all}}}}}}
"""

TASKS = """
seeds:
  east: {caches: [web], grids: [mercator], levels: {to: 4}, coverages: [east], refresh_before: {days: 1}}
  again: {caches: [web], grids: [mercator], levels: {to: 4}}
  single: {caches: [single], levels: {to: 3}}
coverages: {east: {bbox: [10, -80, 170, 80], srs: 'EPSG:4326'}}
"""

NOW = 1_700_000_000.0
DAY = 86_400.0


def draw(request: Received) -> Reply:
    size = (int(request.parameters["width"]), int(request.parameters["height"]))
    return image_reply(encoded(Image.new("RGB", size, (90, 140, 200)), "PNG"))


@pytest.fixture
def container(tmp_path: Path) -> Iterator[TilekeepContainer]:
    with UpstreamServer() as upstream:
        upstream.on("/wms", draw)
        (tmp_path / "mapproxy.yaml").write_text(CONFIGURATION.format(url=upstream.url))
        (tmp_path / "seed.yaml").write_text(TASKS)
        yield container_of(tmp_path / "mapproxy.yaml")


def tasks_of(container: TilekeepContainer, tmp_path: Path, *names: str) -> list[SeedTask]:
    settings = load_tasks(str(tmp_path / "seed.yaml"), container.settings, variables=os.environ).settings
    seeds = wanted_tasks(container, settings, names, []).seeds
    return [task for task in seeds if isinstance(task, SeedTask)]


def orders_of(tasks: list[SeedTask]) -> list[ChunkOrder]:
    order = TaskOrders(tasks, FakeClock(NOW))
    return [order(ChunkJob(number, planned)) for number, task in enumerate(tasks) for planned in task.plan.chunks()]


def test_orders_name_the_units_of_the_area_and_the_instant_of_the_coordinator(
    container: TilekeepContainer, tmp_path: Path
) -> None:
    (east, again) = tasks_of(container, tmp_path, "east", "again")

    orders = orders_of([east, again])

    of_east = [order for order in orders if order.task.name == "east"]
    assert [unit for order in of_east for unit in order.units if unit.x < 4 and unit.z == 4] == []
    assert {order.stale_before for order in of_east} == {east.policy.limit.before(0.0)}  # type: ignore[union-attr]
    assert {order.stale_before for order in orders if order.task.name == "again"} == {NOW - 3 * DAY}


def test_doing_them_makes_the_tiles_of_the_area(container: TilekeepContainer, tmp_path: Path) -> None:
    tasks = tasks_of(container, tmp_path, "east", "single")
    do, stop = DoOrder(container), SharedStop()

    parts = [(order, do(order, stop)) for order in orders_of(tasks)]

    assert all(part.units == len(order.units) for order, part in parts)
    expected = sum(
        len(task.plan.tiles(unit))
        for task in tasks
        for planned in task.plan.chunks()
        for unit in task.plan.units(planned.chunk)
    )
    assert sum(part.result.made for _, part in parts) == expected
    assert len(list((tmp_path / "cache_data").glob("**/*.png"))) == expected


def test_what_is_younger_than_the_instant_is_kept(container: TilekeepContainer, tmp_path: Path) -> None:
    (order, *_) = orders_of(tasks_of(container, tmp_path, "single"))
    do, stop = DoOrder(container), SharedStop()
    do(order, stop)

    kept = do(order._replace(stale_before=NOW), stop)
    anew = do(order._replace(stale_before=4e9), stop)

    assert (kept.result.kept, kept.result.made) == (1, 0)
    assert (anew.result.kept, anew.result.made) == (0, 1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cache": "webb"}, "the cache 'webb' does not exist"),
        ({"grid": "GLOBAL_MERCATOR"}, "has no grid 'GLOBAL_MERCATOR'"),
        ({"units": (TileCoord(0, 0, 7),)}, r"no tile \(0, 0, 7\)"),
        ({"units": (TileCoord(-1, 0, 0),)}, r"no tile \(-1, 0, 0\)"),
    ],
)
def test_what_the_configuration_does_not_have_is_refused(
    container: TilekeepContainer, tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    (order, *_) = orders_of(tasks_of(container, tmp_path, "single"))
    units = changed.pop("units", order.units)
    strange = order._replace(task=order.task._replace(**changed), units=units)  # type: ignore[arg-type]

    with pytest.raises(ConfigurationError, match=said):
        DoOrder(container)(strange, SharedStop())
