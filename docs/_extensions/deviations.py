"""The directive ``deviations``: the entries of ``compatibility.toml`` with some verdict, as a table."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

_REGISTER = Path(__file__).parents[1] / "compatibility.toml"
_HEADINGS = ("Where", "MapProxy 7.0.0", "Tilekeep")


class Deviations(Directive):
    """Takes the verdict as its argument: ``kept``, ``fixed`` or ``refused``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table, in the order of the register.

        :raises DirectiveError: there is no entry with this verdict.
        """
        verdict = self.arguments[0]
        entries = [entry for entry in _entries() if entry["verdict"] == verdict]
        if not entries:
            raise self.error(f"no deviation is {verdict!r}")
        self.state.document.settings.env.note_dependency(str(_REGISTER))
        table = nodes.table()
        group = nodes.tgroup(cols=len(_HEADINGS))
        group += [nodes.colspec(colwidth=width) for width in (20, 40, 40)]
        group += nodes.thead("", _row(_HEADINGS))
        group += nodes.tbody("", *(_row(_cells(entry)) for entry in entries))
        table += group
        return [table]


def _entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(_REGISTER.read_text())["deviation"]
    return entries


def _cells(entry: dict[str, Any]) -> tuple[str, str, str]:
    return entry["id"].replace("-", " "), entry["reference"], entry["ours"]


def _row(texts: tuple[str, ...]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("deviations", Deviations)
    return {"parallel_read_safe": True}
