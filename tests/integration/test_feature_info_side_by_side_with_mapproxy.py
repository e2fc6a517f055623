"""Hundreds of questions about places: Tilekeep asks its sources what MapProxy 7.0.0 asks, and says what it says.

Each program has an upstream of its own, which repeats in its answers what it was asked.  Requests are compared letter
by letter, answers as what they are: text, trees of elements, values.  Where both differ on purpose, the register of
deviations says so.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
from lxml import etree, html

from tests.integration.info.configuration import TRANSFORMING, configuration, write_files
from tests.integration.info.corpus import (
    Asked,
    get_feature_info,
    questions,
    questions_about_tiles,
    questions_without_usual_parameters,
)
from tests.integration.info.upstream import answer_questions
from tests.integration.services.mapproxy import mapproxy
from tests.integration.services.process import Server
from tests.integration.services.tilekeep import tilekeep
from tests.integration.support.answers import Answer, ask
from tests.integration.support.upstream_server import Received, Reply, UpstreamServer

WMS = list(questions())
SHORT = list(questions_without_usual_parameters())
TILES = list(questions_about_tiles())
TRANSFORMED = [
    Asked(f"{layers} as {info_format}", get_feature_info(layers, info_format, version=version))
    for layers in ("xml", "gml", "two_sources", "two_caches", "any", "of_two_kinds")
    for info_format, version in (("text/html", "1.1.1"), ("text/html", "1.3.0"), ("text/xml", "1.3.0"),
                                 ("application/vnd.ogc.gml", "1.1.1"))
]  # fmt: skip


#: What XML starts with; within text Tilekeep leaves it out (register: xml-among-other-kinds).
_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

#: With more digits than both programs agree on.
_LONG_NUMBER = re.compile(r"-?\d+\.\d{7,}")


class Told(NamedTuple):
    """What a program said, and what it had asked for that: paths and query strings in any order."""

    answer: Answer
    requests: list[str]


class Side(NamedTuple):
    """A program with its upstream."""

    server: Server
    upstream: UpstreamServer

    def ask(self, path: str) -> Told:
        self.upstream.forget()
        answer = ask(self.server.url + path)
        return Told(answer, sorted(_target(request.target) for request in self.upstream.requests))


class Pair(NamedTuple):
    """Both programs."""

    reference: Side
    ours: Side


def _pair(stack: ExitStack, factory: pytest.TempPathFactory, service: str) -> Pair:
    sides = []
    for program in (mapproxy, tilekeep):
        upstream = stack.enter_context(UpstreamServer())
        answer_questions(upstream)
        directory = factory.mktemp(program.__name__)
        write_files(directory)
        server = stack.enter_context(program(directory, configuration(upstream.url, service=service), workers=1))
        sides.append(Side(server, upstream))
    return Pair(*sides)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield _pair(stack, tmp_path_factory, "")


@pytest.fixture(scope="module")
def transforming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with ExitStack() as stack:
        yield _pair(stack, tmp_path_factory, TRANSFORMING)


def by_name(asked: list[Asked]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", [pytest.param(one.path, id=one.name) for one in asked])


@by_name([*WMS, *SHORT])
def test_maps_are_asked_about_alike(pair: Pair, path: str) -> None:
    theirs, ours = pair.reference.ask(path), pair.ours.ask(path)

    assert ours.requests == theirs.requests
    assert (ours.answer.status, _type(ours)) == (theirs.answer.status, _type(theirs)) == (200, _type(ours))
    assert _meaning(ours.answer) == _meaning(theirs.answer)


@by_name(TILES)
def test_tiles_are_asked_about_alike(pair: Pair, path: str) -> None:
    theirs, ours = pair.reference.ask(path), pair.ours.ask(path)

    assert ours.requests == theirs.requests
    assert (ours.answer.status, _type(ours)) == (theirs.answer.status, _type(theirs)) == (200, _type(ours))
    assert _meaning(ours.answer) == _meaning(theirs.answer)


@by_name(TRANSFORMED)
def test_answers_of_a_service_are_transformed_alike(transforming: Pair, path: str) -> None:
    theirs, ours = transforming.reference.ask(path), transforming.ours.ask(path)

    assert ours.requests == theirs.requests
    assert (ours.answer.status, _type(ours)) == (theirs.answer.status, _type(theirs)) == (200, _type(ours))
    assert _meaning(ours.answer) == _meaning(theirs.answer)


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
@pytest.mark.parametrize("service", ["plain", "transforming"])
def test_documents_of_wms_list_the_same_layers_and_formats(
    request: pytest.FixtureRequest, service: str, version: str
) -> None:
    sides: Pair = request.getfixturevalue("pair" if service == "plain" else service)
    path = f"/service?service=WMS&request=GetCapabilities&version={version}"

    theirs, ours = (_queryable(side.ask(path).answer.body) for side in sides)

    assert ours == theirs
    assert (ours[0]["any"], ours[0]["silent"]) == ("1", None)


def test_documents_of_wmts_list_the_same_formats_and_addresses(pair: Pair) -> None:
    path = "/wmts/1.0.0/WMTSCapabilities.xml"

    theirs, ours = (_info_formats(side.ask(path).answer.body, side.server.url) for side in pair)

    assert ours == theirs
    assert len(ours["any"]) == 8


def test_sources_are_asked_side_by_side(pair: Pair) -> None:
    """Each of them answers when both have been asked."""
    both_are_there = threading.Barrier(2, timeout=30)

    def meeting(asked: Received) -> Reply:
        both_are_there.wait()
        return Reply(body=b"met", headers={"Content-Type": "text/plain"})

    pair.ours.upstream.on("/any", meeting)
    try:
        answer = pair.ours.ask(get_feature_info("two_sources", "text/plain")).answer
    finally:
        answer_questions(pair.ours.upstream)

    assert (answer.status, answer.body) == (200, b"met\nmet")


class TestDeviations:
    """Where the register of deviations says that Tilekeep does something else."""

    def test_a_server_is_asked_by_the_name_of_the_srs_that_it_is_said_to_know(self, pair: Pair) -> None:
        path = get_feature_info("in_degrees", "text/plain", version="1.3.0", srs="CRS:84")

        theirs, ours = pair.reference.ask(path), pair.ours.ask(path)

        assert "crs=CRS%3A84" in theirs.requests[0]
        assert "bbox=4.0,44.0,12.0,52.0" in theirs.requests[0]
        assert "crs=EPSG%3A4326" in ours.requests[0]
        assert "bbox=44.0,4.0,52.0,12.0" in ours.requests[0]

    def test_a_source_behind_several_layers_is_asked_once(self, pair: Pair) -> None:
        path = get_feature_info("any,two_caches", "text/plain")

        theirs, ours = pair.reference.ask(path), pair.ours.ask(path)

        assert (len(theirs.requests), len(ours.requests)) == (3, 2)
        assert set(ours.requests) == set(theirs.requests)

    def test_xml_within_text_has_no_declaration(self, pair: Pair) -> None:
        path = get_feature_info("of_two_kinds", "text/plain")

        theirs, ours = pair.reference.ask(path), pair.ours.ask(path)

        assert _XML_DECLARATION in theirs.answer.body.decode()
        assert "<?xml" not in ours.answer.body.decode()
        assert "<answers" in ours.answer.body.decode()

    def test_rows_of_southern_grids_are_counted_from_the_north(self, pair: Pair) -> None:
        path = "/wmts/southern/south/02/1/0/10/20.txt"

        theirs, ours = pair.reference.ask(path), pair.ours.ask(path)

        assert "bbox=-10018754.2,10018754.2,0.0,20037508.3&" in ours.requests[0]
        assert "bbox=-10018754.2,-20037508.3,0.0,-10018754.2&" in theirs.requests[0]

    @pytest.mark.parametrize(
        ("changed", "code", "culprit"),
        [
            pytest.param({"query_layers": "any,nothing"}, "LayerNotDefined", "nothing", id="unknown query layer"),
            pytest.param({"x": "left"}, None, "left", id="no number"),
            pytest.param({"x": "nan"}, None, "nan", id="NaN"),
            pytest.param({"bbox": "1,2,3"}, None, "1,2,3", id="no box"),
        ],
    )
    def test_what_nobody_understands_is_an_error_of_the_client(
        self, pair: Pair, changed: dict[str, str], code: str | None, culprit: str
    ) -> None:
        path = get_feature_info("any", "text/plain", **changed)

        theirs, ours = pair.reference.ask(path), pair.ours.ask(path)

        assert (theirs.answer.status, theirs.answer.body) == (500, b"internal error")
        assert ours.answer.status == 400
        exception = etree.fromstring(ours.answer.body)[0]
        assert exception.get("code") == code
        assert culprit in exception.text

    def test_a_failing_source_is_left_out_and_is_an_error_only_if_nobody_else_answers(self, pair: Pair) -> None:
        alone = get_feature_info("failing", "text/plain")
        with_others = get_feature_info("failing,text", "text/plain")

        for path in (alone, with_others):
            assert pair.reference.ask(path).answer.status == 500
        assert pair.ours.ask(alone).answer.status == 500
        answer = pair.ours.ask(with_others).answer

        assert (answer.status, answer.media_type) == (200, "text/plain")
        assert "layers = places" in answer.body.decode()
        assert "no-store" in answer.cache_control

    def test_what_cannot_be_transformed_is_delivered_as_it_is(self, transforming: Pair) -> None:
        for layers, info_format in (("text", "text/plain"), ("json", "text/html"), ("xml", "application/json")):
            path = get_feature_info(layers, info_format)

            theirs, ours = transforming.reference.ask(path), transforming.ours.ask(path)

            assert theirs.answer.status == 500
            assert ours.answer.status == 200
            assert b"places" in ours.answer.body


def test_the_corpus_is_large_and_names_each_question_once() -> None:
    names = [asked.name for asked in (*WMS, *SHORT, *TILES)]

    assert len(set(names)) == len(names) >= 400


def _queryable(document: bytes) -> tuple[dict[str, str | None], list[str]]:
    """Which layers say that they can be asked about, and the formats of that."""
    root = etree.fromstring(document)
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    layers = {layer.findtext("Name") or "": layer.get("queryable") for layer in root.iter("Layer")}
    return layers, [element.text for element in root.iterfind(".//GetFeatureInfo/Format")]


def _info_formats(document: bytes, base: str) -> dict[str, list[str]]:
    """Formats and forms of addresses by layer."""
    root = etree.fromstring(document.replace(base.encode(), b""))
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return {
        layer.findtext("Identifier"): [
            *(element.text for element in layer.findall("InfoFormat")),
            *(url.get("template") for url in layer.findall("ResourceURL") if url.get("resourceType") == "FeatureInfo"),
        ]
        for layer in root.iter("Layer")
    }


def _target(target: str) -> str:
    """Transformed boxes differ in the last digits, as the programs project in steps of their own."""
    return _LONG_NUMBER.sub(lambda number: f"{float(number[0]):.9g}", target)


def _type(told: Told) -> str:
    return told.answer.headers["content-type"]


def _meaning(answer: Answer) -> object:
    """What a body says, however it is written."""
    if not answer.body.strip():
        return ""
    text = _LONG_NUMBER.sub(lambda number: f"{float(number[0]):.9g}", answer.body.decode())
    if answer.media_type == "application/json" and text.startswith("{"):
        return json.loads(text)
    if text.startswith("<html"):
        return _elements(html.document_fromstring(text))
    if answer.media_type in {"text/xml", "application/vnd.ogc.gml"}:
        return _elements(etree.fromstring(text))
    return text.replace(_XML_DECLARATION, "").split("\n")


def _elements(element: etree._Element) -> object:
    """The type that an HTML document states for itself is that of the response, and does not count."""
    text, tail = (element.text or "").strip(), (element.tail or "").strip()
    children = [_elements(child) for child in element if child.get("http-equiv") != "Content-Type"]
    return str(element.tag), dict(element.attrib), text, tail, children
