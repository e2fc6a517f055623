"""URL templates of tile sources: the variables, and templates that are refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.errors import ConfigurationError
from tilekeep.domain.geometry import BBox
from tilekeep.domain.tile import TileCoord
from tilekeep.domain.tile_url import TileUrlTemplate, quadkey

VARIABLES = ("x", "y", "z", "format", "quadkey", "tc_path", "tms_path", "arcgiscache_path", "bbox")

coords = st.builds(TileCoord, z=st.integers(0, 25), x=st.integers(0, 2**25), y=st.integers(0, 2**25))
literals = st.text(st.characters(exclude_characters="%", codec="ascii"), max_size=8)


def no_box(coord: TileCoord) -> BBox:
    raise AssertionError("no template here asks for a box")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        pytest.param("http://h/%(z)s/%(x)s/%(y)s.png", "http://h/9/1234567/87654321.png", id="z, x and y"),
        pytest.param("http://h/%(z)02d-%(x)x-%(y)d", "http://h/09-12d687-87654321", id="number formats"),
        pytest.param("http://h/%(z)s.%(format)s", "http://h/9.jpeg", id="format"),
        pytest.param("http://h/%(tc_path)s", "http://h/09/001/234/567/087/654/321", id="tc_path"),
        pytest.param("http://h/%(tms_path)s", "http://h/9/1234567/87654321", id="tms_path"),
        pytest.param("http://h/%(arcgiscache_path)s", "http://h/L09/R05397fb1/C0012d687", id="arcgiscache_path"),
        pytest.param("http://h/%(z)s?q=a%%20b", "http://h/9?q=a%20b", id="a doubled percent sign"),
        pytest.param("http://h/only", "http://h/only", id="no variable at all"),
    ],
)
def test_variables_are_filled_in(template: str, expected: str) -> None:
    url = TileUrlTemplate(template).url(TileCoord(z=9, x=1234567, y=87654321), "jpeg", no_box)

    assert url == expected


def test_the_bbox_has_eight_decimals_in_xy_order() -> None:
    template = TileUrlTemplate("http://h/?bbox=%(bbox)s")

    url = template.url(TileCoord(1, 0, 0), "png", lambda coord: BBox(0.0, -15, 5 + 1e-9, -10.123456789))

    assert url == "http://h/?bbox=0.00000000,-15.00000000,5.00000000,-10.12345679"


@pytest.mark.parametrize(
    ("coord", "expected"),
    [
        pytest.param(TileCoord(0, 0, 0), "", id="level 0 has no digit"),
        pytest.param(TileCoord(1, 0, 0), "0", id="upper left"),
        pytest.param(TileCoord(1, 1, 0), "1", id="x adds one"),
        pytest.param(TileCoord(1, 0, 1), "2", id="y adds two"),
        pytest.param(TileCoord(3, 3, 5), "213", id="the example of the tile system's documentation"),
    ],
)
def test_quadkeys(coord: TileCoord, expected: str) -> None:
    assert quadkey(coord) == expected


@given(z=st.integers(1, 30), data=st.data())
def test_a_quadkey_begins_with_that_of_the_parent(z: int, data: st.DataObject) -> None:
    x, y = (data.draw(st.integers(0, 2**z - 1)) for _ in "xy")

    assert quadkey(TileCoord(z, x, y))[:-1] == quadkey(TileCoord(z - 1, x // 2, y // 2))


@pytest.mark.parametrize(
    ("template", "named"),
    [
        pytest.param("http://h/%(zoom)s/%(x)s", "%(zoom)", id="unknown variable"),
        pytest.param("http://h/%s", "%(x)s", id="no name"),
        pytest.param("http://h/a%20b", "%%", id="a single percent sign"),
        pytest.param("http://h/%(x)", "%(x)s", id="no conversion"),
        pytest.param("http://h/%(x", "%(x)s", id="not closed"),
        pytest.param("http://h/%(quadkey)d", "%(quadkey)s", id="a text as number"),
        pytest.param("h/%(x)s", "http://", id="no scheme"),
    ],
)
def test_other_templates_are_refused_with_the_remedy(template: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(named)) as refused:
        TileUrlTemplate(template)

    assert "h/" in str(refused.value)


def test_the_refusal_of_a_template_shows_no_secret() -> None:
    with pytest.raises(ConfigurationError) as refused:
        TileUrlTemplate("http://h/%(zoom)s?apikey=hunter2")

    assert "hunter2" not in str(refused.value)


@given(st.lists(st.tuples(literals, st.sampled_from(VARIABLES)), max_size=6), literals, coords)
def test_any_mixture_of_text_and_variables_is_filled_in(
    parts: list[tuple[str, str]], tail: str, coord: TileCoord
) -> None:
    box = BBox(0.0, 0.0, 1.0, 1.0)
    template = TileUrlTemplate("http://h/" + "".join(f"{text}%({name})s" for text, name in parts) + tail)

    url = template.url(coord, "png", lambda _coord: box)

    singles = {name: TileUrlTemplate(f"x://%({name})s").url(coord, "png", lambda _: box)[4:] for name in VARIABLES}
    assert url == "http://h/" + "".join(text + singles[name] for text, name in parts) + tail


@given(st.text(max_size=30))
def test_any_text_is_either_a_template_or_refused(text: str) -> None:
    try:
        template = TileUrlTemplate(f"http://h/{text}")
    except ConfigurationError:
        return

    assert template.url(TileCoord(1, 0, 0), "png", lambda coord: BBox(0.0, 0.0, 1.0, 1.0)).startswith("http://h/")
