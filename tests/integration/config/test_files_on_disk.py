"""Configurations as they lie on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.mapproxy.meaning_cache import effective_cache
from tilekeep.config.mapproxy.meaning_grid import effective_grid
from tilekeep.config.mapproxy.meaning_services import effective_services
from tilekeep.config.mapproxy.meaning_tile_layers import effective_tile_layers
from tilekeep.config.problems import ConfigurationProblems

COMPLETE = Path(__file__).parents[2] / "data" / "configs" / "complete" / "mapproxy.yaml"


def test_a_configuration_with_every_option_loads_without_doubts() -> None:
    loaded = load_settings(str(COMPLETE), variables={"API_KEY": "k", "PROVIDER": "Us"})

    assert [problem.message for problem in loaded.report.problems] == ["the demo page is on; turn it off in production"]
    assert loaded.base_dir == str(COMPLETE.parent)
    assert [Path(name).name for name in loaded.files] == ["mapproxy.yaml", "globals.yaml", "sources.yaml"]


def test_every_part_of_it_has_a_meaning() -> None:
    loaded = load_settings(str(COMPLETE), variables={"API_KEY": "k", "PROVIDER": "Us"})
    settings = loaded.settings

    caches = [effective_cache(settings, name, loaded.base_dir) for name in settings.caches]
    grids = [effective_grid(settings, name) for cache in caches for name in cache.grids]

    assert [len(cache.sources) for cache in caches] == [2, 1, 1]
    assert len(grids) == 6
    assert [layer.name for layer in effective_tile_layers(settings)] == ["streets", "mixed", "weather"]
    assert effective_services(settings).tms is not None


def test_secrets_do_not_show_in_representations() -> None:
    loaded = load_settings(str(COMPLETE), variables={"API_KEY": "hunter2", "PROVIDER": "Us"})

    text = repr(loaded) + repr(effective_cache(loaded.settings, "streets", loaded.base_dir))
    text += repr(effective_cache(loaded.settings, "photos", loaded.base_dir))

    assert "hunter2" not in text
    assert "secret" not in text


def test_a_file_that_is_missing_is_reported_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationProblems) as problems:
        load_settings(str(tmp_path / "no.yaml"), variables={})

    [problem] = problems.value.report.errors
    assert problem.file == str(tmp_path / "no.yaml")
    assert "No such file or directory" in problem.message


def test_a_directory_in_place_of_a_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationProblems) as problems:
        load_settings(str(tmp_path), variables={})

    assert "cannot be read: Is a directory" in str(problems.value)


def test_a_relative_path_is_resolved_against_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mapproxy.yaml").write_text("services: {tms: }\n")
    monkeypatch.chdir(tmp_path)

    loaded = load_settings("mapproxy.yaml", variables={})

    assert loaded.base_dir == str(tmp_path)
    assert loaded.files == (str(tmp_path / "mapproxy.yaml"),)


def test_a_file_may_start_with_a_byte_order_mark_or_be_utf_16(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "mapproxy.yaml").write_text("services: {tms: {md: {title: Größe}}}\n", encoding=encoding)

        tms = load_settings(str(tmp_path / "mapproxy.yaml"), variables={}).settings.services.tms

        assert tms is not None
        assert tms.md is not None
        assert tms.md.title == "Größe"
