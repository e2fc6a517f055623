"""How relative paths of the configuration become absolute (spec/config-globals-grids.md, 4)."""

from __future__ import annotations

import os


def from_base(base_dir: str, path: str) -> str:
    """``path`` joined to the directory of the configuration, not normalised: lock names are made from the text."""
    return os.path.join(base_dir, path)


def octal(permissions: str | None) -> int | None:
    """Permission bits from octal digits."""
    return None if permissions is None else int(permissions, 8)
