"""A disk that is full, cannot be written or has gone never fails a response, and leaves the store whole."""

from __future__ import annotations

import contextlib
import io
import logging
import random
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from werkzeug.test import Client

from tests.contract.processes import forked, wait_for
from tests.integration.support.drawing import encoded
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer, image_reply
from tilekeep import make_wsgi_app
from tilekeep.config.assemble.cache_parts import StoredCache
from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.domain.ledger import counted, together

STORES = {
    "file": "{type: file}",
    "sqlite": "{type: sqlite}",
    "mbtiles": "{type: mbtiles}",
    "geopackage": "{type: geopackage}",
    "compact-1": "{type: compact, version: 1}",
    "compact-2": "{type: compact, version: 2}",
}

CONFIG = """
globals: {{cache: {{base_dir: {base}, lock_dir: ./locks, meta_size: [1, 1], meta_buffer: 0, {more}}}}}
services: {{tms: }}
layers: [{{name: a, title: A, sources: [a]}}]
caches: {{a: {{grids: [GLOBAL_WEBMERCATOR], sources: [w], format: image/png, cache: {cache}, {own}}}}}
sources: {{w: {{type: wms, req: {{url: '{url}/wms', layers: a}}}}}}
"""

SIZE = 6_000_000


def draw_noise(request: Received) -> Reply:
    """A picture that no format makes small, the same for the same box."""
    dice = random.Random(request.parameters["bbox"])
    size = (int(request.parameters["width"]), int(request.parameters["height"]))
    return image_reply(encoded(Image.frombytes("L", size, dice.randbytes(size[0] * size[1])).convert("RGB"), "PNG"))


class Trouble:
    """Something that happens to the disk on which ``directory`` lies."""

    #: What the log says of it.
    reason: str

    #: Whether it can only begin while nobody has a file open, as before a start.
    is_there_at_the_start = False

    def prepare(self, directory: Path) -> None:
        """Before anything is stored."""
        directory.mkdir()

    def begin(self, directory: Path) -> None:
        raise NotImplementedError

    def end(self, directory: Path) -> None:
        raise NotImplementedError

    def clear_away(self, directory: Path) -> None:
        """After all."""


class SmallFiles(Trouble):
    """As a disk that is full by the quota of a user."""

    reason = r"File too large|disk is full|disk I/O error"

    def begin(self, directory: Path) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))

    def end(self, directory: Path) -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


class _Mounted(Trouble):
    def prepare(self, directory: Path) -> None:
        super().prepare(directory)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", directory], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("file systems may not be mounted here")

    def clear_away(self, directory: Path) -> None:
        subprocess.run(["umount", "-l", directory], check=True)


class FullDisk(_Mounted):
    reason = r"No space left on device|disk is full"

    def begin(self, directory: Path) -> None:
        with contextlib.suppress(OSError), (directory / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))

    def end(self, directory: Path) -> None:
        (directory / "filler").unlink()


class ReadOnlyDisk(_Mounted):
    reason = r"[Rr]ead-only|readonly"
    is_there_at_the_start = True

    def begin(self, directory: Path) -> None:
        subprocess.run(["mount", "-o", "remount,ro", directory], check=True)

    def end(self, directory: Path) -> None:
        subprocess.run(["mount", "-o", "remount,rw", directory], check=True)


class FileInTheWay(Trouble):
    """The directory is moved away, and a file has its name."""

    reason = "Not a directory|unable to open"

    def begin(self, directory: Path) -> None:
        directory.rename(directory.with_name("aside"))
        directory.write_text("no directory")

    def end(self, directory: Path) -> None:
        directory.unlink()
        directory.with_name("aside").rename(directory)


class VanishedDirectory(Trouble):
    """Everything is removed: the store begins anew."""

    reason = ""

    def begin(self, directory: Path) -> None:
        shutil.rmtree(directory)

    def end(self, directory: Path) -> None:
        """It has been made again."""


TROUBLES: dict[str, Callable[[], Trouble]] = {
    "small-files": SmallFiles,
    "full": FullDisk,
    "read-only": ReadOnlyDisk,
    "file-in-the-way": FileInTheWay,
    "vanished": VanishedDirectory,
}


class Map:
    """The application, as a client of its tiles sees it."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.client = Client(make_wsgi_app(str(config)))

    def tile(self, x: int) -> Image.Image:
        answer = self.client.get(f"/tiles/a/EPSG3857/6/{x}/20.png")
        assert answer.status_code == 200, answer.get_data()
        image = Image.open(io.BytesIO(answer.get_data()))
        image.load()
        return image.convert("L")

    def stored(self) -> StoredCache:
        container = checked_container(load_settings(str(self.config), variables={}))
        (stored,) = container.use_cases.caches().stores()
        return stored


@contextlib.contextmanager
def logged() -> Iterator[list[str]]:
    """What is logged in this process."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("tilekeep").addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger("tilekeep").removeHandler(handler)


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/wms", draw_noise)
        yield server


def config(folder: Path, url: str, cache: str, more: str = "", own: str = "") -> Path:
    path = folder / "mapproxy.yaml"
    path.write_text(CONFIG.format(url=url, cache=cache, base=folder / "disk", more=more, own=own))
    return path


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("kind", STORES)
def test_tiles_come_from_the_source_and_the_store_stays_whole(
    tmp_path: Path, upstream: UpstreamServer, kind: str, trouble: str
) -> None:
    path = config(tmp_path, upstream.url, STORES[kind])
    disk, happening = tmp_path / "disk", TROUBLES[trouble]()
    happening.prepare(disk)

    def fill() -> None:
        served = Map(path)
        for x in range(3):
            served.tile(x)

    def story() -> None:
        served = Map(path)
        before = [] if happening.is_there_at_the_start else [served.tile(x) for x in range(3)]
        with logged() as lines:
            happening.begin(disk)
            try:
                before = before or [served.tile(x) for x in range(3)]
                during = [served.tile(x) for x in range(3, 6)]
                again = [served.tile(x) for x in range(3)]
            finally:
                happening.end(disk)

        after = [served.tile(x) for x in range(9)]

        assert again == before
        assert after[:6] == before + during
        if happening.reason:
            assert any("delivered unstored" in line and "see to the room" in line for line in lines), lines
            assert any(re.search(happening.reason, line) for line in lines), lines
        whole(served, set(range(9)))

    try:
        if happening.is_there_at_the_start:
            wait_for(forked(fill))
        wait_for(forked(story))
    finally:
        happening.clear_away(disk)


def whole(served: Map, columns: set[int]) -> None:
    """All of these tiles are stored, every one can be read and decoded, and the account equals the listing."""
    stored = served.stored()
    keys = [key for key, _ in stored.store.list(6)]
    assert {key.coord.x for key in keys} == columns
    for key in keys:
        tile = stored.store.read(key)
        assert tile is not None
        assert isinstance(tile.body, bytes)
        Image.open(io.BytesIO(tile.body)).load()
    assert stored.settle is not None
    listed = together(counted(stored.store.list(6)).values())
    assert dict(stored.settle().levels) == {6: listed}


@pytest.mark.parametrize("kind", ["file", "mbtiles"])
@pytest.mark.parametrize("floor", ["min_free_space: 900000T", "min_free_inodes: 900000000000000000"])
def test_below_the_floor_tiles_are_delivered_and_not_stored(
    tmp_path: Path, upstream: UpstreamServer, kind: str, floor: str, caplog: pytest.LogCaptureFixture
) -> None:
    Map(config(tmp_path, upstream.url, STORES[kind])).tile(0)
    served = Map(config(tmp_path, upstream.url, STORES[kind], floor))

    for _ in range(2):
        for x in range(3):
            served.tile(x)

    assert [key.coord.x for key, _ in served.stored().store.list(6)] == [0]
    assert len(upstream.requests_to("/wms")) == 5
    assert len([line for line in caplog.messages if "less than min_free_space or min_free_inodes" in line]) == 1


@pytest.mark.parametrize("kind", ["file", "mbtiles", "compact-2"])
def test_a_cache_is_kept_to_its_quota_while_it_is_filled(tmp_path: Path, upstream: UpstreamServer, kind: str) -> None:
    served = Map(config(tmp_path, upstream.url, STORES[kind], own="quota: {max_size: 500k}"))

    for x in range(30):
        served.tile(x)

    settle = served.stored().settle
    assert settle is not None
    until = time.monotonic() + 60
    while settle().total.size > 500_000:
        assert time.monotonic() < until
        time.sleep(0.05)
    left = {key.coord.x for key, _ in served.stored().store.list(6)}
    assert 0 < len(left) < 30
    assert served.tile(0).size == (256, 256)
