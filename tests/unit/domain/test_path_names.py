"""Names as parts of paths."""

from __future__ import annotations

import pytest

from tilekeep.domain.path_names import fits_in_path


@pytest.mark.parametrize("name", ["osm", "my layer", "100%", "q?x#y", "日本", "...", ".x", "a.b"])
def test_any_name_fits_that_nothing_on_the_way_changes(name: str) -> None:
    assert fits_in_path(name)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/"])
def test_names_that_paths_lose_or_split_do_not_fit(name: str) -> None:
    assert not fits_in_path(name)
