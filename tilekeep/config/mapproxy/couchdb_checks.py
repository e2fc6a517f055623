"""Whether the options of couchdb caches fit together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from tilekeep.adapters.storage.couchdb.fields import PLACEHOLDERS
from tilekeep.adapters.storage.couchdb.ids import COUCH_URL
from tilekeep.config.mapproxy.backends import CouchdbBackend
from tilekeep.config.mapproxy.caches import Cache
from tilekeep.config.mapproxy.refused_options import is_refused
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning

#: What CouchDB permits, once it is in small letters.
_DATABASE = re.compile(r"[a-z][a-z0-9_$()+-]*")
_VARIABLE = re.compile(r"%\((x|y|z)\)\d{0,2}[sd]|%\(grid_name\)s|%%")
_NEEDED = ("x", "y", "z")


def couchdb_problems(settings: Settings, broken: Collection[OptionPath]) -> Iterator[Problem]:
    """Of all caches of this type; ``broken`` options are not known."""
    for name, cache in settings.caches.items():
        path = ("caches", name, "cache")
        backend = cache.cache
        if cache.disable_storage or not isinstance(backend, CouchdbBackend) or is_refused(broken, path):
            continue
        yield from _address_problems(path, name, backend)
        yield from _id_problems(path, backend)
        yield from _metadata_problems(path, backend)
        yield from _without_effect(("caches", name), cache)


def _address_problems(path: OptionPath, name: str, backend: CouchdbBackend) -> Iterator[Problem]:
    try:
        parts = urlsplit(backend.url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query
    except ValueError:
        sound = False
    if not sound:
        yield error((*path, "url"), "expected a URL such as http://127.0.0.1:5984")
    # Without db_name the SRS follows, which has nothing in it that could be wrong.
    database = backend.db_name or f"{name}_"
    if not _DATABASE.fullmatch(database.lower()):
        message = f"no database can be called {database.lower()!r}; set db_name, with a letter and then letters, digits"
        option = (*path, "db_name") if backend.db_name else path
        yield error(option, f"{message} and _$()+- only", place=Place.VALUE if backend.db_name else Place.KEY)


def _id_problems(path: OptionPath, backend: CouchdbBackend) -> Iterator[Problem]:
    template = backend.tile_id.removeprefix(COUCH_URL)
    if template == backend.tile_id:
        message = f"MapProxy does not find documents with such ids again; begin with {COUCH_URL}"
        yield warning((*path, "tile_id"), message)
    plain = _VARIABLE.sub("", template)
    missing = [f"%({name})s" for name in _NEEDED if f"%({name})" not in template]
    if "%" in plain:
        known = "%(grid_name)s, %(z)s, %(x)s and %(y)s"
        yield error((*path, "tile_id"), f"{backend.tile_id!r} has a variable that does not exist; there are {known}")
    elif missing:
        yield error((*path, "tile_id"), f"all tiles would get one document; add {', '.join(missing)}")
    elif template.startswith("_"):
        yield error((*path, "tile_id"), "ids that begin with _ are CouchDB's own; choose others")


def _metadata_problems(path: OptionPath, backend: CouchdbBackend) -> Iterator[Problem]:
    for name, value in backend.tile_metadata.items():
        where = (*path, "tile_metadata", name)
        if name.startswith("_") or name == "tilekeep":
            yield error(where, "is kept for CouchDB and Tilekeep; choose another name", place=Place.KEY)
        if isinstance(value, str) and value.startswith("{{") and value not in PLACEHOLDERS:
            yield error(where, f"{value!r} does not exist; there are {', '.join(sorted(PLACEHOLDERS))}")


def _without_effect(path: OptionPath, cache: Cache) -> Iterator[Problem]:
    if cache.link_single_color_images:
        message = "'link_single_color_images' has no effect in CouchDB, where no file is a tile; remove it"
        yield warning((*path, "link_single_color_images"), message, place=Place.KEY)
