"""From bytes to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.feature_info import InfoKind
from tilekeep.domain.info_text import info_text

LATIN = "Straße".encode("latin-1")


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        pytest.param("Straße".encode(), None, InfoKind.TEXT, id="UTF-8 unless something else is said"),
        pytest.param("Straße".encode(), "text/plain; charset=utf-8", InfoKind.TEXT, id="as declared"),
        pytest.param(LATIN, "text/plain; charset=ISO-8859-1", InfoKind.TEXT, id="declared Latin-1"),
        pytest.param(LATIN, 'text/plain; Charset="windows-1252"', InfoKind.TEXT, id="quoted"),
        pytest.param(LATIN, None, InfoKind.TEXT, id="what is no UTF-8 is Latin-1"),
        pytest.param(LATIN, "text/plain; charset=utf-8", InfoKind.TEXT, id="whatever was declared"),
        pytest.param("Straße".encode("utf-16"), "text/plain", InfoKind.TEXT, id="a byte order mark"),
        pytest.param("Straße".encode("utf-8-sig"), "text/plain; charset=latin-1", InfoKind.TEXT, id="before all else"),
        pytest.param(LATIN, "text/plain; charset=nonsense", InfoKind.TEXT, id="an unknown encoding"),
        pytest.param("Straße".encode(), "text/plain; charset=unicode_escape", InfoKind.TEXT, id="one that is none"),
        pytest.param("Straße".encode(), "text/plain; charset=zip", InfoKind.TEXT, id="no text at all"),
        pytest.param("Straße".encode(), "text/plain; charset=cp99999", InfoKind.TEXT, id="one that only looks like it"),
    ],
)
def test_what_is_said_about_the_encoding_is_tried_in_turn(body: bytes, content_type: str, kind: InfoKind) -> None:
    assert info_text(body, content_type, kind) == "Straße"


def test_xml_says_its_encoding_itself_and_loses_the_declaration() -> None:
    body = b'\n<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>' + LATIN + b"</a>"

    assert info_text(body, "text/xml", InfoKind.XML) == "<a>Straße</a>"


def test_the_charset_of_the_answer_counts_more_than_the_declaration() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><a>Straße</a>'.encode()

    assert info_text(body, "text/xml; charset=utf-8", InfoKind.XML) == "<a>Straße</a>"


def test_html_says_its_encoding_in_its_head() -> None:
    body = b'<html><head><meta charset="iso-8859-1"></head><body>' + LATIN + b"</body></html>"

    assert "Straße" in info_text(body, "text/html", InfoKind.HTML)


def test_declarations_within_text_stay() -> None:
    assert info_text(b"<?xml version='1.0'?><a/>", None, InfoKind.TEXT) == "<?xml version='1.0'?><a/>"


@pytest.mark.parametrize(
    "beginning",
    ["<?xml", "<?xml ", " ", "\n<?xml version='1.0' encoding='utf-8'"],
    ids=["bare", "blank", "none", "open"],
)
def test_a_declaration_that_never_ends_is_read_once(beginning: str) -> None:
    text = beginning + " " * 2_000_000 + "x"

    assert info_text(text.encode(), "text/xml", InfoKind.XML) == text


@given(body=st.binary(max_size=200), content_type=st.none() | st.text(max_size=40), kind=st.sampled_from(InfoKind))
def test_any_bytes_become_text(body: bytes, content_type: str | None, kind: InfoKind) -> None:
    assert isinstance(info_text(body, content_type, kind), str)


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=200))
def test_utf_8_comes_through_as_it_is(text: str) -> None:
    assert info_text(text.encode(), "text/plain; charset=utf-8", InfoKind.TEXT) == text
