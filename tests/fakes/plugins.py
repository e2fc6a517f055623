"""Plugins that are not installed: sound ones, and one for each way to be wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint
from typing import Literal

import click

from tilekeep.config.plugins.installed import InstalledPlugins
from tilekeep.plugins import InterceptorPlugin, LayerMetadataPlugin, Options, SourceOptions, SourcePlugin, StoreOptions


class DotsOptions(SourceOptions):
    """Options of the fake source.

    :ivar radius: of the dots.
    """

    type: Literal["dots"]
    radius: int = 3


class NamelessOptions(SourceOptions):
    pass


class Review(Options):
    year: int


def _never(*arguments: object) -> None:
    raise AssertionError("nothing is made when a configuration is read")


DOTS = SourcePlugin(options=DotsOptions, make=_never)  # type: ignore[arg-type]
NAMELESS = SourcePlugin(options=NamelessOptions, make=_never)  # type: ignore[arg-type]
OF_STORES = SourcePlugin(options=StoreOptions, make=_never)  # type: ignore[arg-type]
NOT_MADE = SourcePlugin(options=DotsOptions, make="dots")  # type: ignore[arg-type]
REVIEW = LayerMetadataPlugin(value=tuple[Review, ...])
FIRST = InterceptorPlugin(make=_never)  # type: ignore[arg-type]
SECOND = InterceptorPlugin(make=_never)  # type: ignore[arg-type]
NO_PLUGIN = {"type": "dots"}


@click.command("greet")
def greet() -> None:
    """Greet."""
    click.echo("hello")


class _Distribution:
    def __init__(self, name: str) -> None:
        self.name, self.version = name, "1.0"


def entry(group: str, name: str, target: str, distribution: str = "dist-a") -> EntryPoint:
    """An entry point of ``distribution`` for an object of this module, or for another one behind ``module:``."""
    value = target if ":" in target else f"{__name__}:{target}"
    return EntryPoint(name, value, group)._for(_Distribution(distribution))  # type: ignore[attr-defined,no-any-return]


def points_of(*points: EntryPoint) -> Callable[[str], Iterable[EntryPoint]]:
    return lambda group: [point for point in points if point.group == group]


def installed(*points: EntryPoint) -> InstalledPlugins:
    """An environment with these entry points."""
    return InstalledPlugins(points_of(*points))
