"""What the metadata of an object says of the tile in it: when it was stored, and its record.

The time is that of the making, not of the upload, which the service notes; objects of other programs, which say
nothing, have that of the upload.  Both entries go when another program replaces the object.
"""

from __future__ import annotations

import math

from tilekeep.adapters.storage.objects.service import Metadata
from tilekeep.adapters.storage.tile_record import NO_RECORD, TileRecord, decoded_record
from tilekeep.domain.tile import TileInfo

#: Names that every service takes: letters only.
TIME = "tilekeeptime"
RECORD = "tilekeeprecord"

#: Services take 2 KB of metadata in all; a record with more in it is left out, and the tile refreshed without it.
_LONGEST_RECORD = 1500


def tile_facts(at: float, record: TileRecord) -> dict[str, str]:
    """The metadata of a tile made at ``at``."""
    facts = {TIME: repr(at)}
    encoded = record.encoded()
    if encoded is not None and len(encoded) <= _LONGEST_RECORD:
        facts[RECORD] = encoded.decode("ascii")
    return facts


def renewed_facts(metadata: Metadata, at: float, record: TileRecord | None) -> dict[str, str]:
    """``metadata`` with another time and, unless None, another record; what others have put there stays."""
    facts = {**metadata, TIME: repr(at)}
    if record is not None:
        facts.pop(RECORD, None)
        facts |= tile_facts(at, record)
    return facts


def stored_at(metadata: Metadata, modified_at: float) -> float:
    """When the tile was made."""
    try:
        at = float(metadata[TIME])
    except (KeyError, ValueError):
        return modified_at
    return at if math.isfinite(at) else modified_at


def tile_record(metadata: Metadata) -> TileRecord:
    """The record of the tile."""
    encoded = metadata.get(RECORD)
    return NO_RECORD if encoded is None else decoded_record(encoded.encode())


def bare_info(size: int, metadata: Metadata, modified_at: float) -> TileInfo:
    """What is known without the record."""
    return TileInfo(stored_at(metadata, modified_at), size)


def full_info(size: int, metadata: Metadata, modified_at: float) -> TileInfo:
    """All that is known."""
    return TileInfo(stored_at(metadata, modified_at), size, *tile_record(metadata))
