"""Whole configurations out of what a server or a file has, with what is to be laid over them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tilekeep.config.autoconfig.geopackage import geopackage_sections
from tilekeep.config.autoconfig.literal_text import literal
from tilekeep.config.autoconfig.overwriting import overwritten
from tilekeep.config.autoconfig.seeds import seed_tasks
from tilekeep.config.autoconfig.wms import wms_caches, wms_layers, wms_sources
from tilekeep.config.autoconfig.wmts import wmts_sections
from tilekeep.domain.srs import Srs
from tilekeep.domain.tile_tables import DescribedTable
from tilekeep.domain.wms_offer import WmsOffer
from tilekeep.domain.wmts_offer import WmtsOffer

#: An older spelling in files of overwrites.
_SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted besides.

    :ivar base: path of a configuration that the new one is based on, or None.
    :ivar grid_of_srs: grids of that by the codes of their reference systems.
    :ivar overwrite: what is laid over the configuration.
    :ivar overwrite_seed: what is laid over the tasks.
    """

    base: str | None = None
    grid_of_srs: Mapping[str, str] = field(default_factory=dict)
    overwrite: Mapping[str, Any] = field(default_factory=dict)
    overwrite_seed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Generated:
    """The options of a configuration, and of a file of tasks for it."""

    configuration: dict[str, Any]
    tasks: dict[str, Any]


def for_wms(offer: WmsOffer, wishes: Wishes, is_known: Callable[[str], bool]) -> Generated:
    """A configuration with all layers of a WMS; ``is_known`` tells whether there is an SRS with a code.

    What is made later sees the overwrites of what was made before: caches those of sources, layers those of caches.
    """
    sections = _Sections(wishes)
    sections.add("services", literal({"wms": {"md": {"title": offer.title or "WMS"}}}))
    sections.add("sources", literal(wms_sources(offer, is_known)))
    sections.add("caches", wms_caches(sections.made["sources"], wishes.grid_of_srs))
    sections.add("layers", literal(wms_layers(offer, sections.made["caches"])))
    return sections.generated()


def for_wmts(offer: WmtsOffer, url: str, wishes: Wishes, srs_of: Callable[[str], Srs]) -> Generated:
    """A configuration with all layers of a WMTS; arguments are those of :func:`wmts_sections`."""
    return _of_all(literal(wmts_sections(offer, url, srs_of)), wishes)


def for_geopackage(path: str, tables: list[DescribedTable], wishes: Wishes) -> Generated:
    """A configuration with all tables of tiles of the GeoPackage at ``path``."""
    return _of_all(geopackage_sections(path, tables), wishes)


def _of_all(made: Mapping[str, Any], wishes: Wishes) -> Generated:
    sections = _Sections(wishes)
    for name, section in made.items():
        sections.add(name, section)
    return sections.generated()


class _Sections:
    """Sections, with overwrites laid over each of them as it is added."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._left = dict(wishes.overwrite)
        self.made: dict[str, Any] = {} if wishes.base is None else {"base": os.path.abspath(wishes.base)}

    def add(self, name: str, section: Any) -> None:
        """Adds a section."""
        if name == "services" and self._left.get(_SERVICE):
            section = overwritten(section, self._left.pop(_SERVICE))
        self.made[name] = section
        if self._left.get(name):
            self.made = overwritten(self.made, {name: self._left.pop(name)})

    def generated(self) -> Generated:
        """All of them, with what else is laid over, and the tasks."""
        made = overwritten(self.made, {key: value for key, value in self._left.items() if value is not None})
        tasks = overwritten(seed_tasks(made.get("caches") or {}), self._wishes.overwrite_seed)
        return Generated(made, tasks)
