"""The stores of the caches that a command is for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tilekeep.config.assemble.cache_parts import StoredCache
    from tilekeep.config.containers import TilekeepContainer

_EXIT_UNKNOWN_CACHE = 2


def chosen_stores_or_exit(container: TilekeepContainer, caches: str | None) -> list[StoredCache]:
    """The stores of the ``caches``, whose names are separated by commas, or of all; unknown ones end the program."""
    stores = list(container.use_cases.caches().stores())
    known = list(dict.fromkeys(stored.tile_set.cache for stored in stores))
    wanted = caches.split(",") if caches else known
    if unknown := [name for name in wanted if name not in known]:
        click.echo(f"unknown caches: {', '.join(unknown)}; available caches: {', '.join(known)}", err=True)
        sys.exit(_EXIT_UNKNOWN_CACHE)
    return [stored for stored in stores if stored.tile_set.cache in wanted]
