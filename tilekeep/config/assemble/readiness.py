"""What has to be in order before a process should be given requests."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Mapping

from tilekeep.adapters.directories import make_directories
from tilekeep.config.assemble.cache_rules import is_storage_only
from tilekeep.config.mapproxy.meaning_cache import effective_cache
from tilekeep.config.mapproxy.meaning_globals import EffectiveGlobals
from tilekeep.config.mapproxy.root import Settings

log = logging.getLogger("tilekeep.health")


def readiness_checks(
    settings: Settings, base_dir: str, options: EffectiveGlobals
) -> Mapping[str, Callable[[], str | None]]:
    """Checks by name; each says what is wrong, or gives None.

    Only where tiles are made something has to be written.
    """
    if all(is_storage_only(effective_cache(settings, name, base_dir)) for name in settings.caches):
        return {}
    return {"lock_dir": lambda: _written(options.lock_dir, options.directory_permissions)}


def _written(directory: str, permissions: int | None) -> str | None:
    """Whether files can be made in a directory; why not goes to the log, as it names paths."""
    try:
        make_directories(directory, permissions)
        with tempfile.TemporaryFile(dir=directory):
            return None
    except OSError as error:
        problem = f"files cannot be made in {directory!r}: {error}"
        log.error("not ready: %s", problem)  # noqa: TRY400 - the text says it all
        return problem
