"""Tilekeep: a tile cache between map clients and map servers.

Public names are loaded on first use (PEP 562), so that ``tilekeep.domain`` can be imported alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tilekeep._version import __version__
    from tilekeep.adapters.imaging.image_result import ImageOptions, ImageResult, ImageSource
    from tilekeep.entrypoints.seeding.calls import cleanup, invalidate, seed
    from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app
    from tilekeep.entrypoints.wsgi.make_multi_app import make_multi_app

__all__ = [
    "ImageOptions",
    "ImageResult",
    "ImageSource",
    "__version__",
    "cleanup",
    "invalidate",
    "make_multi_app",
    "make_wsgi_app",
    "seed",
]

_IMAGES = "tilekeep.adapters.imaging.image_result"
_SEEDING = "tilekeep.entrypoints.seeding.calls"
_HOMES = {
    "ImageOptions": _IMAGES,
    "ImageResult": _IMAGES,
    "ImageSource": _IMAGES,
    "__version__": "tilekeep._version",
    "cleanup": _SEEDING,
    "invalidate": _SEEDING,
    "make_multi_app": "tilekeep.entrypoints.wsgi.make_multi_app",
    "make_wsgi_app": "tilekeep.entrypoints.wsgi.make_app",
    "seed": _SEEDING,
}


def __getattr__(name: str) -> Any:
    """Finds a public name in the module that defines it."""
    import importlib

    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'tilekeep' has no attribute {name!r}")
    from tilekeep.config.loading.garbage import garbage_collection_paused

    with garbage_collection_paused():
        return getattr(importlib.import_module(home), name)
