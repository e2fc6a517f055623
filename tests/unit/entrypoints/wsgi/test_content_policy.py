"""What browsers may load into pages."""

from __future__ import annotations

import pytest

from tilekeep.entrypoints.wsgi.pages.content_policy import content_policy, image_source


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("http://tiles.example:8080/{z}/{x}/{y}.png?key=a;b", "http://tiles.example:8080"),
        ("https://{a-c}.tiles.example/{z}.png", "https://*.tiles.example"),
        ("https://{s}.tiles.example/{z}.png", "https://*.tiles.example"),
        ("//tiles.example/{z}.png", "tiles.example"),
        ("../tiles/world/{z}/{x}/{y}.png", ""),
        ("/tiles/{z}.png", ""),
        ("javascript:alert(1)", ""),
        ("ftp://tiles.example/{z}", ""),
        ("https://user:secret@tiles.example/{z}", ""),
        ("https://tiles.example; script-src *", ""),
        ("https://a b/", ""),
        ("", ""),
    ],
)
def test_images_may_come_from_the_server_of_the_background_alone(address: str, source: str) -> None:
    assert image_source(address) == source


@pytest.mark.parametrize("embeddable", [True, False])
def test_no_policy_lets_anything_inside_a_page_run(embeddable: bool) -> None:
    name, policy = content_policy(images_from="https://tiles.example; script-src *", embeddable=embeddable)

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert name == "Content-Security-Policy"
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert directives["img-src"] == "'self' data: blob:"
    assert directives["frame-ancestors"] == ("*" if embeddable else "'none'")
