"""Scans of JPEG images cut as they are coded, if that was compiled when Tilekeep was installed; else Pillow decodes."""

from __future__ import annotations

try:
    from tilekeep.adapters.imaging import _jpeg_scan as compiled
except ImportError:
    compiled = None  # type: ignore[assignment]

__all__ = ["compiled"]
