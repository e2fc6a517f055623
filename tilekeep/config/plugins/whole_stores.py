"""Whether a store of a plugin has all that the port has: one made for an older version would fail at some tile."""

from __future__ import annotations

from inspect import Parameter, signature

from tilekeep.ports.tile_store import TileStore


def missing_from(store: object) -> str | None:
    """The first method of the port, or parameter of one, that ``store`` has not; None if it has them all."""
    for name in dir(TileStore):
        wanted = getattr(TileStore, name)
        if name.startswith("_") or not callable(wanted):
            continue
        method = getattr(store, name, None)
        if method is None:
            return f"method {name!r}"
        parameters = signature(method).parameters
        if any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values()):
            continue
        for parameter in signature(wanted).parameters:
            if parameter != "self" and parameter not in parameters:
                return f"parameter {parameter!r} of its method {name!r}"
    return None
