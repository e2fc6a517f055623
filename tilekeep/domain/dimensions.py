"""Dimensions of a layer, such as time and elevation: which values exist, and which one a request means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tilekeep.domain.errors import InvalidDimension
from tilekeep.domain.tile import Dimensions


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension with its permitted values; ``name`` is lower-case, ``default`` is what a request without it means."""

    name: str
    values: tuple[str, ...]
    default: str

    def chosen(self, given: str | None) -> str:
        """The value a request means: missing, empty and ``default`` are the default (spec/services.md, 5.4).

        :raises InvalidDimension: a value that is not configured.
        """
        if given is None or given in {"", "default"}:
            return self.default
        if given not in self.values:
            raise InvalidDimension(f"invalid dimension value ({self.name}={given}).", locator=self.name)
        return given


def chosen_dimensions(dimensions: Sequence[Dimension], given: Mapping[str, str]) -> Dimensions:
    """The dimension part of a tile key; ``given`` maps lower-case names to the values of the request.

    :raises InvalidDimension: a value that is not configured.
    """
    if not dimensions:
        return ()
    return tuple(sorted((dimension.name, dimension.chosen(given.get(dimension.name))) for dimension in dimensions))
