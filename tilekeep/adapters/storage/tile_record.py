"""The tile record, validators and checksum, as one extended attribute of the tile's file.

An attribute moves, is replaced and is removed with its file, so it can never speak of another tile's bytes.  Where
a file system, a link or the system has no room for it the record is silently absent, and the tile is refreshed
unconditionally.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from tilekeep.domain.tile import Validators

ATTRIBUTE = "user.tilekeep.record"


class TileRecord(NamedTuple):
    """What is remembered beside the bytes of a tile."""

    validators: Validators | None = None
    checksum: str | None = None

    def facts(self) -> dict[str, str]:
        """What is known, by names that JSON can have."""
        etag, last_modified = self.validators or (None, None)
        facts = {"etag": etag, "last_modified": last_modified, "checksum": self.checksum}
        return {name: value for name, value in facts.items() if value is not None}

    def encoded(self) -> bytes | None:
        """The record as bytes, or None if it says nothing."""
        known = self.facts()
        return json.dumps(known, separators=(",", ":")).encode() if known else None


NO_RECORD = TileRecord()


def decoded_record(encoded: bytes) -> TileRecord:
    """The record in ``encoded``; an unreadable one says nothing."""
    try:
        return record_of(json.loads(encoded))
    except ValueError:
        return NO_RECORD


def record_of(facts: Any) -> TileRecord:
    """The record that has these facts; what is none says nothing."""
    if not isinstance(facts, dict):
        return NO_RECORD
    etag, last_modified, checksum = (facts.get(name) for name in ("etag", "last_modified", "checksum"))
    if not all(fact is None or isinstance(fact, str) for fact in (etag, last_modified, checksum)):
        return NO_RECORD
    validators = None if etag is None and last_modified is None else Validators(etag, last_modified)
    return TileRecord(validators, checksum)


def write_record(descriptor: int, encoded: bytes | None) -> None:
    """Sets the record of an open file, or removes it."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        if encoded is None:
            os.removexattr(descriptor, ATTRIBUTE)
        else:
            os.setxattr(descriptor, ATTRIBUTE, encoded)


def record_writer(encoded: bytes | None) -> Callable[[int], None] | None:
    """What gives a new file its record; None if there is none to give."""
    return None if encoded is None else partial(write_record, encoded=encoded)


def read_record(file: str | int) -> TileRecord:
    """The record of a path, links not followed, or of an open file."""
    if sys.platform != "linux":
        return NO_RECORD
    try:
        if isinstance(file, int):
            return decoded_record(os.getxattr(file, ATTRIBUTE))
        return decoded_record(os.getxattr(file, ATTRIBUTE, follow_symlinks=False))
    except OSError:
        return NO_RECORD
