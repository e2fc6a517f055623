"""Explain another form of a tile: what it is made of, and whether what is kept of it is good."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tilekeep.application.derived_tiles import Recipe, is_made_of
from tilekeep.domain.staleness import StalenessPolicy, Verdict
from tilekeep.domain.tile import TileInfo, TileKey
from tilekeep.ports.clock import Clock
from tilekeep.ports.tile_store import TileLocator, TileReader


class FormState(enum.Enum):
    """What becomes of a request for a form, once the tiles that it is made of are there."""

    GOOD = "stored, and made of these tiles as they are: delivered as it is"
    OUTDATED = "stored, but not of these tiles as they are: made anew"
    MISSING = "not stored: made, and kept"
    PASSING = "made for each request"
    ASKED = "asked of the source with so many pixels"
    ASKED_AND_STORED = "stored, and fresh: delivered as it is"


class ExplainedPart(NamedTuple):
    """A tile that a form is made of; ``is_stored`` says whether it is there, fresh or not."""

    key: TileKey
    location: str
    is_stored: bool


class ExplainedForm(NamedTuple):
    """What is known of a form of a tile.

    :ivar key: the tile, with the name of the form as its variant.
    :ivar location: where it is stored, or would be; None where forms are not kept.
    :ivar made_of: the tiles that it is made of; none if the source is asked for it.
    """

    key: TileKey
    location: str | None
    info: TileInfo | None
    state: FormState
    made_of: tuple[ExplainedPart, ...]

    @property
    def usual(self) -> TileKey:
        """The tile of the usual form that it is made of, the first of them, or that at the same place."""
        key = self.made_of[0].key if self.made_of else self.key
        return key._replace(variant="")


class ExplainForm:
    """Looks forms up; makes and stores nothing.

    Args:
        recipes: how forms are made that are made of tiles, by the name of their variant.
        reader: where they are stored, beside the tiles.
        locator: says where a tile lies.
        policy: says which of those are still good that the source is asked for.
        clock: the current time.
        keeps: whether forms are kept.
    """

    def __init__(
        self,
        *,
        recipes: Mapping[str, Recipe],
        reader: TileReader,
        locator: TileLocator,
        policy: StalenessPolicy,
        clock: Clock,
        keeps: bool,
    ) -> None:
        self._recipes = recipes
        self._reader = reader
        self._locator = locator
        self._policy = policy
        self._clock = clock
        self._keeps = keeps

    def __call__(self, key: TileKey) -> ExplainedForm:
        """The explanation of ``key``, whose variant is one of those that the cache offers."""
        recipe = self._recipes.get(key.variant)
        parts = () if recipe is None else tuple(recipe.parts(key))
        infos = self._reader.stat_many([key, *parts])
        info = infos.get(key) if self._keeps else None
        return ExplainedForm(
            key,
            self._locator.locate(key) if self._keeps else None,
            info,
            self._asked(info) if recipe is None else self._derived(info, [infos.get(part) for part in parts]),
            tuple(ExplainedPart(part, self._locator.locate(part), part in infos) for part in parts),
        )

    def _asked(self, info: TileInfo | None) -> FormState:
        is_fresh = self._policy.judge(info, self._clock.now()) is Verdict.FRESH
        return FormState.ASKED_AND_STORED if is_fresh else FormState.ASKED

    def _derived(self, info: TileInfo | None, parts: Sequence[TileInfo | None]) -> FormState:
        if not self._keeps:
            return FormState.PASSING
        if info is None:
            return FormState.MISSING
        return FormState.GOOD if is_made_of(info, [part for part in parts if part is not None]) else FormState.OUTDATED
