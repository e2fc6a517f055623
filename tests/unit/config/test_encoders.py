"""Formats that the installed libraries cannot write stop the start."""

from __future__ import annotations

from tests.unit.config.configurations import MINIMAL, loaded
from tilekeep.config.assemble.encoders import encoder_problems
from tilekeep.config.problems import path_text

OWN = "    grids: [GLOBAL_WEBMERCATOR]\n"


def problems_of(cache: str, services: str = "", *, missing: str = "image/avif") -> list[tuple[str, str]]:
    text = MINIMAL.replace(OWN, f"{OWN}    {cache}\n").replace("  tms:\n", f"  tms:\n{services}")
    found = encoder_problems(loaded(text).settings, lambda media_type: media_type != missing)
    return [(path_text(problem.path), problem.message) for problem in found]


def test_a_cache_in_a_format_without_encoder_is_an_error_that_names_the_remedy() -> None:
    [(path, message)] = problems_of("format: image/avif")

    assert path == "caches.osm_cache.format"
    assert message == "the installed Pillow cannot write image/avif; install one that can, or use another format"


def test_so_is_one_whose_image_options_name_it() -> None:
    assert [path for path, _ in problems_of("image: {format: image/avif}")] == ["caches.osm_cache.image.format"]


def test_so_are_maps() -> None:
    services = "  wms: {image_formats: [image/png, image/avif]}\n"

    assert [path for path, _ in problems_of("", services)] == ["services.wms.image_formats[1]"]


def test_what_can_be_written_is_fine() -> None:
    assert problems_of("format: image/webp", "  wms: {image_formats: [image/webp]}\n") == []
