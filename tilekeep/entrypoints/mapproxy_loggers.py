"""Loggers that a set-up names as MapProxy does (spec/util-deploy.md, 12.5): what is said of them counts for ours."""

from __future__ import annotations

import logging

_THEIRS, _OURS = "mapproxy", "tilekeep"

#: Where ours are called otherwise; all others differ in the first word alone.
_COUNTERPARTS = {
    "mapproxy.cache.azureblob": "tilekeep.cache.tile",
    "mapproxy.cache.file": "tilekeep.cache.tile",
    "mapproxy.cache.s3": "tilekeep.cache.tile",
    "mapproxy.proj": "tilekeep.system",
    "mapproxy.seed.config": "tilekeep.seed",
    "mapproxy.seed.seeder": "tilekeep.seed",
    "mapproxy.seed.util": "tilekeep.seed",
    "mapproxy.source.ogcapimaps": "tilekeep.source.ogcapi",
    "mapproxy.source.ogcapitiles": "tilekeep.source.ogcapi",
}


def counterpart(theirs: str) -> str:
    """The name of our logger for one of MapProxy's."""
    return _COUNTERPARTS.get(theirs) or _OURS + theirs.removeprefix(_THEIRS)


def adopt_mapproxy_loggers() -> None:
    """Gives our loggers level, handlers and propagation of their counterparts, unless they have been set up themselves.

    Set-ups that are made with ``disable_existing_loggers`` disable what they do not name; ours are enabled again then,
    since they would not have existed yet in MapProxy.
    """
    found = logging.Logger.manager.loggerDict
    for name in [name for name in found if name == _OURS or name.startswith(f"{_OURS}.")]:
        logging.getLogger(name).disabled = False
    for name in [name for name in found if name == _THEIRS or name.startswith(f"{_THEIRS}.")]:
        theirs = logging.getLogger(name)
        if _is_set_up(theirs):
            _adopt(theirs, logging.getLogger(counterpart(name)))


def _adopt(theirs: logging.Logger, ours: logging.Logger) -> None:
    if _is_set_up(ours):
        return
    ours.setLevel(theirs.level)
    ours.propagate = theirs.propagate
    for handler in theirs.handlers:
        ours.addHandler(handler)


def _is_set_up(logger: logging.Logger) -> bool:
    return bool(logger.handlers) or logger.level != logging.NOTSET or not logger.propagate
