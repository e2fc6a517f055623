"""Configurations that live in memory: files by name, and a minimal one to build on."""

from __future__ import annotations

from collections.abc import Mapping

from tilekeep.config.loading.settings_file import LoadedSettings, load_settings
from tilekeep.config.problems import ConfigurationProblems, Report

MINIMAL = """\
services:
  tms:
layers:
  - name: osm
    title: OSM
    sources: [osm_cache]
caches:
  osm_cache:
    grids: [GLOBAL_WEBMERCATOR]
    sources: [osm]
sources:
  osm:
    type: wms
    req:
      url: http://maps.example.org/wms
      layers: roads
"""


class FilesInMemory:
    """Reads from a dictionary what a disk would hold."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = files

    def __call__(self, path: str) -> bytes:
        if path not in self._files:
            raise FileNotFoundError(2, "No such file or directory", path)
        body = self._files[path]
        return body if isinstance(body, bytes) else body.encode()


class PathsInMemory:
    """A disk on which every path is as it should be but those of ``wrong``, which maps paths to reasons."""

    def __init__(self, wrong: Mapping[str, str] | None = None) -> None:
        self._wrong = wrong or {}

    def unreadable_file(self, path: str) -> str | None:
        return self._wrong.get(path)

    def unusable_program(self, path: str) -> str | None:
        return self._wrong.get(path)

    def is_directory(self, path: str) -> bool:
        return path not in self._wrong

    def exists(self, path: str) -> bool:
        return path not in self._wrong

    def unusable_directory(self, path: str) -> str | None:
        return self._wrong.get(path)


def loaded(
    text: str | bytes,
    *,
    variables: Mapping[str, str] | None = None,
    environment: str | None = None,
    others: Mapping[str, str | bytes] | None = None,
    wrong_paths: Mapping[str, str] | None = None,
) -> LoadedSettings:
    """The settings of ``/etc/maps/mapproxy.yaml``; ``others`` are files beside it, by absolute path.

    ``wrong_paths`` are those of which the disk says that they cannot be used, with the reasons.
    """
    files = {"/etc/maps/mapproxy.yaml": text, **(others or {})}
    return load_settings(
        "/etc/maps/mapproxy.yaml",
        environment=environment,
        variables=variables or {},
        read=FilesInMemory(files),
        paths=PathsInMemory(wrong_paths),
    )


def report_of(
    text: str | bytes,
    *,
    variables: Mapping[str, str] | None = None,
    environment: str | None = None,
    others: Mapping[str, str | bytes] | None = None,
    wrong_paths: Mapping[str, str] | None = None,
) -> Report:
    """All problems of a configuration, whether it can be obeyed or not."""
    try:
        return loaded(text, variables=variables, environment=environment, others=others, wrong_paths=wrong_paths).report
    except ConfigurationProblems as problems:
        return problems.report
