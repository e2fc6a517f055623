"""What an export is asked for."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from tilekeep.config.loading.environment import Expansion
from tilekeep.config.loading.plain_data import plain_data
from tilekeep.config.loading.yaml_nodes import YamlProblem, parse
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid
from tilekeep.domain.level_text import ENDLESS
from tilekeep.entrypoints.cli.exit_codes import EXIT_CONFIGURATION
from tilekeep.entrypoints.cli.export_types import ExportType


@dataclass(frozen=True, slots=True)
class ExportCall:
    """What is wanted.

    :ivar grid: a name, or ``option=value option=value``.
    :ivar dest: where the tiles go; starts at the current directory.
    :ivar levels: of the grid, ascending; an open end is :data:`tilekeep.domain.level_text.ENDLESS`.
    :ivar coverages: areas as in files of tasks, with absolute paths; without an SRS they are in that of the grid.  None
        are everywhere.
    :ivar progress_file: where it is noted what is done; None for nowhere.
    :ivar goes_on: whether an earlier run is gone on with.
    :ivar url: at which the destination will be found, for documents that name it.
    """

    source: str
    grid: str
    dest: str
    type: ExportType
    levels: tuple[int, ...]
    fetches: bool
    coverages: tuple[Mapping[str, Any], ...]
    workers: int
    dry_run: bool
    quiet: int
    progress_file: str | None = None
    goes_on: bool = False
    url: str | None = None

    def levels_of(self, grid: TileGrid) -> tuple[int, ...]:
        """Those levels that are meant.

        :raises ConfigurationError: the grid does not have them.
        """
        is_open = self.levels[-1] == ENDLESS
        levels = tuple(level for level in self.levels if level < grid.levels or not is_open)
        if not levels or levels[-1] >= grid.levels:
            raise ConfigurationError(f"destination grid only has {grid.levels} levels")
        return levels

    def refuse_existing(self, *, adds: bool, option: str) -> None:
        """Ends the program with exit code 2 where something is at the destination, unless ``option`` ``adds`` to it."""
        if os.path.exists(self.dest) and not adds:
            click.echo(f"ERROR: destination exists, remove first or use {option}", err=True)
            sys.exit(EXIT_CONFIGURATION)


def unpacked_place(dest: str) -> str:
    """Where the tiles of an archive lie until all of them are there."""
    return f"{dest}.unpacked.mbtiles"


def given_grid(given: str) -> str | Mapping[str, Any]:
    """A name, or the options of a grid."""
    if "=" not in given:
        return given
    options = {}
    try:
        for part in shlex.split(given):
            name, _, value = part.partition("=")
            root = parse(value.encode(), "--grid").root
            options[name] = None if root is None else plain_data(root, Expansion({}))
    except (ValueError, YamlProblem) as error:
        raise ConfigurationError(f"invalid grid configuration: {error}") from error
    return options
