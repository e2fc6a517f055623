"""What is known of a request when it has been answered, for those who measure or write it down."""

from __future__ import annotations

from collections.abc import Iterable

from tilekeep.entrypoints.wsgi.response import Environ

#: Where the facts of a request stand in its environment; nobody notes any where nobody wants them.
FACTS = "tilekeep.request_facts"


class RequestFacts:
    """Noted by handlers on the way.

    :ivar service: which service answers, once that is known.
    :ivar layers: names of the configured layers that are shown or asked about.
    :ivar state: where a tile or map came from, as in :class:`tilekeep.domain.tile_state.TileState`.
    """

    # Defaults of the class cost nothing when an object of it is made, as one is for each request.
    service: str | None = None
    layers: tuple[str, ...] = ()
    state: str | None = None


def note_service(environ: Environ, service: str) -> None:
    """Says which service answers."""
    facts = environ.get(FACTS)
    if facts is not None:
        facts.service = service


def note_layers(environ: Environ, layers: Iterable[str | None]) -> None:
    """Says which layers the answer is about; those without a name are left out."""
    facts = environ.get(FACTS)
    if facts is not None:
        facts.layers = tuple(layer for layer in layers if layer is not None)


def note_state(environ: Environ, state: str) -> None:
    """Says where the answer came from."""
    facts = environ.get(FACTS)
    if facts is not None:
        facts.state = state
