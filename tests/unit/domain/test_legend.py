"""Names and sizes of kept legends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.geometry import Size
from tilekeep.domain.legend import legend_file_name, png_size

HEADER = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"


@pytest.mark.parametrize(
    ("identity", "scale", "name"),
    [
        pytest.param("http://h/wms?a", None, "d31e7f93191541156f4dd676db6f90ce", id="any scale"),
        pytest.param("http://h/wms?a", 1000.0, "0adcaee2edda7e8f7cda0bdaf7f8a27b", id="a scale"),
        pytest.param("http://h/wms?ahttp://h/wms?b", 0.5, "a669a8bb5739bb8d8079ee25542b93f0", id="several layers"),
        pytest.param("http://h/ä", None, "45ee7f3e01f052392d274d6d705fd41c", id="other scripts"),
    ],
)
def test_legends_have_the_names_that_mapproxy_gives_them(identity: str, scale: float | None, name: str) -> None:
    """Written by ``mapproxy.cache.legend.legend_hash`` of 7.0.0."""
    assert legend_file_name(identity, scale) == f"{name}.png"


@given(st.text(), st.none() | st.floats())
def test_a_name_is_no_path(identity: str, scale: float | None) -> None:
    name = legend_file_name(identity, scale)

    assert len(name) == 36
    assert set(name.removesuffix(".png")) <= set("0123456789abcdef")


def test_the_size_of_a_png_stands_in_its_header() -> None:
    assert png_size(HEADER + (300).to_bytes(4) + (20).to_bytes(4)) == Size(300, 20)


@pytest.mark.parametrize("body", [b"", b"GIF89a", HEADER, HEADER + b"\0\0\1"])
def test_other_bytes_have_no_size(body: bytes) -> None:
    assert png_size(body) is None
