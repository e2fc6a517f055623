"""The options that compute the levels of a grid: which of them count, and which exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from tilekeep.domain import resolutions
from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.grid import TileGrid

#: More levels than any map has; a list of resolutions that grows beyond comes from a mistaken option.
_MAX_LEVELS = 1000


@dataclass(frozen=True, slots=True)
class LevelOptions:
    """What a grid says of its levels without listing them (spec/config-globals-grids.md, 11.3).

    :ivar place: where the options stand, for messages: ``grids.<name>``.
    :ivar first: resolution of level 0, in SRS units per pixel.
    :ivar max_res: where the levels end; None or 0 for nowhere.
    :ivar num_levels: how many; None or 0 for as many as the other options ask for.
    :ivar factor: between two levels.
    """

    place: str
    first: float
    max_res: float | None
    num_levels: int | None
    factor: float

    def computed(self) -> tuple[float, ...]:
        """The resolutions, in equal ratios.

        :raises ConfigurationError: the options describe no descending list.
        """
        if self.max_res and self.num_levels:
            return self._interpolated(self.max_res, self.num_levels)
        if not self.factor > 1:
            raise self._error("res_factor", f"{self.factor!r} must be larger than 1, or sqrt2")
        if not self.max_res:
            levels = self.num_levels or (40 if self.factor == resolutions.SQRT2 else 20)
            self._refuse_too_many(levels)
            return resolutions.repeatedly_divided(self.first, self.factor, levels)
        down = resolutions.divided_down_to(self.first, self.factor, self.max_res)
        found = tuple(islice(down, _MAX_LEVELS + 1))
        self._refuse_too_many(len(found))
        return found

    def aligned_with(self, other: TileGrid) -> tuple[float, ...]:
        """Those resolutions of ``other`` that suit the options.

        :raises ConfigurationError: there are fewer than two.
        """
        kept = resolutions.aligned(
            other.resolutions, self.first, self.max_res or None, self.num_levels or None, self.factor
        )
        if len(kept) < 2:  # noqa: PLR2004 - spec/config-globals-grids.md, 11.3
            raise self._error(
                "align_resolutions_with",
                f"{other.name} has fewer than two resolutions from {self.first!r} down to {self.max_res!r} in "
                f"{self.num_levels!r} levels; widen min_res and max_res or give the resolutions in res",
            )
        return kept

    def _interpolated(self, last: float, count: int) -> tuple[float, ...]:
        if count == 1:
            raise self._error("num_levels", "1 level cannot span max_res; remove max_res or ask for two levels")
        if last > self.first:
            problem = f"{last!r} is larger than {self.first!r} of level 0; give the smallest number of all levels"
            raise self._error("max_res", problem)
        self._refuse_too_many(count)
        return resolutions.interpolated(self.first, last, count)

    def _refuse_too_many(self, levels: int) -> None:
        if levels > _MAX_LEVELS:
            raise self._error(
                "num_levels", f"more than {_MAX_LEVELS} levels; correct num_levels, res_factor or max_res"
            )

    def _error(self, option: str, problem: str) -> ConfigurationError:
        return ConfigurationError(f"{self.place}.{option}: {problem}")
