"""What everything that defragments promises: the contract of :mod:`tilekeep.ports.defragmenter`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from tilekeep.ports.defragmenter import Defragmenter


class DefragmenterSuite(ABC):
    """Subclasses make one with three files: all needed, half needed, nothing needed; sorted in this order."""

    @abstractmethod
    def make(self, folder: Path) -> Defragmenter:
        """Something with the three files."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Defragmenter:
        return self.make(tmp_path)

    def test_it_knows_its_files_and_how_much_of_each_is_needed(self, store: Defragmenter) -> None:
        full, half, nothing = store.files()

        shares = [use.unused_share for use in map(store.use_of, (full, half, nothing)) if use is not None]
        assert shares[0] == 0.0
        assert 0.3 < shares[1] < 0.6
        assert shares[2] > 0.5

    def test_a_defragmented_file_is_needed_to_the_last_byte(self, store: Defragmenter) -> None:
        _, half, _ = store.files()
        before = store.use_of(half)

        store.defragment(half)

        after = store.use_of(half)
        assert before is not None
        assert after is not None
        assert (after.used, after.unused) == (before.used, 0)

    def test_a_file_without_tiles_disappears(self, store: Defragmenter) -> None:
        full, half, nothing = store.files()

        store.defragment(nothing)

        assert store.files() == [full, half]
        assert store.use_of(nothing) is None

    def test_a_file_that_is_gone_is_no_error(self, store: Defragmenter) -> None:
        *_, nothing = store.files()
        store.defragment(nothing)

        store.defragment(nothing)

        assert store.use_of(nothing) is None
