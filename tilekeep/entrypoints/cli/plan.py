"""``tilekeep plan``: what a change of the configuration does to stored tiles."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.check import load_or_exit

if TYPE_CHECKING:
    from tilekeep.config.assemble.planned_changes import Change, Configured
    from tilekeep.config.loading.settings_file import LoadedSettings

#: Exit code for a change after which stored tiles are not found, or taken for others.
EXIT_TILES_LOST = 1

_FILE = click.Path(exists=True, dir_okay=False, readable=True)


@click.command("plan")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.environment
def command(old: str, new: str, as_json: bool, environment: str | None) -> None:
    """Say what becomes of stored tiles when the configuration file NEW takes the place of OLD.

    \b
    kept      they are found as before
    outdated  likewise, but new tiles will be made in another way
    re-keyed  the cache looks for its tiles elsewhere, or by other names
    orphaned  no cache looks for them any more
    misread   they are found, and taken for tiles of other places
    new       there were none

    Nothing is read but the files, and nothing is changed.  Relative places in OLD are meant from the directory of NEW.
    The exit code is 0 if all stored tiles are found as before, 1 if some are not or are misread, and 2 for a
    configuration that cannot be obeyed.
    """  # noqa: D301 - click takes a backspace for a paragraph whose lines stay as they are
    from tilekeep.config.assemble.planned_changes import Fate, planned_changes

    loaded = load_or_exit(new, environment)
    before = replace(load_or_exit(old, environment), base_dir=loaded.base_dir)
    changes = list(planned_changes(_configured(before), _configured(loaded)))
    click.echo(json.dumps([_as_json(change) for change in changes], indent=2) if as_json else _table(changes))
    if any(change.fate in (Fate.REKEYED, Fate.ORPHANED, Fate.MISREAD) for change in changes):
        sys.exit(EXIT_TILES_LOST)


def _configured(loaded: LoadedSettings) -> Configured:
    from tilekeep.config.assemble.planned_changes import Configured
    from tilekeep.config.checked_container import checked_container

    grids = checked_container(loaded).use_cases.grids()
    return Configured(loaded.settings, loaded.base_dir, grids.grid)


def _table(changes: list[Change]) -> str:
    if not changes:
        return "no cache stores tiles"
    width = max(len(f"{change.cache} {change.grid}") for change in changes)
    lines = (_line(change, width) for change in changes)
    return "\n".join(lines)


def _line(change: Change, width: int) -> str:
    name = f"{change.cache} {change.grid}".ljust(width)
    reason = f": {change.reason}" if change.reason else ""
    return f"{change.fate.value:9} {name}  {change.place}{reason}"


def _as_json(change: Change) -> dict[str, str]:
    return {**change._asdict(), "fate": change.fate.value}
