"""Loops over pixels, if they were compiled when Tilekeep was installed; where they were not, Pillow does their work."""

from __future__ import annotations

try:
    from tilekeep.adapters.imaging import _pixel_loops as compiled
except ImportError:
    compiled = None  # type: ignore[assignment]

__all__ = ["compiled"]
