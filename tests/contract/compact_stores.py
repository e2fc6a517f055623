"""Compact stores as tests make them."""

from __future__ import annotations

from pathlib import Path

from tilekeep.adapters.clock import SystemClock
from tilekeep.adapters.locks.file_lock import FileTileLock
from tilekeep.adapters.storage.compact.bundle_format import BundleFormat
from tilekeep.adapters.storage.compact.defragmenting import BundleDefragmenter
from tilekeep.adapters.storage.compact.store import CompactTileStore
from tilekeep.adapters.storage.compact.version_1 import BundleVersion1
from tilekeep.adapters.storage.compact.version_2 import BundleVersion2
from tilekeep.domain.tile import TileSet

FORMATS: dict[int, BundleFormat] = {1: BundleVersion1(), 2: BundleVersion2()}


def compact_store(
    directory: Path, version: int, media_type: str | None = "image/png", lock_seconds: float = 60.0
) -> CompactTileStore:
    """A store of ``version`` in ``directory``; ``lock_seconds`` is how long a bundle's lock is waited for."""
    return CompactTileStore(
        TileSet("osm", "webmercator", "png"),
        str(directory),
        FORMATS[version],
        lambda folder: FileTileLock(folder, SystemClock(), timeout_seconds=lock_seconds, keeps_files=True),
        media_type=media_type,
        directory_permissions=None,
        file_permissions=None,
    )


def compact_defragmenter(directory: Path, version: int) -> BundleDefragmenter:
    """What defragments the bundles in ``directory``."""
    return BundleDefragmenter(
        str(directory),
        FORMATS[version],
        lambda folder: FileTileLock(folder, SystemClock(), timeout_seconds=60.0, keeps_files=True),
    )
