"""Marks on options that are known but not obeyed: refused, waiting for a service, or without effect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Later:
    """An option whose behaviour comes with a later version: using it stops the start.

    :ivar off: values that ask for nothing and are accepted.
    :ivar remedy: what to do instead of removing the option.
    """

    off: tuple[object, ...] = ()
    remedy: str = "remove it"


@dataclass(frozen=True, slots=True)
class OnlyFor:
    """An option that concerns nothing but ``what``, which this version does not offer: using it warns.

    :ivar off: values that ask for nothing and are accepted in silence.
    """

    what: str
    off: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class NoEffect:
    """An option that the reference ignores, or that cannot matter here: using it warns with the reason."""

    reason: str


Marker = Later | OnlyFor | NoEffect

OGC_API = OnlyFor("OGC API services")
