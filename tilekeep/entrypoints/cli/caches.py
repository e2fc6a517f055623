"""``tilekeep caches``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tilekeep.domain.errors import TilekeepError
from tilekeep.domain.ledger import DAY_SECONDS, Account, Count
from tilekeep.entrypoints.cli import options
from tilekeep.entrypoints.cli.chosen_stores import chosen_stores_or_exit
from tilekeep.entrypoints.cli.configured import configured_or_exit
from tilekeep.entrypoints.facts.stores import account_facts
from tilekeep.entrypoints.quantities import size_text, tiles_text

if TYPE_CHECKING:
    from tilekeep.config.assemble.cache_parts import StoredCache

_EXIT_UNKNOWN = 1

#: What tiles are before if nobody knows when they were stored, or if they have been marked stale.
_SOME_TIME = float(DAY_SECONDS)


@click.command("caches")
@options.configuration
@click.option("--caches", metavar="NAME,...", help="Only these caches; all without it.")
@click.option("--scan", is_flag=True, help="List all that is stored, to see what other programs have changed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the tiles stored on each day.")
@options.environment
def command(config: str, caches: str | None, scan: bool, as_json: bool, environment: str | None) -> None:
    """Say how many tiles the caches of the configuration file CONFIG hold, how large they are, and how old.

    Counted is what has changed since the last time; a cache that was never counted is listed as a whole, and so is
    one without ledger.  Servers and seeding may go on meanwhile.  The exit code is 1 if a cache could not be counted.
    """
    stores = chosen_stores_or_exit(configured_or_exit(config, environment).container, caches)
    found, failed = [], False
    for stored in stores:
        try:
            account = _account(stored, scan=scan)
        except TilekeepError as error:
            click.echo(f"ERROR: {stored.tile_set.cache} {stored.tile_set.grid}: {error}", err=True)
            failed = True
            continue
        if as_json:
            found.append(account_facts(stored.tile_set.cache, stored.tile_set.grid, account))
        else:
            _say(stored, account)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    if failed:
        sys.exit(_EXIT_UNKNOWN)


def _account(stored: StoredCache, *, scan: bool) -> Account:
    """The account, from the ledger or else from the listing."""
    from tilekeep.application.settle_ledger import listed_account

    if stored.settle is None:
        return listed_account(stored.store, stored.grid.levels)
    return stored.settle(scan=scan)


def _say(stored: StoredCache, account: Account) -> None:
    """One line for the cache, and one for each of its levels with tiles."""
    tiles, size = account.total
    unsettled = f", {account.unsettled} areas are just changing" if account.unsettled else ""
    forms = account.other_forms
    others = f", {forms.tiles} other forms of them with {size_text(forms.size)}" if forms.tiles else ""
    name = f"{stored.tile_set.cache} {stored.tile_set.grid}"
    click.echo(f"{name}: {tiles_text(tiles)}, {size_text(size)}{others}{unsettled}")
    for line in _table(account.levels.items()):
        click.echo(line)


def _table(levels: Iterable[tuple[int, Count]]) -> Iterator[str]:
    """The levels, with equal columns."""
    for z, count in levels:
        ages = f"{_time(count.oldest):>17}  {_time(count.newest):>17}"
        yield f"  level {z:>2} {tiles_text(count.tiles):>18} {size_text(count.size):>10}  stored {ages}"


def _time(instant: float) -> str:
    """To the minute, in UTC."""
    if instant < _SOME_TIME:
        return "unknown"
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%MZ")
