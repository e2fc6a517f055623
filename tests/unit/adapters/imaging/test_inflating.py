"""A stream is inflated to just the size it must have, whichever library does it."""

from __future__ import annotations

import random
import zlib

import pytest

from tilekeep.adapters.imaging.inflating import inflated

CONTENTS = {
    "one value": bytes(50_000),
    "like a map": bytes(value for value in random.Random(1).choices(range(4), k=500) for _ in range(100)),
    "noise": random.Random(2).randbytes(50_000),
}


@pytest.fixture(params=CONTENTS)
def content(request: pytest.FixtureRequest) -> bytes:
    return CONTENTS[request.param]


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_it_is_what_was_deflated(content: bytes, level: int) -> None:
    assert inflated(zlib.compress(content, level), len(content)) == content


def test_what_follows_the_stream_is_ignored(content: bytes) -> None:
    assert inflated(zlib.compress(content) + b"more", len(content)) == content


def test_a_stream_of_another_size_is_refused(content: bytes) -> None:
    stream = zlib.compress(content)

    assert inflated(stream, len(content) - 1) is None
    assert inflated(stream, len(content) + 1) is None


def test_a_damaged_stream_is_refused(content: bytes) -> None:
    stream = zlib.compress(content)

    assert inflated(stream[:-1], len(content)) is None
    assert inflated(stream[: len(stream) // 2], len(content)) is None
    assert inflated(stream[:-1] + bytes([stream[-1] ^ 1]), len(content)) is None
    assert inflated(b"no stream", len(content)) is None
    assert inflated(b"", len(content)) is None


def test_of_a_stream_that_holds_far_more_no_more_is_inflated() -> None:
    assert inflated(zlib.compress(bytes(500_000_000)), 1_000_000) is None
