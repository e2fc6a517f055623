"""What a server can do to whoever asks it about places: documents that attack, stylesheets that are made to read files.

Everything is refused with a line in the log that names the source and the reason; the layer says nothing, or the
request fails where errors of sources are raised.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from tests.integration.support.upstream_server import Reply, UpstreamServer
from tilekeep.config.problems import ConfigurationProblems
from tilekeep.entrypoints.wsgi.make_app import make_wsgi_app

LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))

ATTACKS = {
    "a file": ("<!DOCTYPE a [<!ENTITY e SYSTEM 'file://{secret}'>]><a>&e;</a>", "entities of its own"),
    "a file in an attribute": (
        "<!DOCTYPE a [<!ENTITY % d SYSTEM 'file://{secret}'> %d;]><a b='&e;'/>", "XML that cannot be read|entities"
    ),
    "another server": ("<!DOCTYPE a [<!ENTITY e SYSTEM '{url}/inside'>]><a>&e;</a>", "entities of its own"),
    "another server's declarations": ("<!DOCTYPE a SYSTEM '{url}/inside'><a>&e;</a>", "entities of its own"),
    "an inclusion": ("<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='{url}/inside'/></a>", ""),
    "billion laughs": (f"<!DOCTYPE a [<!ENTITY l0 'ha'>{LAUGHS}]><a>&l9;</a>", "amplification|entities"),
    "laughs in an attribute": (f"<!DOCTYPE a [<!ENTITY l0 'ha'>{LAUGHS}]><a b='&l9;'/>", "amplification|entities"),
    "too deep": ("<a>" * 5000 + "</a>" * 5000, "depth|deep"),
    "too many elements": ("<r>" + "<a/>" * 300_000 + "</r>", "tags"),
    "too large": ("<r>" + "x" * 9_000_000 + "</r>", "bytes|characters"),
    "cut": ("<r><a>", "cannot be read"),
}  # fmt: skip

SERVICE = """
services:
  wms: {{on_source_errors: {errors}, srs: ['EPSG:3857'], image_formats: [image/png]{more}}}
layers:
  - {{name: hostile, title: Hostile, sources: [hostile]}}
  - {{name: friendly, title: Friendly, sources: [friendly]}}
  - {{name: styled, title: Styled, sources: [styled]}}
caches:
  hostile: {{grids: [GLOBAL_WEBMERCATOR], sources: [hostile]}}
  friendly: {{grids: [GLOBAL_WEBMERCATOR], sources: [friendly]}}
  styled: {{grids: [GLOBAL_WEBMERCATOR], sources: [styled]}}
sources:
  hostile: {{type: wms, req: {{url: '{url}/hostile', layers: a}}, wms_opts: {{featureinfo: true}}}}
  friendly: {{type: wms, req: {{url: '{url}/friendly', layers: a}}, wms_opts: {{featureinfo: true}}}}
  styled:
    type: wms
    req: {{url: '{url}/styled', layers: a}}
    wms_opts: {{featureinfo: true, featureinfo_xslt: style.xsl}}
"""

STYLE = """\
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="imported.xsl"/>
  <xsl:template match="/"><out><xsl:call-template name="imported"/></out></xsl:template>
</xsl:stylesheet>
"""

IMPORTED = """\
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template name="imported"><xsl:value-of select="/a"/><xsl:copy-of select="document(/a/@from)"/></xsl:template>
</xsl:stylesheet>
"""


@pytest.fixture
def upstream() -> Iterator[UpstreamServer]:
    with UpstreamServer() as server:
        server.on("/friendly", Reply(body=b"<found><item>here</item></found>", headers={"Content-Type": "text/xml"}))
        server.on("/inside", Reply(body=b"<secret>hunter2</secret>", headers={"Content-Type": "text/xml"}))
        yield server


@pytest.fixture
def ask(tmp_path: Path, upstream: UpstreamServer) -> Callable[..., TestResponse]:
    (tmp_path / "style.xsl").write_text(STYLE)
    (tmp_path / "imported.xsl").write_text(IMPORTED)
    (tmp_path / "secret.xml").write_text("<secret>hunter2</secret>")

    def ask(layers: str, *, errors: str = "notify", more: str = "", info_format: str = "text/xml") -> TestResponse:
        config = tmp_path / "mapproxy.yaml"
        config.write_text(SERVICE.format(url=upstream.url, errors=errors, more=more))
        place = f"bbox=0,0,1000,1000&width=100&height=100&x=1&y=1&srs=EPSG:3857&version=1.1.1&info_format={info_format}"
        path = f"/service?service=WMS&request=GetFeatureInfo&layers={layers}&query_layers={layers}&{place}"
        return Client(make_wsgi_app(str(config))).get(path)

    return ask


def reply(text: str) -> Reply:
    return Reply(body=text.encode(), headers={"Content-Type": "text/xml"})


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_with_a_line_in_the_log(
    attack: str, ask: Callable[..., TestResponse], upstream: UpstreamServer, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    form, reason = ATTACKS[attack]
    text = form.replace("{secret}", str(tmp_path / "secret.xml")).replace("{url}", upstream.url)
    upstream.on("/hostile", reply(text))

    with caplog.at_level(logging.WARNING):
        answer = ask("hostile,friendly")

    assert (answer.status_code, "<item>here</item>" in answer.text) == (200, True)
    assert b"hunter2" not in answer.data
    assert upstream.requests_to("/inside") == []
    if reason:
        lines = [record.getMessage() for record in caplog.records if "feature info" in record.getMessage()]
        assert any(any(word in line for word in reason.split("|")) for line in lines), lines
        assert all("\n" not in line for line in lines)
        assert answer.data == b"<found><item>here</item></found>"


def test_alone_it_says_nothing(ask: Callable[..., TestResponse], upstream: UpstreamServer) -> None:
    upstream.on("/hostile", reply(ATTACKS["billion laughs"][0]))

    answer = ask("hostile")

    assert (answer.status_code, answer.data) == (200, b"")


def test_where_errors_are_raised_the_request_fails(ask: Callable[..., TestResponse], upstream: UpstreamServer) -> None:
    upstream.on("/hostile", reply(ATTACKS["billion laughs"][0]))

    answer = ask("hostile,friendly", errors="raise")

    assert answer.status_code == 500
    assert b"Unusable feature info (see logs for URL and reason)." in answer.data


class TestStylesheets:
    def test_one_may_import_another(self, ask: Callable[..., TestResponse], upstream: UpstreamServer) -> None:
        upstream.on("/styled", reply("<a>text</a>"))

        assert ask("styled").data == b"<out>text</out>"

    @pytest.mark.parametrize("place", ["file://{folder}/secret.xml", "secret.xml", "{url}/inside"])
    def test_documents_cannot_make_one_read_anything(
        self, place: str, ask: Callable[..., TestResponse], upstream: UpstreamServer, tmp_path: Path
    ) -> None:
        wanted = place.format(folder=tmp_path, url=upstream.url)
        upstream.on("/styled", reply(f"<a from='{wanted}'>text</a>"))

        answer = ask("styled")

        assert answer.status_code == 200
        assert b"hunter2" not in answer.data
        assert upstream.requests_to("/inside") == []

    @pytest.mark.parametrize(
        "text", ["<xsl:stylesheet/>", "no markup", "<html/>"], ids=["undeclared", "no XML", "no stylesheet"]
    )
    def test_a_file_that_is_none_is_found_at_the_start(
        self, text: str, ask: Callable[..., TestResponse], tmp_path: Path
    ) -> None:
        (tmp_path / "other.xsl").write_text(text)

        with pytest.raises(ConfigurationProblems, match=r"other.xsl' cannot be used"):
            ask("friendly", more=", featureinfo_xslt: {html: other.xsl}")

    def test_a_missing_one_is_found_too(self, ask: Callable[..., TestResponse]) -> None:
        with pytest.raises(ConfigurationProblems, match=r"missing.xsl' cannot be read"):
            ask("friendly", more=", featureinfo_xslt: {html: missing.xsl}")

    @pytest.mark.parametrize(
        ("info_format", "body"),
        [
            ("text/html", "<html><body><br><p></p>ß</body></html>"),
            ("application/vnd.ogc.gml", "<html><body><br/><p/>ß</body></html>"),
        ],
    )
    def test_html_is_written_as_html(
        self, info_format: str, body: str, ask: Callable[..., TestResponse], tmp_path: Path
    ) -> None:
        style = STYLE.replace('<xsl:import href="imported.xsl"/>', "").replace(
            '<out><xsl:call-template name="imported"/></out>', "<html><body><br/><p></p>ß</body></html>"
        )
        (tmp_path / "html.xsl").write_text(style)

        answer = ask("friendly", more=", featureinfo_xslt: {html: html.xsl, xml: html.xsl}", info_format=info_format)

        assert answer.headers["Content-Type"].startswith(info_format)
        assert answer.data.decode() == body


@pytest.mark.parametrize(
    "tag",
    [
        pytest.param("<p " + " ".join(f'a{number}="1"' for number in range(100_000)) + ">", id="with values"),
        pytest.param("<p " + " ".join(f"a{number}" for number in range(100_000)) + ">", id="without values"),
        pytest.param("<p " + "/".join(f"a{number}" for number in range(100_000)) + ">", id="with strokes between"),
        pytest.param('<p a="<" ' + " ".join(f"a{number}" for number in range(100_000)) + ">", id="behind another"),
        pytest.param("<p " + " ".join(f"a{number}" for number in range(100_000)), id="without end"),
    ],
)
def test_a_tag_with_very_many_attributes_is_refused(
    tag: str, ask: Callable[..., TestResponse], upstream: UpstreamServer, caplog: pytest.LogCaptureFixture
) -> None:
    upstream.on("/hostile", Reply(body=f"<html>{tag}</html>".encode(), headers={"Content-Type": "text/html"}))

    with caplog.at_level(logging.WARNING):
        answer = ask("hostile", info_format="text/html")

    assert (answer.status_code, answer.data) == (200, b"")
    assert "attributes" in caplog.text


def test_a_long_text_is_no_tag(ask: Callable[..., TestResponse], upstream: UpstreamServer) -> None:
    text = "<html><body><p>" + "a long story " * 5000 + "</p></body></html>"
    upstream.on("/hostile", Reply(body=text.encode(), headers={"Content-Type": "text/html"}))

    assert "a long story" in ask("hostile", info_format="text/html").text
