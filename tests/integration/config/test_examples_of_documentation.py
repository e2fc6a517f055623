"""The configurations that the documentation shows can be obeyed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings

PAGES = Path(__file__).parents[3] / "docs" / "how-to"
YAML_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

#: What the parts that are shown belong to.
AROUND = """
services: {wmts: }
layers: [{name: land, title: Land, sources: [land]}]
caches: {land: {grids: [GLOBAL_WEBMERCATOR], sources: [maps]}}
sources: {maps: {type: world}}
"""

EXAMPLES = [
    pytest.param(block, id=f"{page.stem} {number}")
    for page in sorted(PAGES.glob("*.md"))
    for number, block in enumerate(YAML_BLOCK.findall(page.read_text()), 1)
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_configuration_without_mistakes(example: str, tmp_path: Path) -> None:
    yaml = YAML()
    whole = yaml.load(AROUND)
    for section, entries in yaml.load(example).items():
        whole[section] = {**(whole.get(section) or {}), **entries}
    path = tmp_path / "mapproxy.yaml"
    with path.open("w") as file:
        yaml.dump(whole, file)
    (tmp_path / "maps").mkdir()
    for name in ("fields.geojson", "photo.tif", "topo.map", "maps/topo.map"):
        (tmp_path / name).touch()

    loaded = load_settings(str(path), variables={})
    checked_container(loaded)

    assert [problem.message for problem in loaded.report.problems if "demo page" not in problem.message] == []
