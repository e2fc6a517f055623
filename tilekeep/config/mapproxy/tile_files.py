"""Tiles in files: templates that begin with ``file://`` (spec/config-globals-grids.md, 9)."""

from __future__ import annotations

import os
from urllib.parse import quote, unquote

from tilekeep.config.mapproxy.paths import from_base

_SCHEME = "file://"


def located_template(url: str, base_dir: str) -> str:
    """The template with the absolute path of its files: those with two slashes lie beside the configuration."""
    if not url.startswith(_SCHEME) or url.startswith(f"{_SCHEME}/"):
        return url
    above = quote(base_dir).replace("%", "%%")
    return _SCHEME + from_base(above, url.removeprefix(_SCHEME))


def directory_of_tiles(url: str, base_dir: str) -> str | None:
    """The directory that all files of a template lie below; None where they are no files."""
    if not url.startswith(_SCHEME):
        return None
    unchanging = located_template(url, base_dir).removeprefix(_SCHEME).partition("%(")[0]
    return unquote(os.path.dirname(unchanging).replace("%%", "%"))
