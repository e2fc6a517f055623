"""One layer in one service as a page shows it: values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from tilekeep.domain.geometry import BBox, Size


class Wanted(NamedTuple):
    """What a request asks for: a layer, and what it says of everything else (spec/services.md, 7)."""

    layer: str
    given: Mapping[str, str]


class Option(NamedTuple):
    """A value that can be chosen."""

    value: str
    label: str
    selected: bool


class Field(NamedTuple):
    """A parameter of the page with the values it can have."""

    name: str
    label: str
    options: tuple[Option, ...]


class Example(NamedTuple):
    """An address to copy; ``is_link`` if it leads somewhere as it stands."""

    label: str
    address: str
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class TileAddressing:
    """Tiles as other programs ask for them.

    :ivar form: absolute address with ``{z}``, ``{x}`` and ``{y}``.
    :ivar origin: the corner from which it counts rows.
    :ivar xyz: the same for clients that know web maps only, rows from the north; None where levels do not fit.
    :ivar xyz_levels: how many levels of that there are.
    :ivar resolutions: of the public levels, in SRS units per pixel.
    :ivar doubled: whether there are tiles with twice the pixels, for which ``@2x`` stands behind ``{y}``.
    """

    form: str
    origin: str
    grid_bbox: BBox
    tile_size: Size
    resolutions: tuple[float, ...]
    xyz: str | None
    xyz_levels: int
    is_vector: bool = False
    doubled: bool = False


@dataclass(frozen=True, slots=True)
class MapAddressing:
    """Maps as other programs ask for them: base address and parameters of WMS."""

    url: str
    version: str
    srs_parameter: str
    format: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LayerMap:
    """What the page of a layer says and shows.

    :ivar service: the parameter of the page that names the layer.
    :ivar data: for the script that draws the map.
    :ivar bounds: west, south, east, north in degrees, or None if nobody knows.
    :ivar capabilities: absolute address of the document that programs read.
    :ivar addressing: of tiles or of maps, for the snippets.
    """

    service: str
    service_title: str
    name: str
    title: str
    abstract: str
    srs: str
    fields: tuple[Field, ...]
    data: Mapping[str, Any]
    bounds: BBox | None
    capabilities: str
    examples: tuple[Example, ...]
    addressing: TileAddressing | MapAddressing
    attribution: str = ""

    @property
    def corners(self) -> BBox | None:
        """The bounds as people write them, to a tenth of a metre."""
        return None if self.bounds is None else BBox(*(round(number, 6) for number in self.bounds))


class ServiceDocument(NamedTuple):
    """A document of a service: the address relative to the page, and that of its text on a page."""

    title: str
    address: str
    text: str | None = None


class OfferedLayer(NamedTuple):
    """A layer in the overview; ``depth`` is that of the tree of layers, ``where`` names its grids or SRS."""

    name: str
    title: str
    abstract: str
    depth: int = 0
    where: tuple[str, ...] = ()


class ShownService(Protocol):
    """A service that has pages in the demo."""

    @property
    def parameter(self) -> str:
        """The parameter of addresses of pages that names the layer."""
        ...

    @property
    def title(self) -> str:
        """What people call the service."""
        ...

    @property
    def documents(self) -> Sequence[ServiceDocument]:
        """What the service publishes of itself."""
        ...

    def layers(self) -> Sequence[OfferedLayer]:
        """All layers that it offers, in the order of the configuration."""
        ...

    def layer_map(self, wanted: Wanted, base: str) -> LayerMap:
        """The map that a request asks for; ``base`` is the address of the application.

        :raises RequestError: there is none.
        """
        ...


def chosen(given: str | None, values: Sequence[str]) -> str:
    """The one of ``values`` that is asked for, upper and lower case aside; else the first."""
    wanted = (given or "").lower()
    return next((value for value in values if value.lower() == wanted), values[0])


def field_of(name: str, label: str, values: Sequence[tuple[str, str]], selected: str) -> Field:
    """A field for (value, label) pairs."""
    return Field(name, label, tuple(Option(value, text, value == selected) for value, text in values))
