"""Asking sources about a place, and what becomes of their answers."""

from __future__ import annotations

import logging

import pytest

from tests.contract.info_source_suite import PLACE
from tests.fakes.info_source import FakeInfoSource, Script, feature_info_of, text
from tilekeep.application.get_feature_info import InfoAnswer
from tilekeep.domain.deadline import NO_DEADLINE
from tilekeep.domain.errors import SourceError, SourceTimeout, UnusableInfo
from tilekeep.domain.feature_info import InfoDocument, InfoKind

FAILURE = SourceTimeout("the server of http://fake/ is slow")
XML = InfoDocument(InfoKind.XML, "<a/>")
MALFORMED = InfoDocument(InfoKind.XML, "<a>")


def answer_of(*answers: Script, raise_source_errors: bool = False) -> InfoAnswer:
    """The answer of sources that each have one thing to say."""
    sources = {str(number): FakeInfoSource(answer) for number, answer in enumerate(answers)}
    get = feature_info_of(sources, raise_source_errors=raise_source_errors)
    return get(list(sources), PLACE, NO_DEADLINE)


def test_answers_are_merged_in_the_order_of_the_sources() -> None:
    assert answer_of(text("a"), text("b"), text("c")) == InfoAnswer(text("a\nb\nc"))


def test_whoever_has_nothing_to_say_is_not_heard() -> None:
    assert answer_of(None, text("b"), None) == InfoAnswer(text("b"))


def test_nothing_at_all() -> None:
    assert answer_of(None, None) == InfoAnswer(None)


def test_nobody_to_ask_is_nothing_too() -> None:
    assert answer_of() == InfoAnswer(None)


def test_each_source_is_asked_once_with_the_query_and_the_deadline() -> None:
    source = FakeInfoSource(text("a"))

    answer = feature_info_of({"s": source})(["s", "s"], PLACE, NO_DEADLINE)

    assert (source.queries, source.deadlines) == ([PLACE], [NO_DEADLINE])
    assert answer == InfoAnswer(text("a"))


class TestFailures:
    def test_one_that_fails_is_left_out_and_the_answer_is_not_complete(self) -> None:
        assert answer_of(FAILURE, text("b")) == InfoAnswer(text("b"), complete=False)

    def test_nothing_from_the_others_is_an_answer(self) -> None:
        assert answer_of(FAILURE, None) == InfoAnswer(None, complete=False)

    def test_if_all_fail_the_first_failure_is_the_answer(self) -> None:
        with pytest.raises(SourceTimeout):
            answer_of(FAILURE, SourceError("another"))

    def test_one_failure_is_enough_where_errors_are_raised(self) -> None:
        with pytest.raises(SourceTimeout):
            answer_of(text("a"), FAILURE, raise_source_errors=True)


class TestUnusable:
    def test_what_cannot_be_read_is_nothing_and_the_log_says_why(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            answer = answer_of(MALFORMED, XML)

        assert answer == InfoAnswer(XML)
        assert "feature info of the source 0 is left out: XML that cannot be read" in caplog.text

    def test_alone_it_is_nothing_as_well(self) -> None:
        assert answer_of(MALFORMED) == InfoAnswer(None)

    def test_it_is_an_error_where_errors_are_raised(self) -> None:
        with pytest.raises(UnusableInfo):
            answer_of(MALFORMED, XML, raise_source_errors=True)


class TestTransformation:
    def transformed(self, *answers: Script, raise_source_errors: bool = False) -> InfoAnswer:
        sources = {str(number): FakeInfoSource(answer) for number, answer in enumerate(answers)}
        get = feature_info_of(sources, raise_source_errors=raise_source_errors)
        return get(list(sources), PLACE, NO_DEADLINE, _to_html)

    def test_the_whole_is_transformed(self) -> None:
        answer = self.transformed(InfoDocument(InfoKind.XML, "<a><b/></a>"), InfoDocument(InfoKind.XML, "<a><c/></a>"))

        assert answer == InfoAnswer(InfoDocument(InfoKind.HTML, "<p><a><b/><c/></a></p>"))

    @pytest.mark.parametrize("kind", [InfoKind.TEXT, InfoKind.JSON])
    def test_what_is_no_markup_stays_as_it_is(self, kind: InfoKind) -> None:
        assert self.transformed(InfoDocument(kind, "1")) == InfoAnswer(InfoDocument(kind, "1"))

    def test_different_kinds_are_text_and_stay_so(self) -> None:
        answer = self.transformed(XML, InfoDocument(InfoKind.HTML, "<p>"))

        assert answer == InfoAnswer(text("<a/>\n<p>"))

    def test_a_transformation_that_fails_makes_nothing(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            answer = self.transformed(InfoDocument(InfoKind.XML, "<fail/>"))

        assert answer == InfoAnswer(None)
        assert "cannot be transformed" in caplog.text

    def test_it_is_an_error_where_errors_are_raised(self) -> None:
        with pytest.raises(UnusableInfo):
            self.transformed(InfoDocument(InfoKind.XML, "<fail/>"), raise_source_errors=True)


def _to_html(document: InfoDocument) -> InfoDocument:
    if document.text == "<fail/>":
        raise UnusableInfo("it fails")
    return InfoDocument(InfoKind.HTML, f"<p>{document.text}</p>")
