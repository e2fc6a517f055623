"""Documents about places: each kind is merged in its own way, and none is trusted."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from tilekeep.adapters.documents.markup import DEEPEST, MOST_CHARACTERS, MOST_TAGS, html_tree, xml_tree
from tilekeep.adapters.documents.merging import MergedDocuments
from tilekeep.domain.errors import UnusableInfo
from tilekeep.domain.feature_info import InfoDocument, InfoKind

DOCUMENTS = MergedDocuments()


def merged(kind: InfoKind, *texts: str) -> InfoDocument:
    return DOCUMENTS.merged([InfoDocument(kind, text) for text in texts])


class TestMerging:
    @pytest.mark.parametrize("kind", InfoKind)
    def test_a_single_document_is_passed_on_as_it_is(self, kind: InfoKind) -> None:
        document = InfoDocument(kind, " <a  b='1' /> ")

        assert DOCUMENTS.merged([document]) == document

    @pytest.mark.parametrize("kind", InfoKind)
    def test_blank_documents_do_not_count(self, kind: InfoKind) -> None:
        assert merged(kind, "", "<a/>", " \n") == InfoDocument(kind, "<a/>")

    def test_of_nothing_but_blanks_one_is_left(self) -> None:
        assert merged(InfoKind.XML, "", " ") == InfoDocument(InfoKind.XML, "")

    def test_text_is_joined_by_lines(self) -> None:
        assert merged(InfoKind.TEXT, "a = 1\n", "b = 2") == InfoDocument(InfoKind.TEXT, "a = 1\n\nb = 2")

    def test_xml_of_later_documents_goes_into_the_first_root(self) -> None:
        found = merged(InfoKind.XML, "<r a='1'><x>1</x></r>", "<other><y/>tail<z/></other>", "<s><x>2</x></s>")

        assert found == InfoDocument(InfoKind.XML, '<r a="1"><x>1</x><y/>tail<z/><x>2</x></r>')

    def test_namespaces_stay_what_they_are(self) -> None:
        found = merged(InfoKind.XML, "<r xmlns='urn:a'><x/></r>", "<p:r xmlns:p='urn:b'><p:y/></p:r>")

        tags = [element.tag for element in etree.fromstring(found.text)]
        assert tags == ["{urn:a}x", "{urn:b}y"]

    def test_html_of_later_bodies_goes_into_the_first_body(self) -> None:
        found = merged(
            InfoKind.HTML,
            "<html><head><title>T</title></head><body><p>1</p></body></html>",
            "<html><head><title>U</title></head><body><p>2</p><p>3</p></body></html>",
        )

        root = html.document_fromstring(found.text)
        assert (root.findtext("head/title"), [p.text for p in root.iter("p")]) == ("T", ["1", "2", "3"])

    def test_fragments_and_bare_text_become_a_page(self) -> None:
        found = merged(InfoKind.HTML, "one", "<b>two</b>", "<html><body>three<br>four</body></html>")

        assert found.kind is InfoKind.HTML
        assert html.document_fromstring(found.text).body.text_content() == "onetwothreefour"

    def test_json_is_merged_by_keys(self) -> None:
        found = merged(InfoKind.JSON, '{"features": [1]}', '{"features": [2], "n": 1}')

        assert (found.kind, json.loads(found.text)) == (InfoKind.JSON, {"features": [1, 2], "n": 1})

    def test_different_kinds_become_text(self) -> None:
        found = DOCUMENTS.merged([InfoDocument(InfoKind.XML, "<a/>"), InfoDocument(InfoKind.JSON, "{}")])

        assert found == InfoDocument(InfoKind.TEXT, "<a/>\n{}")

    @given(texts=st.lists(st.text(max_size=60), min_size=2, max_size=4))
    def test_any_html_can_be_merged(self, texts: Sequence[str]) -> None:
        assert merged(InfoKind.HTML, *texts).kind is InfoKind.HTML


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


class TestUnusable:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            pytest.param(
                "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a>&e;</a>", "entities of its own", id="a file"
            ),
            pytest.param(
                "<!DOCTYPE a [<!ENTITY e SYSTEM 'http://127.0.0.1:1/'>]><a>&e;</a>", "entities of its own", id="a URL"
            ),
            pytest.param(
                "<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/hostname'> %p;]><a/>", "entities of its own",
                id="a parameter entity",
            ),
            pytest.param("<!DOCTYPE a [<!ENTITY e 'text'>]><a/>", "entities of its own", id="one that is not used"),
            pytest.param(f"<!DOCTYPE a [<!ENTITY l0 'ha'>{LAUGHS}]><a>&l9;</a>", "amplification", id="billion laughs"),
            pytest.param(
                f"<!DOCTYPE a [<!ENTITY l0 'ha'>{LAUGHS}]><a b='&l9;'/>", "amplification",
                id="laughs in an attribute",
            ),
            pytest.param("<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a'><a>&e;</a>", "entities", id="declared elsewhere"),
            pytest.param("<a>" * (DEEPEST + 1) + "</a>" * (DEEPEST + 1), "deep", id="too deep"),
            pytest.param("<a>" * 100_000, "depth", id="much too deep"),
            pytest.param("<r>" + "<a/>" * MOST_TAGS + "</r>", "tags", id="too many elements"),
            pytest.param("<r>" + "x" * MOST_CHARACTERS + "</r>", "characters", id="too large"),
            pytest.param("<a><b></a>", "cannot be read", id="not well-formed"),
            pytest.param("<html><body><br></body></html>", "cannot be read", id="HTML"),
            pytest.param("Search returned no results.", "cannot be read", id="text"),
            pytest.param("<a>\x00</a>", "cannot be read", id="no character of XML"),
        ],
    )  # fmt: skip
    def test_xml_that_is_not_safe_is_refused(self, text: str, reason: str) -> None:
        with pytest.raises(UnusableInfo, match=reason) as refusal:
            DOCUMENTS.check(InfoDocument(InfoKind.XML, text))

        assert reason not in refusal.value.client_message
        assert "\n" not in str(refusal.value)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("x" * (MOST_CHARACTERS + 1), id="too large"),
            pytest.param("<p>" * (MOST_TAGS + 1), id="too many elements"),
            pytest.param("<div>" * 10_000, id="too deep"),
        ],
    )
    def test_html_is_measured(self, text: str) -> None:
        with pytest.raises(UnusableInfo):
            DOCUMENTS.check(InfoDocument(InfoKind.HTML, text))

    def test_json_that_cannot_be_read_is_refused(self) -> None:
        with pytest.raises(UnusableInfo, match="JSON that cannot be read"):
            DOCUMENTS.check(InfoDocument(InfoKind.JSON, "{"))

    @pytest.mark.parametrize("kind", InfoKind)
    def test_blank_documents_are_no_mistake(self, kind: InfoKind) -> None:
        DOCUMENTS.check(InfoDocument(kind, " \n"))

    def test_text_may_be_anything(self) -> None:
        DOCUMENTS.check(InfoDocument(InfoKind.TEXT, "<a>&e;\x00"))

    def test_usual_documents_are_fine(self) -> None:
        DOCUMENTS.check(
            InfoDocument(InfoKind.XML, "<!-- a --><msGMLOutput xmlns:gml='u'><gml:x>&lt;</gml:x></msGMLOutput>")
        )
        DOCUMENTS.check(InfoDocument(InfoKind.XML, "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>"))
        DOCUMENTS.check(InfoDocument(InfoKind.JSON, '{"a": [1.5, null]}'))

    @given(text=st.text(st.sampled_from("<>&;!/ab'\"=[]?-# \n\x00é"), max_size=80))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        for tree in (xml_tree, html_tree):
            try:
                found = tree(text)
            except UnusableInfo:
                continue
            assert found.getroot() is not None
