"""Sources with mirrors: one source for each server, and what chooses between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tilekeep.application.sources.mirrored_source import MirroredSource, MirrorHealth
from tilekeep.application.store_gate import StoreGate
from tilekeep.config.assemble.source_parts import SourceParts
from tilekeep.config.mapproxy.meaning_source import EffectiveSource
from tilekeep.domain.stand_in import NO_STAND_INS
from tilekeep.ports.map_source import MapSource


def mirrored(
    source: EffectiveSource,
    parts: SourceParts,
    health: Callable[[tuple[str, ...]], MirrorHealth],
    gate: StoreGate,
    make: Callable[[EffectiveSource], MapSource],
) -> MapSource:
    """The source with its mirrors; images that stand for failures do so when all have failed.

    Args:
        source: of a type that has an address.
        parts: what sources are made with.
        health: of the servers at some addresses, shared by all sources that have these.
        gate: checks what is put on a canvas.
        make: makes a source that asks one server.
    """
    options: Any = source
    addresses = (options.url, *source.mirrors)
    sources = [make(replace(options, url=url, mirrors=(), stand_ins=NO_STAND_INS)) for url in addresses]
    made = MirroredSource(source.name, sources, health(addresses), parts.clock)
    return parts.with_stand_ins(made, source.name, options.stand_ins, source.limits, gate)
