"""The mark on options that are known but not obeyed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoEffect:
    """An option that the reference ignores, or that cannot matter here: using it warns with the reason."""

    reason: str
