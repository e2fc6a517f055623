"""The result: rows that compare two programs, and the Markdown table they make."""

from __future__ import annotations

import os
import platform
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.integration.services.mapproxy import REFERENCE_VERSION

README = Path(__file__).with_name("README.md")
_TABLE = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end of table -->)", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One line: what was done, how much each program needed or achieved, and what else is worth knowing.

    ``less_is_better`` tells times and sizes from rates; the last column is how many times better Tilekeep is.
    None stands for a program that could not do it, with the reason in ``note``.
    """

    work: str
    unit: str
    mapproxy: float | None
    tilekeep: float | None
    note: str = ""
    less_is_better: bool = True

    @property
    def factor(self) -> float | None:
        """How many times better Tilekeep is."""
        if not self.mapproxy or not self.tilekeep:
            return None
        return self.mapproxy / self.tilekeep if self.less_is_better else self.tilekeep / self.mapproxy


def median(values: Iterable[float]) -> float:
    """The middle of several measurements."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """The smallest and the largest measurement, as in ``7.9-8.4``."""
    return f"{number(min(values))}-{number(max(values))}"


def number(value: float) -> str:
    """Three significant digits, as many as a shared machine deserves."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def markdown(rows: Sequence[Row]) -> str:
    """The machine and the table."""
    head = f"| work | unit | MapProxy {REFERENCE_VERSION} | Tilekeep {version('tilekeep')} | factor | notes |"
    lines = [machine(), "", head, "| --- | --- | ---: | ---: | ---: | --- |"]
    return "\n".join([*lines, *map(_line, rows)]) + "\n"


def machine() -> str:
    """What the figures depend on."""
    cpu = next(
        (line.split(":")[1].strip() for line in _cpu_info() if line.startswith("model name")), platform.machine()
    )
    servers = ", ".join(f"{name} {version(name)}" for name in ("granian", "gunicorn", "mod_wsgi"))
    return f"{os.cpu_count()} cores ({cpu}), Linux {platform.release()}, Python {platform.python_version()}, {servers}."


def write(rows: Sequence[Row]) -> None:
    """Puts the table into the README, in place of the last one."""
    readme = README.read_text()
    README.write_text(_TABLE.sub(lambda _: markdown(rows), readme))


def _line(row: Row) -> str:
    cells = [row.work, row.unit, *map(_cell, (row.mapproxy, row.tilekeep)), _cell(row.factor), row.note]
    return f"| {' | '.join(cells)} |"


def _cell(value: float | None) -> str:
    return "-" if value is None else number(value)


def _cpu_info() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
