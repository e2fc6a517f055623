"""What is imported with the first source of its kind is there under the name that the tables give it."""

from __future__ import annotations

from importlib import import_module

import pytest

from tilekeep.config.assemble.source_makers import MAKERS
from tilekeep.config.mapproxy.meaning_sources import RARE_MEANINGS

NAMED = [
    *(("tilekeep.config.assemble", *home) for home in MAKERS.values()),
    *(("tilekeep.config.mapproxy", *home) for home in RARE_MEANINGS.values()),
]


@pytest.mark.parametrize(("package", "module", "name"), NAMED, ids=lambda part: part)
def test_it_is_there(package: str, module: str, name: str) -> None:
    assert callable(getattr(import_module(f"{package}.{module}"), name))
