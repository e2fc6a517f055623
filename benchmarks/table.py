"""The result: rows that compare two programs, and the Markdown table they make."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from tests.integration.services.mapproxy import REFERENCE_VERSION

README = Path(__file__).with_name("README.md")
_TABLE = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end of table -->)", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One line: what was done, how much each program needed or achieved, and what else is worth knowing.

    ``measured`` has the rounds of "mapproxy" and of "tilekeep"; their medians are what counts.  ``less_is_better``
    tells times, sizes and counts from rates.
    """

    work: str
    unit: str
    measured: Mapping[str, Sequence[float]]
    note: str = ""
    less_is_better: bool = True

    @property
    def mapproxy(self) -> float:
        """The reference."""
        return median(self.measured["mapproxy"])

    @property
    def tilekeep(self) -> float:
        """Ours."""
        return median(self.measured["tilekeep"])

    @property
    def factor(self) -> float:
        """How many times better Tilekeep is."""
        return self.mapproxy / self.tilekeep if self.less_is_better else self.tilekeep / self.mapproxy

    @property
    def notes(self) -> str:
        """The note, and how far the rounds lie apart."""
        spreads = [spread(self.measured[program]) for program in ("mapproxy", "tilekeep")]
        apart = f"rounds {spreads[0]} and {spreads[1]}" if any("-" in text for text in spreads) else ""
        return "; ".join(part for part in (self.note, apart) if part)


def spread(values: Sequence[float]) -> str:
    """The smallest and the largest measurement, as in ``7.9-8.4``, or the one they all are."""
    ends = number(min(values)), number(max(values))
    return ends[0] if ends[0] == ends[1] else "-".join(ends)


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
    figures = map(number, (row.mapproxy, row.tilekeep, row.factor))
    return f"| {' | '.join([row.work, row.unit, *figures, row.notes])} |"


def _cpu_info() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
