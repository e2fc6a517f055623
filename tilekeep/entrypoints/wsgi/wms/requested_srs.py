"""The parameter ``srs``, or ``crs`` (spec/services.md, 3.4)."""

from __future__ import annotations

from collections.abc import Mapping

from tilekeep.domain.errors import UnsupportedSrs
from tilekeep.domain.srs import Srs


def requested_srs(offered: Mapping[str, Srs], parameter: str, code: str) -> Srs:
    """The SRS of ``code``, in any case, among those that are ``offered`` by their codes.

    :raises UnsupportedSrs: none of them.
    """
    srs = offered.get(code.upper())
    if srs is None:
        raise UnsupportedSrs(f"unsupported {parameter}: {code}", locator=parameter)
    return srs
