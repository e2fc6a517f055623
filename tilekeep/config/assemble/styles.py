"""Styles of WMS sources that lie in files beside the configuration (``sld: file://...``, spec/sources.md, 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tilekeep.config.mapproxy.meaning_source import style_file
from tilekeep.config.mapproxy.root import Settings
from tilekeep.config.mapproxy.sources import WmsLikeSource
from tilekeep.config.problems import OptionPath, Problem
from tilekeep.config.problems import error as problem_of
from tilekeep.domain.errors import ConfigurationError

#: A style is sent with every request.
_MOST_BYTES = 1 << 20


def style_text(path: str, option: OptionPath) -> str:
    """The style in the file; ``option`` is the place that names it, for errors.

    :raises ConfigurationError: it cannot be read, or is no text.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(_MOST_BYTES + 1)
        text = content.decode("utf-8")
    except OSError as error:
        message = f"the style {path} cannot be read ({error.strerror}); put it there, or correct the path"
        raise ConfigurationError(message, option=option) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"the style {path} is no text in UTF-8; save it as such", option=option) from error
    if len(content) > _MOST_BYTES:
        message = f"the style {path} has more than {_MOST_BYTES} bytes, and all requests carry it; shorten it"
        raise ConfigurationError(message, option=option)
    return text


def with_style(
    parameters: Iterable[tuple[str, Any]], path: str | None, option: OptionPath = ("sources",)
) -> tuple[tuple[str, Any], ...]:
    """The parameters of a source with its style in place of the file at ``path`` that it lies in, if it does.

    :raises ConfigurationError: see :func:`style_text`.
    """
    if path is None:
        return tuple(parameters)
    body = style_text(path, option)
    return (*((name, value) for name, value in parameters if name != "sld"), ("sld_body", body))


def style_problems(settings: Settings, base_dir: str) -> Iterator[Problem]:
    """An error for each style that cannot be sent."""
    for name, path in _style_files(settings, base_dir):
        try:
            style_text(path, ("sources", name, "req", "sld"))
        except ConfigurationError as error:
            yield problem_of(error.option, error.message)


def configured_style_files(settings: Settings, base_dir: str) -> tuple[str, ...]:
    """Paths of all styles of sources, each once."""
    return tuple(dict.fromkeys(path for _, path in _style_files(settings, base_dir)))


def _style_files(settings: Settings, base_dir: str) -> Iterator[tuple[str, str]]:
    for name, source in settings.sources.items():
        path = style_file(source.req, base_dir) if isinstance(source, WmsLikeSource) else None
        if path is not None:
            yield name, path
