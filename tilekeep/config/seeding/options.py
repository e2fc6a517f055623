"""``seed.yaml`` (spec/seed.md, 1)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tilekeep.config.mapproxy.caches import RefreshBefore
from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.options import Opt, Options, Section, whole_number


class LevelRange(Options):
    """Levels from one to another, both included.

    :ivar from_: the first; the coarsest one without it.
    :ivar to: the last; the finest one without it.
    """

    from_: Annotated[Opt[int], BeforeValidator(whole_number)] = Field(default=None, alias="from")
    to: Annotated[Opt[int], BeforeValidator(whole_number)] = None


class ResolutionRange(Options):
    """Resolutions in units of the SRS of a grid per pixel.

    :ivar from_: the coarse end.
    :ivar to: the fine end.
    """

    from_: Opt[float] = Field(default=None, alias="from")
    to: Opt[float] = None


def _list_or_range(value: Any) -> Any:
    """A list, or a mapping with ends; nothing in it says nothing."""
    if isinstance(value, tuple | dict):
        return value
    raise PydanticCustomError("levels", "expected a list, or 'from' and 'to'")


Levels = Annotated[
    tuple[Annotated[int, BeforeValidator(whole_number)], ...] | LevelRange, BeforeValidator(_list_or_range)
]
Resolutions = Annotated[tuple[float, ...] | ResolutionRange, BeforeValidator(_list_or_range)]

_DIMENSIONS_SCHEMA = {"type": "object", "additionalProperties": {"type": "array"}}


def _values_of_dimensions(value: Any) -> Any:
    """Lists of values by the names of dimensions; all values as text."""
    if not isinstance(value, dict):
        raise PydanticCustomError("dimensions", "expected lists of values by the names of dimensions")
    return {
        str(name).lower(): tuple(str(one) for one in (values if isinstance(values, tuple) else (values,)))
        for name, values in value.items()
    }


class TaskOptions(Options):
    """What tasks of seeding and of cleaning up have in common.

    :ivar caches: names of caches of the configuration.
    :ivar grids: names of grids that all of them have; all grids without it.
    :ivar coverages: names of coverages; the whole grid without it.
    :ivar levels: a list, or from one to another; all levels without it.
    :ivar resolutions: instead of levels.
    :ivar dimensions: lists of values by the names of dimensions; without it, tiles without (own addition).
    """

    caches: tuple[str, ...]
    grids: Opt[tuple[str, ...]] = None
    coverages: Opt[tuple[str, ...]] = None
    levels: Opt[Levels] = None
    resolutions: Opt[Resolutions] = None
    dimensions: Annotated[
        Opt[dict[str, tuple[str, ...]]], BeforeValidator(_values_of_dimensions), WithJsonSchema(_DIMENSIONS_SCHEMA)
    ] = None


class SeedOptions(TaskOptions):
    """One entry of ``seeds``.

    :ivar refresh_before: what makes a stored tile stale; without it, what the cache says of that.
    :ivar only_existing: whether only stored tiles are made anew, at the cost of what is stored (own addition).
    """

    refresh_before: Section[RefreshBefore] | None = None
    only_existing: bool = False


class CleanupOptions(TaskOptions):
    """One entry of ``cleanups``.

    :ivar remove_all: whether tiles of every age go.
    :ivar remove_before: what makes a tile go; the moment at which the file is read without it.
    """

    remove_all: bool = False
    remove_before: Section[RefreshBefore] | None = None


class SeedSettings(Options):
    """A whole file.

    :ivar seeds: what is to be there.
    :ivar cleanups: what is to go.
    :ivar coverages: areas by their names.
    """

    seeds: Section[dict[str, Section[SeedOptions]]] = Field(default_factory=dict)
    cleanups: Section[dict[str, Section[CleanupOptions]]] = Field(default_factory=dict)
    coverages: Section[dict[str, Section[Coverage]]] = Field(default_factory=dict)
