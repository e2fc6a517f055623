"""What a look at a real disk says about paths."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tilekeep.config.loading.paths_on_disk import PathsOnDisk

NOT_AS_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


def test_a_file_can_be_read_or_is_missing(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")

    assert PathsOnDisk().unreadable_file(str(tmp_path / "ca.pem")) is None
    assert PathsOnDisk().unreadable_file(str(tmp_path / "no.pem")) == "No such file or directory"


@NOT_AS_ROOT
def test_a_file_of_somebody_else_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch(mode=0)

    assert PathsOnDisk().unreadable_file(str(tmp_path / "ca.pem")) == "Permission denied"


def test_directories_and_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert PathsOnDisk().is_directory(str(tmp_path))
    assert not PathsOnDisk().is_directory(str(tmp_path / "file"))
    assert PathsOnDisk().exists(str(tmp_path / "file"))
    assert not PathsOnDisk().exists(str(tmp_path / "none"))


def test_a_directory_can_still_be_made_and_is_not_made_by_looking(tmp_path: Path) -> None:
    assert PathsOnDisk().unusable_directory(str(tmp_path / "a" / "b")) is None
    assert PathsOnDisk().unusable_directory(str(tmp_path / "no" / ".." / "b")) is None

    assert list(tmp_path.iterdir()) == []


def test_nothing_can_be_stored_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "lockfile").touch()

    reason = PathsOnDisk().unusable_directory(str(tmp_path / "lockfile" / "x" / "y"))

    assert reason == f"{str(tmp_path / 'lockfile')!r} is no directory"


@NOT_AS_ROOT
def test_nothing_can_be_stored_where_this_process_may_not_write(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)

    reason = PathsOnDisk().unusable_directory(str(tmp_path / "closed" / "x"))

    assert reason == f"this process may not write to {str(tmp_path / 'closed')!r}"
