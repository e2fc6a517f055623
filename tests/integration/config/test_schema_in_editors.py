"""What editors show of a configuration, with the schema that ``tilekeep schema`` prints."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.integration.support.yaml_language_server import Diagnostic, diagnostics
from tilekeep.config.mapproxy.json_schema import json_schema

GOOD = """\
base: [grids.yaml]
environments:
  production:
    services: {demo: }
    sources: {osm: {req: {url: 'https://maps.example.org/'}}}
parts:
  tiles: &tiles {type: tile, url: 'http://t.example/%(z)s/%(x)s/%(y)s.png'}
globals:
  cache: {meta_buffer: '${BUFFER}', bulk_meta_tiles: $BULK, directory_permissions: '755', meta_size: [4, 4.0]}
  http: {access_control_allow_origin: }
  image:
services:
  tms: {origin: UL}
  wms:
    bbox_srs: ['EPSG:4326', {srs: 'EPSG:3857', bbox: [1, 2, 3, 4]}]
    max_output_pixels: [100, 100]
    md: {contact: {postcode: 12345, phone: '+1'}}
layers:
  - {name: a, title: A, sources: [c], dimensions: {time: {values: [2020-01-01T00:00:00, 5, x]}}}
grids:
  g: {srs: 'EPSG:4326', bbox: '1,2,3,4', origin: Sw, res_factor: sqrt2}
  h: {srs: 'EPSG:4326', bbox: [1, 2, 3, 4], origin: nw, res: [4, 2, 1]}
caches:
  c:
    sources: [s]
    grids: [g]
    watermark: {text: T, color: '#ff0000', opacity: 100}
    refresh_before: {time: 2024-12-31T23:59:59}
    cache: {type: file, directory_layout: tms, file_permissions: '$PERMISSIONS'}
  d: {sources: {r: [{source: s, band: 0, factor: 0.5}]}, link_single_color_images: symlink}
sources:
  s:
    type: wms
    req: {url: 'http://x.example/', layers: a, Time: 5}
    on_error: {404: {response: [255, 255, 255]}, other: {response: transparent, cache: true}}
  t: {<<: *tiles, grid: g, seed_only: true}
"""

MISTAKES = [
    ("a wrong type", "meta_size: [4, 4.0]", "meta_size: 4", 9),
    ("a number that is text", "opacity: 100", "opacity: much", 27),
    ("neither true nor false", "seed_only: true", "seed_only: 1", 36),
    ("an unknown option", "directory_layout", "layout", 29),
    ("an unknown section", "caches:", "cache:", 23),
    ("an unknown option of an environment", "services: {demo: }", "services: {demo: {colour: red}}", 4),
    ("a word that does not exist", "directory_layout: tms", "directory_layout: tmss", 29),
    ("a type that does not exist", "type: wms", "type: wmss", 33),
    ("an option of another type", "type: wms", "type: wms\n    mapfile: x", 34),
    ("a color that is none", "'#ff0000'", "reddish", 27),
    ("a color out of range", "[255, 255, 255]", "[255, 255, 256]", 35),
    ("a status that is none", "other:", "others:", 35),
    ("a box of three numbers", "bbox: [1, 2, 3, 4], origin", "bbox: [1, 2, 3], origin", 22),
    ("an origin that is none", "origin: Sw", "origin: south", 21),
    ("a band that is none", "{r: [", "{x: [", 30),
    ("a layer without a list", "sources: [c]", "sources: c", 19),
    ("permissions as a number", "'755'", "755", 9),
    ("an option left empty", "req: {url: 'http://x.example/'", "req: {url: ", 34),
]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[list[Diagnostic]]]:
    """A function from the texts of configurations to what an editor says of each."""
    directory = tmp_path_factory.mktemp("editor")
    schema = directory / "mapproxy.schema.json"
    schema.write_text(json.dumps(json_schema()))

    def validated(*texts: str) -> list[list[Diagnostic]]:
        files = [directory / f"{index}.yaml" for index in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text)
        found = diagnostics(schema, files)
        return [found[file] for file in files]

    return validated


def test_whatever_the_loader_takes_is_fine_in_an_editor(said: Callable[..., list[list[Diagnostic]]]) -> None:
    assert said(GOOD) == [[]]


def test_mistakes_are_underlined_where_they_are(said: Callable[..., list[list[Diagnostic]]]) -> None:
    texts = [GOOD.replace(old, new, 1) for _, old, new, _ in MISTAKES]
    assert GOOD not in texts

    found = said(*texts)

    for (rule, _, _, line), items in zip(MISTAKES, found, strict=True):
        assert {item.line for item in items} == {line}, (rule, items)


def test_options_are_required_where_no_other_file_can_give_them(
    said: Callable[..., list[list[Diagnostic]]],
) -> None:
    alone = "layers:\n  - name: a\nsources:\n  s:\n    seed_only: true\n"

    standing_alone, based = said(alone, f"base: other.yaml\n{alone}")

    assert [item.line for item in standing_alone] == [2, 4]
    assert based == []


def test_an_editor_can_show_what_options_are_for_and_their_defaults() -> None:
    sections = json_schema()["definitions"]

    failure = sections["GlobalCache"]["properties"]["failure_seconds"]
    assert "not asked for again" in failure["description"]
    assert failure["default"] == 5.0
    assert "Has no effect" in sections["KmlService"]["properties"]["md"]["description"]
