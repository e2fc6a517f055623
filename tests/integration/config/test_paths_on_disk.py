"""What a look at a real disk says about paths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.contract.processes import become_nobody, forked, wait_for
from tilekeep.config.loading.paths_on_disk import PathsOnDisk


def as_nobody(look: Callable[[], str | None], expected: str) -> None:
    """Looks as a user who is not the superuser, who may read and write everything."""

    def work() -> None:
        become_nobody()
        assert look() == expected

    wait_for(forked(work))


def test_a_file_can_be_read_or_is_missing(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")

    assert PathsOnDisk().unreadable_file(str(tmp_path / "ca.pem")) is None
    assert PathsOnDisk().unreadable_file(str(tmp_path / "no.pem")) == "No such file or directory"


def test_a_file_of_somebody_else_cannot_be_read(open_folder: Path) -> None:
    file = open_folder / "ca.pem"
    file.touch(mode=0)

    as_nobody(lambda: PathsOnDisk().unreadable_file(str(file)), "Permission denied")


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


def test_nothing_can_be_stored_where_this_process_may_not_write(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o555)

    expected = f"this process may not write to {str(closed)!r}"
    as_nobody(lambda: PathsOnDisk().unusable_directory(str(closed / "x")), expected)
