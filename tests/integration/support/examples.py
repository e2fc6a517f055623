"""The files of ``examples/deploy``, with the places of a real machine replaced by those of a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

DEPLOY = Path(__file__).parents[3] / "examples" / "deploy"


def example(name: str, replaced: Mapping[str, object]) -> str:
    """The text of a file; each of ``replaced`` has to be in it, and its new text is not replaced again."""
    text = (DEPLOY / name).read_text()
    marks = {old: f"\0{number}\0" for number, old in enumerate(replaced)}
    for old, mark in marks.items():
        assert old in text, f"{name} does not say {old!r} any more"
        text = text.replace(old, mark)
    for old, mark in marks.items():
        text = text.replace(mark, str(replaced[old]))
    return text
