"""Coverages cover what MapProxy 7.0.0 says they cover, read from the same files."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.contract.region_suite import area_of
from tests.integration.services.mapproxy import mapproxy_python
from tilekeep.adapters.projection.pyproj import PyprojProjection
from tilekeep.config.assemble.coverages import CoverageAssembly
from tilekeep.config.mapproxy.coverage import Coverage
from tilekeep.config.mapproxy.meaning_coverage import effective_coverage
from tilekeep.domain.errors import ConfigurationError, EmptyCoverage
from tilekeep.domain.geometry import BBox, Size
from tilekeep.domain.region import BoxRegion, Region, Relation

PROGRAM = Path(__file__).with_name("mapproxy_coverage_program.py")
PROJECTION = PyprojProjection()
PIXELS = 64

FILES = {
    "area.wkt": (
        "\ufeffPOLYGON((0 0, 10 0, 12 4, 10 10, 5 7, 0 10, 0 0), (2 2, 4 2, 4 4, 2 4, 2 2))\n"
        "\nMULTIPOLYGON(((14 0, 16 0, 16 3, 14 0)), ((9 8, 15 8, 15 15, 9 8)))\nPOINT(1 1)\n"
    ),
    "plain.wkt": "polygon((0 0, 10 0, 12 4, 10 10, 5 7, 0 10, 0 0))\n",
    "bow_tie.wkt": "POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))\n",
    "area.geojson": json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"a": 1},
                    "geometry": {"type": "Polygon", "coordinates": [[[3, 3], [13, 4], [8, 12], [3, 3]]]},
                },
                {"type": "Feature", "properties": {}, "geometry": None},
                {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}},
            ],
        }
    ),
    "points.geojson": json.dumps({"type": "Point", "coordinates": [0, 0]}),
    "expired/first": "6/33/31\n6/33/31\n5/16/14\n",
    "expired/more/second": "7/68/63\nnothing\n0/0/0\n",
}

BOX = {"bbox": "0,0,10,10", "srs": "EPSG:4326"}
SQUARE = {"union": [BOX]}
OTHER_BOX = {"bbox": [500000, 200000, 1500000, 900000], "srs": "EPSG:3857"}


@dataclass(frozen=True)
class Case:
    """A coverage, seen from one SRS."""

    options: dict[str, Any]
    srs: str = "EPSG:4326"
    boxes: list[list[float]] = field(default_factory=list)

    def question(self, base_dir: Path) -> dict[str, Any]:
        return {
            "options": self.options,
            "srs": self.srs,
            "boxes": self.boxes,
            "pixels": PIXELS,
            "base_dir": str(base_dir),
        }

    def region(self, base_dir: Path) -> Region | None:
        options = Coverage.model_validate(json_lists_as_tuples(self.options))
        coverage = effective_coverage(options, str(base_dir))
        return CoverageAssembly(PROJECTION).region(coverage, PROJECTION.srs(self.srs), ())


AREAS: dict[str, dict[str, Any]] = {
    "box": BOX,
    "box as data source": {"datasource": "0,0,10,10", "srs": "EPSG:4326"},
    "well-known text": {"datasource": "plain.wkt", "srs": "EPSG:4326"},
    "well-known text of the legacy option": {"polygons": "area.wkt", "polygons_srs": "EPSG:4326"},
    "bow tie": {"datasource": "bow_tie.wkt", "srs": "EPSG:4326"},
    "GeoJSON": {"datasource": "area.geojson", "srs": "EPSG:4326"},
    "expired tiles": {"expire_tiles": "expired"},
    "union": {"union": [BOX, OTHER_BOX, {"datasource": "plain.wkt", "srs": "EPSG:4326"}]},
    "intersection": {"intersection": [{"datasource": "area.geojson", "srs": "EPSG:4326"}, OTHER_BOX]},
    "difference": {"difference": [BOX, {"datasource": "area.geojson", "srs": "EPSG:4326"}, OTHER_BOX]},
    "nested operations": {"difference": [{"union": [BOX, OTHER_BOX]}, {"intersection": [BOX, OTHER_BOX]}]},
}

_random = random.Random(7)


def random_boxes(srs: str) -> list[list[float]]:
    """Boxes around the areas, some of them with edges on theirs."""
    degree = PROJECTION.between(PROJECTION.srs(4326), PROJECTION.srs(srs))
    boxes = []
    for number in range(60):
        step = 1 if number % 2 else 0.37
        x, y = _random.randint(-4, 40) * step, _random.randint(-4, 40) * step
        width, height = _random.randint(1, 20) * step, _random.randint(1, 20) * step
        boxes.append(list(degree.bbox(BBox(x, y, x + width, y + height))))
    return boxes


def own_srs(options: dict[str, Any]) -> str:
    return "EPSG:3857" if "expire_tiles" in options else "EPSG:4326"


CASES = [
    pytest.param(Case(options, own_srs(options), random_boxes(own_srs(options))), id=name)
    for name, options in AREAS.items()
]
ELSEWHERE = [
    pytest.param(Case(options, srs, random_boxes(srs)), id=f"{name} in {srs}")
    for name, options in AREAS.items()
    for srs in ("EPSG:3857", "EPSG:25832")
    if srs != own_srs(options)
]
SPECIAL = {
    "touching a box": Case(BOX, boxes=[[10, 0, 20, 10]]),
    "touching a polygon": Case(SQUARE, boxes=[[10, 0, 20, 10], [0, 0, 10, 10]]),
    "union of two SRSs": Case(
        {"union": [{"bbox": "0,0,1,1", "srs": "EPSG:4326"}, {"bbox": "0,0,111319,111319", "srs": "EPSG:3857"}]},
        boxes=[[0, 0, 1, 1], [0.5, 0.5, 1.1, 1.1], [1.1, 1.1, 2, 2]],
    ),
    "no area": Case({"srs": "EPSG:4326"}),
    "difference with nothing left": Case({"difference": [BOX, {"bbox": "-1,-1,20,20", "srs": "EPSG:4326"}]}),
    "no polygons": Case({"datasource": "points.geojson", "srs": "EPSG:4326"}),
    "meeting in a line": Case({"intersection": [BOX, {"bbox": "10,0,20,10", "srs": "EPSG:4326"}]}),
}


def json_lists_as_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: json_lists_as_tuples(inner) for key, inner in value.items()}
    return tuple(map(json_lists_as_tuples, value)) if isinstance(value, list) else value


@pytest.fixture(scope="module")
def base_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coverages")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


class Reference:
    """What MapProxy says of all cases, asked at once."""

    def __init__(self, base_dir: Path) -> None:
        cases = [*(param.values[0] for param in CASES + ELSEWHERE), *SPECIAL.values()]
        done = subprocess.run(
            [str(mapproxy_python()), str(PROGRAM)],
            input=json.dumps([case.question(base_dir) for case in cases]),
            capture_output=True,
            text=True,
            check=True,
        )
        self._answers = {id(case): answer for case, answer in zip(cases, json.loads(done.stdout), strict=True)}

    def __call__(self, case: Case) -> dict[str, Any]:
        answer: dict[str, Any] = self._answers[id(case)]
        return answer


@pytest.fixture(scope="module")
def reference(base_dir: Path) -> Reference:
    return Reference(base_dir)


def relations(region: Region, boxes: list[list[float]]) -> list[list[bool]]:
    found = [region.relate(BBox(*box)) for box in boxes]
    return [[relation is Relation.CONTAINS, relation is not Relation.DISJOINT] for relation in found]


@pytest.mark.parametrize("case", CASES)
def test_the_same_boxes_are_inside_and_across(case: Case, reference: Reference, base_dir: Path) -> None:
    region = case.region(base_dir)

    assert region is not None
    assert relations(region, case.boxes) == reference(case)["relations"]
    assert list(region.bbox) == pytest.approx(reference(case)["bbox"], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_same_share_of_images_is_kept(case: Case, reference: Reference, base_dir: Path) -> None:
    region = case.region(base_dir)
    assert region is not None

    size = Size(PIXELS, PIXELS)
    across = [BBox(*box) for box in case.boxes if region.relate(BBox(*box)) is not Relation.DISJOINT]
    kept = [sum(map(area_of, region.mask(box, size))) for box in across]

    assert kept == pytest.approx(reference(case)["masks"], abs=0.01)


@pytest.mark.parametrize("case", ELSEWHERE)
def test_in_another_srs_boxes_that_are_not_at_the_border_are_judged_alike(
    case: Case, reference: Reference, base_dir: Path
) -> None:
    """The reference brings each box to the SRS of the coverage, where it grows: near the border that may matter."""
    region = case.region(base_dir)
    answer = reference(case)

    assert region is not None
    pairs = zip(relations(region, case.boxes), answer["relations"], answer["nearly"], strict=True)
    clear = [(ours, theirs) for ours, theirs, nearly in pairs if nearly == [theirs, theirs]]
    assert len(clear) > len(case.boxes) / 2
    assert [ours for ours, _ in clear] == [theirs for _, theirs in clear]


def test_long_edges_bend_where_the_reference_draws_a_chord(base_dir: Path) -> None:
    europe = Case({"union": [{"bbox": "5,45,15,55", "srs": "EPSG:4326"}]}, "EPSG:25832")
    between_chord_and_parallel = [480_000, 4_983_500, 520_000, 4_986_000]
    case = Case(europe.options, europe.srs, [between_chord_and_parallel])

    region = case.region(base_dir)

    assert region is not None
    assert relations(region, case.boxes) == [[True, True]]
    assert asked(case, base_dir) == {
        "bbox": pytest.approx(list(region.bbox), rel=1e-2),
        "relations": [[True, True]],
        "nearly": [[[True, True], [True, True]]],
        "masks": [],
    }


def asked(case: Case, base_dir: Path) -> dict[str, Any]:
    """What MapProxy says of one case."""
    done = subprocess.run(
        [str(mapproxy_python()), str(PROGRAM)],
        input=json.dumps([case.question(base_dir)]),
        capture_output=True,
        text=True,
        check=True,
    )
    [answer] = json.loads(done.stdout)
    return dict(answer)


@pytest.mark.parametrize("name", ["touching a box", "touching a polygon", "union of two SRSs"])
def test_borders_are_judged_alike(name: str, reference: Reference, base_dir: Path) -> None:
    case = SPECIAL[name]
    region = case.region(base_dir)

    assert region is not None
    assert relations(region, case.boxes) == reference(case)["relations"]


def test_a_coverage_without_area_is_none_in_both(reference: Reference, base_dir: Path) -> None:
    assert reference(SPECIAL["no area"]) == {"bbox": None}
    assert SPECIAL["no area"].region(base_dir) is None


@pytest.mark.parametrize("name", ["difference with nothing left", "no polygons"])
def test_what_has_no_area_is_refused_by_both(name: str, reference: Reference, base_dir: Path) -> None:
    assert reference(SPECIAL[name]) == {"error": "EmptyGeometryError"}
    with pytest.raises(EmptyCoverage):
        SPECIAL[name].region(base_dir)


def test_areas_that_meet_in_a_line_have_no_area_here(reference: Reference, base_dir: Path) -> None:
    assert reference(SPECIAL["meeting in a line"])["bbox"] == [10, 0, 10, 10]
    with pytest.raises(EmptyCoverage, match="the intersection leaves no area"):
        SPECIAL["meeting in a line"].region(base_dir)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param({"polygons": "area.wkt", "srs": "EPSG:4326"}, "KeyError", id="srs of legacy polygons"),
        pytest.param({"datasource": "area.wkt", "srs": "EPSG:4326"}, "", id="byte-order mark"),
        pytest.param({"expire_tiles": "deep"}, "IndexError", id="expired tiles of level 20"),
    ],
)
def test_what_stops_the_reference_works_here(options: dict[str, Any], says: str, base_dir: Path) -> None:
    (base_dir / "deep").write_text("20/524288/524287\n")
    case = Case(options)

    region = case.region(base_dir)

    assert region is not None
    assert says in asked(case, base_dir)["error"]


def test_a_mask_of_a_box_that_misses_the_image_cuts_everything_where_the_reference_fails(base_dir: Path) -> None:
    region = Case(BOX).region(base_dir)

    assert isinstance(region, BoxRegion)
    assert region.mask(BBox(20, 20, 30, 30), Size(10, 10)) == ()


def test_refusals_name_the_option(base_dir: Path) -> None:
    case = Case({"union": [BOX, {"datasource": "none.wkt", "srs": "EPSG:4326"}]})

    with pytest.raises(ConfigurationError) as refusal:
        case.region(base_dir)

    assert refusal.value.option == ("union", 1, "datasource")
