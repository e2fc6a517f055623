"""``dependency_injector`` without its wiring, which nobody here uses until somebody does.

Containers are passed on by hand in Tilekeep, nothing is wired into modules.  The library imports its module for that
all the same, and with it whichever frameworks for the web are installed: as much again as all the rest of it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_NAME = "dependency_injector.wiring"


class _WiringOnDemand(ModuleType):
    """Stands in for the module while the library is imported: what is taken from it loads the real one when called."""

    @staticmethod
    def wire(*parts: Any, **options: Any) -> Any:
        """See the library."""
        return _wiring().wire(*parts, **options)

    @staticmethod
    def unwire(*parts: Any, **options: Any) -> Any:
        """See the library."""
        return _wiring().unwire(*parts, **options)

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked for, by another thread or a later version of the library."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_wiring(), name)


def _wiring() -> Any:
    """The real module."""
    if isinstance(sys.modules.get(_NAME), _WiringOnDemand):
        del sys.modules[_NAME]
    return import_module(_NAME)


def _containers() -> Any:
    """The library's module of containers."""
    if _NAME in sys.modules:
        return import_module("dependency_injector.containers")
    sys.modules[_NAME] = _WiringOnDemand(_NAME)
    try:
        return import_module("dependency_injector.containers")
    finally:
        if isinstance(sys.modules.get(_NAME), _WiringOnDemand):
            del sys.modules[_NAME]


_containers()
from dependency_injector import containers, providers  # noqa: E402 - once the stand-in is there

__all__ = ["containers", "providers"]
