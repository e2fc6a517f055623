"""What every legend store promises: the contract of :mod:`tilekeep.ports.legend_store`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tilekeep.ports.legend_store import LegendStore

NAME = "0123456789abcdef0123456789abcdef.png"
OTHER = "fedcba9876543210fedcba9876543210.png"


class LegendStoreSuite(ABC):
    @abstractmethod
    def make_store(self, folder: Path) -> LegendStore:
        """An empty store; ``folder`` does not exist yet."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> LegendStore:
        return self.make_store(tmp_path / "below" / "legends")

    def test_nothing_is_kept_at_first(self, store: LegendStore) -> None:
        assert store.read(NAME) is None

    def test_what_is_kept_comes_back(self, store: LegendStore) -> None:
        store.write(NAME, b"one")
        store.write(OTHER, b"two")

        assert (store.read(NAME), store.read(OTHER)) == (b"one", b"two")

    def test_the_last_one_counts(self, store: LegendStore) -> None:
        store.write(NAME, b"older and longer")
        store.write(NAME, b"newer")

        assert store.read(NAME) == b"newer"

    def test_an_empty_one_is_none(self, store: LegendStore) -> None:
        store.write(NAME, b"")

        assert store.read(NAME) is None

    def test_threads_see_whole_legends_only(self, store: LegendStore) -> None:
        bodies = [character * 100_000 for character in (b"a", b"b", b"c")]

        def work(body: bytes) -> None:
            for _ in range(20):
                store.write(NAME, body)
                assert store.read(NAME) in bodies

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(work, bodies))
