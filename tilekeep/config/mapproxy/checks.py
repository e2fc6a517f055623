"""Everything that can be said about a configuration: from plain data to settings and a list of problems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from tilekeep.config.mapproxy.address_checks import address_problems
from tilekeep.config.mapproxy.archive_checks import archive_problems
from tilekeep.config.mapproxy.cache_checks import cache_problems
from tilekeep.config.mapproxy.couchdb_checks import couchdb_problems
from tilekeep.config.mapproxy.cross_references import cross_reference_problems
from tilekeep.config.mapproxy.format_checks import format_problems
from tilekeep.config.mapproxy.layer_references import layer_problems, legacy_layers_problem
from tilekeep.config.mapproxy.legend_checks import legend_problems
from tilekeep.config.mapproxy.marked_options import marked_option_problems
from tilekeep.config.mapproxy.objects_checks import object_cache_problems
from tilekeep.config.mapproxy.opaque_checks import opaque_problems
from tilekeep.config.mapproxy.redis_checks import redis_problems
from tilekeep.config.mapproxy.refused_options import without_consequences
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.service_checks import service_problems
from tilekeep.config.mapproxy.source_checks import source_problems
from tilekeep.config.mapproxy.sqlite_checks import sqlite_problems
from tilekeep.config.mapproxy.storage_checks import storage_problems
from tilekeep.config.mapproxy.tier_checks import tier_problems
from tilekeep.config.mapproxy.validation import validated
from tilekeep.config.mapproxy.value_checks import value_problems
from tilekeep.config.mapproxy.variant_checks import variant_problems
from tilekeep.config.problems import OptionPath, Problem


def checked(
    data: dict[str, Any],
    coerced: Callable[[str], Any],
    model: type[Settings] = Settings,
    refused: Collection[OptionPath] = (),
) -> tuple[Settings, list[Problem]]:
    """The settings in ``data``, complete if no problem is an error; arguments as of ``validated``.

    ``refused`` are options that have been taken out of the data already.
    """
    early: list[Problem] = []
    legacy = legacy_layers_problem(data.get("layers"))
    if legacy is not None:
        early.append(legacy)
        data = {key: value for key, value in data.items() if key != "layers"}
    result = validated(model, data, coerced)
    settings, broken = result.settings, result.broken | set(refused)
    return settings, [
        *early,
        *result.problems,
        *marked_option_problems(settings),
        *without_consequences(_problems_of_meaning(settings, broken), broken),
    ]


def _problems_of_meaning(settings: Settings, broken: Collection[OptionPath]) -> Iterator[Problem]:
    """What values mean for each other; those of ``broken`` options are not known."""
    yield from cross_reference_problems(settings, broken)
    yield from layer_problems(settings, broken)
    yield from value_problems(settings, broken)
    yield from source_problems(settings)
    yield from service_problems(settings)
    yield from legend_problems(settings)
    yield from cache_problems(settings, broken)
    yield from opaque_problems(settings)
    yield from format_problems(settings)
    yield from variant_problems(settings)
    yield from storage_problems(settings)
    yield from sqlite_problems(settings, broken)
    yield from redis_problems(settings, broken)
    yield from couchdb_problems(settings, broken)
    yield from tier_problems(settings, broken)
    yield from archive_problems(settings, broken)
    yield from object_cache_problems(settings, broken)
    yield from address_problems(settings)
