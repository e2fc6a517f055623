"""The page about options says what the model does."""

from __future__ import annotations

import re
from pathlib import Path

from tests.unit.config.option_list import option_list
from tests.unit.config.option_walk import later_types, marked_options
from tilekeep.config.mapproxy.markers import NoEffect

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "options.md").read_text()
SECTIONS = {NoEffect: "No effect"}


def words_of(title: str) -> set[str]:
    """Everything in code quotes in the tables of a section."""
    body = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"`([^`]+)`", body))


def test_every_option_that_is_not_obeyed_stands_on_the_page() -> None:
    for pattern, mark in marked_options().items():
        assert pattern in words_of(SECTIONS[type(mark)]), pattern


def test_every_option_on_the_page_is_one_that_is_not_obeyed() -> None:
    known = {*marked_options(), *(name.split(":")[0] for name in later_types())}
    not_marked = {
        "caches.*.sources",
        "layers[].sources",
        "services.wms.versions",
        "sources.*.req.sld",
    }

    for title in SECTIONS.values():
        listed = {word for word in words_of(title) if re.match(r"(globals|layers|sources|caches|services)[.\[]", word)}

        assert listed <= known | not_marked, title


def test_no_type_is_left_for_a_later_version() -> None:
    assert later_types() == set()


def test_the_list_of_all_options_is_that_of_the_model() -> None:
    listed = (DOCS / "option-list.md").read_text()

    assert listed == option_list(), "python -m tests.unit.config.option_list > docs/option-list.md"
