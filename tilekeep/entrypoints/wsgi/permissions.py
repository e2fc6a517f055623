"""What an authorisation hook has answered, as values (spec/auth-plugins-decorate.md, 2.2 and 2.6)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tilekeep.domain.errors import UnreadableArea
from tilekeep.entrypoints.wsgi.response import NOT_STORABLE, Response, plain_text
from tilekeep.ports.areas import Area, AreaReader

log = logging.getLogger("tilekeep.wsgiapp")


class AccessDenied(Exception):
    """The hook refuses the request; rendered as plain text by the application, whatever the protocol."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text

    def response(self) -> Response:
        """401 or 403 in plain text, which nobody may keep."""
        return plain_text(self.status, self.text, NOT_STORABLE)


class LayerPermission(NamedTuple):
    """What is permitted of a layer, which is nothing unless it is said.

    :ivar flags: by feature (``map``, ``featureinfo``, ``tile``), as the hook gave them.
    :ivar area: where it is permitted; None is everywhere.
    """

    flags: Mapping[str, object]
    area: Area | None = None

    def grants(self, feature: str) -> bool:
        """Whether requests may use the feature: what is merely true is not enough (the same document, 2.3)."""
        return self.flags.get(feature) is True

    def lists(self, feature: str) -> bool:
        """Whether documents may mention it, for which everything that is true will do."""
        return bool(self.flags.get(feature))


NOTHING = LayerPermission({})


@dataclass(frozen=True, slots=True)
class Permissions:
    """A permission for parts of what was asked for.

    :ivar area: where the whole answer is permitted; None is everywhere.
    """

    area: Area | None
    _layers: Mapping[object, object] = field(repr=False)
    _reader: AreaReader = field(repr=False)

    def of(self, layer: str | None) -> LayerPermission:
        """What is permitted of a layer; only here are its limits read, as a hook may name thousands of layers.

        :raises AccessDenied: 403, as the hook says something that means nothing.
        """
        said = self._layers.get(layer)
        if said is None:
            return NOTHING
        if not isinstance(said, Mapping):
            raise _broken(f"the permission for layer {layer} is no mapping but {said!r:.200}")
        return LayerPermission(said, _area(said, f"layer {layer}", self._reader))


def read_permissions(answer: object, reader: AreaReader) -> Permissions | None:
    """The answer of a hook: None if everything is permitted.

    What means nothing permits nothing: a hook with a mistake in it must not open what it is there to close.

    :raises AccessDenied: 401 or 403, as the hook says or because its answer means nothing.
    """
    if not isinstance(answer, Mapping):
        raise _broken(f"the answer is no mapping but {answer!r:.200}")
    authorised = answer.get("authorized")
    if authorised == "full":
        return None
    if authorised == "unauthenticated":
        raise AccessDenied(401, "unauthorized")
    if authorised == "none":
        raise _forbidden()
    if authorised != "partial":
        raise _broken(f"authorized is {authorised!r:.200}, not full, partial, none or unauthenticated")
    layers = answer.get("layers")
    if layers is not None and not isinstance(layers, Mapping):
        raise _broken(f"layers is no mapping but {layers!r:.200}")
    return Permissions(_area(answer, "the whole answer", reader), layers or {}, reader)


def _area(said: Mapping[str, object], of: str, reader: AreaReader) -> Area | None:
    limit = said.get("limited_to")
    if limit is None:
        return None
    if not isinstance(limit, Mapping) or not limit.keys() >= {"srs", "geometry"}:
        raise _broken(f"limited_to of {of} is no mapping with srs and geometry but {limit!r:.200}")
    try:
        return reader.read(limit["geometry"], limit["srs"])
    except UnreadableArea as error:
        raise _broken(f"limited_to of {of}: {error}") from error


def _broken(reason: str) -> AccessDenied:
    log.error("refused, as the permissions given by the authorisation hook mean nothing: %s", reason)
    return _forbidden()


def _forbidden() -> AccessDenied:
    return AccessDenied(403, "forbidden")
