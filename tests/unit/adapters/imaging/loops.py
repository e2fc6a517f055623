"""Tests of what is compiled, which have nothing to say where Tilekeep was installed without a C compiler."""

from __future__ import annotations

import os

import pytest

from tilekeep.adapters.imaging import jpeg_scan, pixel_loops

_MAY_BE_MISSING = os.environ.get("TILEKEEP_REQUIRE_SERVICES") != "1"
_REASON = "Tilekeep was installed without a C compiler"

needs_loops = pytest.mark.skipif(pixel_loops.compiled is None and _MAY_BE_MISSING, reason=_REASON)
needs_jpeg_scans = pytest.mark.skipif(jpeg_scan.compiled is None and _MAY_BE_MISSING, reason=_REASON)
