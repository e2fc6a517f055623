"""Whether what is stored could be read again: permissions, and ages of tiles."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.meaning_refresh import refresh_limit
from tilekeep.config.mapproxy.options import Options
from tilekeep.config.mapproxy.paths import octal
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Problem, error, warning
from tilekeep.domain.staleness import RelativeLimit


def storage_problems(settings: Settings) -> Iterator[Problem]:
    """Of the globals and all caches."""
    yield from _permission_problems(("globals", "cache"), settings.globals.cache)
    for name, cache in settings.caches.items():
        if cache.cache is not None:
            yield from _permission_problems(("caches", name, "cache"), cache.cache)
        yield from _age_problems(("caches", name, "refresh_before"), cache)
        yield from _quota_problems(settings, ("caches", name), cache)


def _quota_problems(settings: Settings, path: OptionPath, cache: Cache) -> Iterator[Problem]:
    """What a cache holds is known from its ledger only."""
    if cache.quota is None:
        return
    if not (settings.globals.cache.ledger if cache.ledger is None else cache.ledger):
        yield error((*path, "quota"), "how much is stored is known from the ledger; set ledger: true")
    if cache.disable_storage:
        yield warning((*path, "quota"), "has no effect, as disable_storage stores nothing")


def _permission_problems(path: OptionPath, options: Options) -> Iterator[Problem]:
    """The owner is the process that stores tiles; it must find them again."""
    directories, files = (
        octal(getattr(options, option, None)) for option in ("directory_permissions", "file_permissions")
    )
    if directories is not None and not directories & stat.S_IXUSR:
        message = f"with {directories:o} the owner cannot enter directories; use permissions such as '755'"
        yield error((*path, "directory_permissions"), message)
    if files is not None and not files & stat.S_IRUSR:
        message = f"with {files:o} the owner cannot read files; use permissions such as '644'"
        yield error((*path, "file_permissions"), message)


def _age_problems(path: OptionPath, cache: Cache) -> Iterator[Problem]:
    limit = refresh_limit(cache.refresh_before, "")
    if isinstance(limit, RelativeLimit) and limit.max_age_seconds < 0:
        yield error(path, f"an age of {limit.max_age_seconds:g} seconds lies in the future; use numbers of at least 0")
