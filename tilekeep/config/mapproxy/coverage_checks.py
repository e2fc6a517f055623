"""Whether the options of a coverage make an area."""

from __future__ import annotations

from collections.abc import Iterator

from tilekeep.config.mapproxy.coverage import SRS_OPTIONS, WHERE_OPTIONS, Coverage
from tilekeep.config.problems import OptionPath, Place, Problem, error, warning


def coverage_problems(path: OptionPath, coverage: Coverage | None, *, member: bool = False) -> Iterator[Problem]:
    """Of a coverage and its members; a ``member`` needs an area, for other ones none means everywhere."""
    if coverage is None:
        return
    deciding = coverage.deciding
    if deciding is None:
        if member:
            yield error(path, "this member names no area; add one, such as a bbox, or remove it", place=Place.KEY)
        else:
            yield warning(path, "the coverage names no area and limits nothing; add a bbox", place=Place.KEY)
        return
    srs_options = SRS_OPTIONS.get(deciding, ())
    if srs_options and not any(getattr(coverage, option) for option in srs_options):
        what = "box" if deciding == "bbox" else "area"
        yield error((*path, deciding), f"the {what} needs its SRS; add srs, such as srs: 'EPSG:4326'")
    yield from _ignored(path, coverage, deciding, member=member)
    for index, inner in enumerate(coverage.members):
        yield from coverage_problems((*path, deciding, index), inner, member=True)


def _ignored(path: OptionPath, coverage: Coverage, deciding: str, *, member: bool) -> Iterator[Problem]:
    """Options that mean nothing beside the one that decides."""
    srs = next((option for option in SRS_OPTIONS.get(deciding, ()) if getattr(coverage, option)), None)
    where = None if isinstance(coverage.datasource, tuple) else WHERE_OPTIONS.get(deciding)
    heeded = {deciding, srs, where, "buffer", "clip"}
    for option in sorted(coverage.model_fields_set - heeded):
        beside = srs if srs is not None and option == "srs" else deciding
        message = f"{option!r} has no effect beside {beside!r}; remove one of them"
        yield warning((*path, option), message, place=Place.KEY)
    if coverage.clip and member:
        message = "'clip' has no effect in a member; move it to the outermost coverage"
        yield warning((*path, "clip"), message, place=Place.KEY)
    elif coverage.clip and deciding == "expire_tiles":
        message = "'clip' has no effect on expired tiles, which are whole; remove it"
        yield warning((*path, "clip"), message, place=Place.KEY)
