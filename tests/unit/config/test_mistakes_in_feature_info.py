"""Options of feature info that nobody could obey are found where they stand."""

from __future__ import annotations

import pytest

from tests.unit.config.configurations import report_of
from tilekeep.config.problems import Severity, path_text

TILE = "/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}"


def found(text: str, *, wrong_paths: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Place and message of all problems about feature info."""
    report = report_of(text, wrong_paths=wrong_paths)
    problems = ((path_text(problem.path), problem.message) for problem in report.problems)
    return [(path, message) for path, message in problems if "info" in path or "_fi_" in path]


@pytest.mark.parametrize(
    ("options", "path", "message"),
    [
        pytest.param(
            f"restful_featureinfo_template: '{TILE}/{{I}}.x'", "restful_featureinfo_template",
            "lacks {J}, {InfoFormat}", id="a part is missing",
        ),
        pytest.param(
            f"restful_fi_template: '{TILE[1:]}/{{I}}/{{J}}.{{InfoFormat}}'", "restful_fi_template",
            "must start with a '/'", id="no path",
        ),
        pytest.param(
            f"restful_featureinfo_template: '{TILE}/{{I}}/{{I}}/{{J}}.{{InfoFormat}}'", "restful_featureinfo_template",
            "has {i} twice", id="a variable stands twice",
        ),
        pytest.param(
            "featureinfo_formats: [{mimetype: html}]", "featureinfo_formats[0].mimetype", "no media type", id="no type"
        ),
        pytest.param(
            "featureinfo_formats: [{mimetype: text/html, suffix: a/b}]", "featureinfo_formats[0].suffix",
            "cannot end an address", id="a suffix with a slash",
        ),
        pytest.param(
            "featureinfo_formats: [{mimetype: text/html, suffix: a}, {mimetype: text/plain, suffix: a}]",
            "featureinfo_formats[1].suffix", "stands twice", id="a suffix stands twice",
        ),
        pytest.param("featureinfo_formats: [{suffix: a}]", "featureinfo_formats[0].mimetype", "missing", id="required"),
    ],
)  # fmt: skip
def test_mistakes_in_wmts(options: str, path: str, message: str) -> None:
    ((where, said),) = found(f"services: {{wmts: {{{options}}}}}\n")

    assert where == f"services.wmts.{path}"
    assert message in said


def test_two_names_for_one_template_are_a_warning() -> None:
    template = f"{TILE}/{{I}}/{{J}}.{{InfoFormat}}"
    report = report_of(
        f"services: {{wmts: {{restful_featureinfo_template: '{template}', restful_fi_template: '{template}'}}}}\n"
    )

    (problem,) = (one for one in report.problems if path_text(one.path) == "services.wmts.restful_fi_template")
    assert (problem.severity, "remove it" in problem.message) == (Severity.WARNING, True)


def test_stylesheets_that_cannot_be_read() -> None:
    text = """
services: {wms: {featureinfo_xslt: {html: a.xsl, xml: there.xsl}}}
sources: {s: {type: wms, req: {url: 'http://x/', layers: a}, wms_opts: {featureinfo: true, featureinfo_xslt: b.xsl}}}
"""
    wrong = {"/etc/maps/a.xsl": "no such file", "/etc/maps/b.xsl": "no permission"}

    assert found(text, wrong_paths=wrong) == [
        ("services.wms.featureinfo_xslt.html", "the stylesheet 'a.xsl' cannot be read: no such file; correct the name"),
        (
            "sources.s.wms_opts.featureinfo_xslt",
            "the stylesheet 'b.xsl' cannot be read: no permission; correct the name",
        ),
    ]


@pytest.mark.parametrize("options", ["featureinfo_types: [gml]", "featureinfo_xslt: {json: a.xsl}"])
def test_kinds_that_do_not_exist(options: str) -> None:
    assert found(f"services: {{wms: {{{options}}}}}\n")
