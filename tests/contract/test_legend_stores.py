"""The legend store, and its fake, keep what legend stores promise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.contract.legend_store_suite import NAME, OTHER, LegendStoreSuite
from tests.fakes.clock import FakeClock
from tests.fakes.legends import FakeLegendStore
from tilekeep.adapters.storage.legend_files import LegendFiles
from tilekeep.domain.errors import StoreError


class TestFakeLegendStore(LegendStoreSuite):
    def make_store(self, folder: Path) -> FakeLegendStore:
        return FakeLegendStore()


class TestLegendFiles(LegendStoreSuite):
    def make_store(self, folder: Path) -> LegendFiles:
        return LegendFiles(str(folder), FakeClock())

    def test_files_and_directory_have_the_permissions_of_the_configuration(self, tmp_path: Path) -> None:
        folder = tmp_path / "legends"
        store = LegendFiles(str(folder), FakeClock(), directory_permissions=0o750, file_permissions=0o640)

        store.write(NAME, b"legend")

        assert os.listdir(folder) == [NAME]
        assert [oct(path.stat().st_mode & 0o777) for path in (folder, folder / NAME)] == ["0o750", "0o640"]

    def test_a_full_directory_takes_no_new_ones(self, tmp_path: Path) -> None:
        store = LegendFiles(str(tmp_path), FakeClock(), most_files=1)
        store.write(NAME, b"one")

        store.write(OTHER, b"two")
        store.write(NAME, b"newer")

        assert (store.read(NAME), store.read(OTHER)) == (b"newer", None)

    def test_what_is_no_file_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / NAME).mkdir()
        store = LegendFiles(str(tmp_path), FakeClock())

        with pytest.raises(StoreError, match="cannot be read"):
            store.read(NAME)
        with pytest.raises(StoreError, match="cannot be written"):
            store.write(NAME, b"legend")
