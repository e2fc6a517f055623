"""Tests of what compiled loops do, which have nothing to say where Tilekeep was installed without a C compiler."""

from __future__ import annotations

import os

import pytest

from tilekeep.adapters.imaging import pixel_loops

needs_loops = pytest.mark.skipif(
    pixel_loops.compiled is None and os.environ.get("TILEKEEP_REQUIRE_SERVICES") != "1",
    reason="Tilekeep was installed without a C compiler",
)
