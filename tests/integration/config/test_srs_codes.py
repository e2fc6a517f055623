"""Codes that mean nothing are found at the start, wherever they stand."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from tilekeep.config.checked_container import checked_container
from tilekeep.config.loading.settings_file import load_settings
from tilekeep.config.problems import ConfigurationProblems, path_text

CONFIG = """
    globals:
      srs: {preferred_src_proj: {'EPSG:25832': ['EPSG:31467', 'EPSG:999996'], 'EPSG:999997': []}}
      wms: {srs: ['EPSG:999998']}
    services:
      wms:
        srs: ['EPSG:4326', EPSG:999991, 'epsg:25832']
        bbox_srs: ['EPSG:999992', {srs: 'EPSG:999993', bbox: [1, 2, 3, 4]}, 'EPSG:4326']
    layers: [{name: a, title: A, sources: [c]}]
    caches: {c: {grids: [GLOBAL_MERCATOR], sources: [s]}}
    sources:
      s: {type: wms, req: {url: 'http://x.example/', layers: a}, supported_srs: ['EPSG:900913', '4326', nonsense]}
      t: {type: wms, req: {url: 'http://x.example/', SRS: 'EPSG:999994'}, wms_opts: {featureinfo: true}}
"""


def test_unknown_codes_are_reported_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "mapproxy.yaml"
    path.write_text(dedent(CONFIG))

    with pytest.raises(ConfigurationProblems) as caught:
        checked_container(load_settings(str(path), variables=os.environ))

    assert [(path_text(problem.path), problem.line, problem.column) for problem in caught.value.report.errors] == [
        ('globals.srs.preferred_src_proj["EPSG:25832"][1]', 3, 59),
        ('globals.srs.preferred_src_proj["EPSG:999997"]', 3, 75),
        ("globals.wms.srs[0]", 4, 15),
        ("services.wms.srs[1]", 7, 24),
        ("services.wms.bbox_srs[0]", 8, 16),
        ("services.wms.bbox_srs[1].srs", 8, 37),
        ("sources.s.supported_srs[2]", 12, 101),
        ("sources.t.req.SRS", 13, 55),
    ]
