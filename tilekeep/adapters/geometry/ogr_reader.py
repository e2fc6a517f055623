"""What reads OGR data: a function, and the way in which it gives up."""

from __future__ import annotations

from collections.abc import Callable

#: Gives the geometries of a data source as well-known binaries: those that SQL (beginning with ``select``) chooses, or
#: a condition on its first layer, or all of that; features without geometry are left out.  Raises CannotRead.
Reader = Callable[[str, str | None], list[bytes]]


class CannotRead(Exception):
    """A reader gave up; ``no_driver`` if another one may know the format.

    The text may hold a password: it never leaves this package as it is.
    """

    def __init__(self, reason: str, *, no_driver: bool = False) -> None:
        super().__init__(reason)
        self.no_driver = no_driver


def is_sql(where: str | None) -> bool:
    """Whether it is a whole statement rather than a condition (spec/coverages.md, 3.4)."""
    return where is not None and where.lstrip().lower().startswith("select")
