"""What a server sends cannot forge lines of a log, command a terminal, or show secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.domain.source_failure import failure_texts, upstream_text


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        pytest.param("a\nb\r\nc\td", r"a\nb\r\nc\td", id="lines and tabs"),
        pytest.param("\x1b[2J\x07\x00\x7f", r"\x1b[2J\x07\x00\x7f", id="commands to a terminal"),
        pytest.param("\x85\x9b31m", r"\x85\x9b31m", id="the same in one byte"),
        pytest.param("a\u2028b\u2029c", r"a\u2028b\u2029c", id="other ends of lines"),
        pytest.param("Grüße, 地図 \\ 'q'", "Grüße, 地図 \\ 'q'", id="all other text as it is"),
        pytest.param("Authorization: hunter2\nHost: h", r"Authorization: ***\nHost: h", id="secrets of single lines"),
    ],
)
def test_text_of_a_server_is_shown_on_one_line(sent: str, shown: str) -> None:
    assert upstream_text(sent) == shown


@given(st.text())
def test_no_text_has_more_than_one_line(text: str) -> None:
    assert len(upstream_text(text).splitlines()) <= 1


def test_the_reason_of_a_failure_is_such_text() -> None:
    texts = failure_texts("HTTP Error", "http://h/", "bad status line 'x\n2026 all is well'", hide_details=False)

    assert texts.log == texts.client == "HTTP Error \"http://h/\": bad status line 'x\\n2026 all is well'"
