"""What documents in CouchDB say besides the bytes of a tile (spec/caches.md, 3.6)."""

from __future__ import annotations

from tilekeep.adapters.storage.couchdb.fields import DocumentFields
from tilekeep.domain.geometry import BBox
from tilekeep.domain.tile import TileCoord

COORD = TileCoord(4, 9, 6)
AT = 1_700_000_000.25


def fields_of(**template: object) -> DocumentFields:
    return DocumentFields(template, lambda coord: BBox(coord.x, 0, coord.x + 2, 4), lambda point: (point[1], point[0]))


def test_placeholders_stand_for_the_tile_and_its_time() -> None:
    fields = fields_of(
        a="{{x}}",
        b="{{y}}",
        c="{{z}}",
        d="{{level}}",
        e="{{timestamp}}",
        f="{{utc_iso}}",
        g="{{tile_centroid}}",
        h="{{wgs_tile_centroid}}",
    )

    assert fields.of(COORD, AT) == {
        "a": 9,
        "b": 6,
        "c": 4,
        "d": 4,
        "e": AT,
        "f": "2023-11-14T22:13:20Z",
        "g": (10.0, 2.0),
        "h": (2.0, 10.0),
    }
    assert fields.time_name == "e"


def test_other_values_stay_as_they_are() -> None:
    given = {"text": "x {{x}}", "number": 5, "list": (1, "{{x}}")}

    assert fields_of(**given).of(COORD, AT) == {**given, "timestamp": AT}


def test_without_a_placeholder_for_the_time_it_is_called_timestamp() -> None:
    assert fields_of().of(COORD, AT) == {"timestamp": AT}
    assert fields_of().time_name == "timestamp"
