"""The world in one SRS: every line projected once, with the box around it."""

from __future__ import annotations

from dataclasses import dataclass

from tilekeep.adapters.drawing.shapes import Plane, Shape
from tilekeep.adapters.sources.world.topology import Country, World


@dataclass(frozen=True, slots=True)
class ProjectedCountry:
    """A country in SRS units; its rings keep their order, largest first."""

    country: Country
    rings: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class ProjectedWorld:
    """What is drawn, in SRS units."""

    countries: tuple[ProjectedCountry, ...]
    borders: tuple[Shape, ...]
    coasts: tuple[Shape, ...]


def projected(world: World, plane: Plane) -> ProjectedWorld:
    """``world`` in a plane; what has no image in it is left out."""
    countries = [ProjectedCountry(country, tuple(plane.shapes(country.rings))) for country in world.countries]
    return ProjectedWorld(
        tuple(country for country in countries if country.rings),
        tuple(plane.shapes(world.borders)),
        tuple(plane.shapes(world.coasts)),
    )
