"""Which version of WMS answers (spec/services.md, 3.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.catalogue import WEBMERCATOR, FakeLayers
from tests.fakes.layer_tree import FakeMaps, wms_options
from tests.fakes.wsgi import WsgiClient, client
from tests.unit.entrypoints.wsgi.wms_requests import capabilities, get_map, service_exception
from tilekeep.domain.errors import ConfigurationError, InvalidParameter
from tilekeep.entrypoints.wsgi.wms.versions import V1_0_0, V1_1_0, V1_1_1, V1_3_0, negotiated

BOTH = (V1_1_1, V1_3_0)
ALL = (V1_0_0, V1_1_0, V1_1_1, V1_3_0)

#: What MapProxy 7.0.0 answers to a fresh list of these two versions.
ANSWERS_OF_THE_REFERENCE = {
    "0": "1.1.1",
    "0.9.9": "1.1.1",
    "1": "1.1.1",
    "1.0.0": "1.1.1",
    "1.1": "1.1.1",
    "1.1.0": "1.1.1",
    "1.1.1": "1.1.1",
    "1.1.1.0": "1.1.1",
    "1.1.2": "1.1.1",
    "1.2.0": "1.1.1",
    "1.3": "1.1.1",
    "1.3.0": "1.3.0",
    "1.3.0.1": "1.3.0",
    "1.3.1": "1.3.0",
    "2": "1.3.0",
    "10.0": "1.3.0",
    " 1.3.0": "1.3.0",
    "01.03.00": "1.3.0",
}

#: What it answers where it speaks all it can.
ANSWERS_OF_ALL = {
    "0": "1.0.0",
    "0.9.9": "1.0.0",
    "1": "1.0.0",
    "1.0.0": "1.0.0",
    "1.0.7": "1.0.0",
    "1.1": "1.0.0",
    "1.1.0": "1.1.0",
    "1.1.0.1": "1.1.0",
    "1.1.1": "1.1.1",
    "1.2.0": "1.1.1",
    "1.3.0": "1.3.0",
    "2": "1.3.0",
}


def web(**options: object) -> WsgiClient:
    maps = FakeMaps()
    maps.add(maps.layer("osm"))
    layers = FakeLayers()
    layers.add("osm", WEBMERCATOR)
    return client(layers, **maps.parts(wms_options(**options)))


@pytest.mark.parametrize(("wanted", "expected"), ANSWERS_OF_THE_REFERENCE.items())
def test_it_is_the_one_the_reference_chooses(wanted: str, expected: str) -> None:
    assert negotiated({"version": wanted}, BOTH).number == expected


@pytest.mark.parametrize(("wanted", "expected"), ANSWERS_OF_ALL.items())
def test_it_is_the_one_the_reference_chooses_from_all(wanted: str, expected: str) -> None:
    assert negotiated({"version": wanted}, ALL).number == expected


@pytest.mark.parametrize("wanted", ANSWERS_OF_THE_REFERENCE)
def test_one_version_answers_all(wanted: str) -> None:
    assert negotiated({"version": wanted}, (V1_1_1,)) is V1_1_1


@pytest.mark.parametrize(
    ("given_parameters", "expected"),
    [
        pytest.param({}, "1.3.0", id="no version means the highest"),
        pytest.param({"wmtver": "1.0.0"}, "1.1.1", id="wmtver"),
        pytest.param({"wmtver": "1.0.0", "version": "1.3.0"}, "1.3.0", id="version goes before wmtver"),
    ],
)
def test_where_the_version_stands(given_parameters: dict[str, str], expected: str) -> None:
    assert negotiated(given_parameters, BOTH).number == expected


@pytest.mark.parametrize("name", ["version", "wmtver"])
@pytest.mark.parametrize("text", ["", " ", "x", "1.x", "1.", ".1", "-1", "+1", "1_0", "\u0661", "1,3", "1" * 5000])
def test_what_is_no_version_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidParameter, match=f"invalid {name}"):
        negotiated({name: text}, BOTH)


@given(st.lists(st.integers(0, 10**9 - 1), min_size=1, max_size=8))
def test_every_number_finds_a_version_that_is_not_above_it_unless_all_are(parts: list[int]) -> None:
    found = negotiated({"version": ".".join(map(str, parts))}, ALL)

    lower = [version for version in ALL if [int(part) for part in version.number.split(".")] <= parts]
    assert found is (lower[-1] if lower else ALL[0])


def test_choosing_a_version_for_one_client_changes_nothing_for_the_next() -> None:
    service = web()

    before = service.get(capabilities("1.3.0")).data
    service.get(capabilities("1.2.0"))
    service.get(capabilities("1.1.1"))

    assert service.get(capabilities("1.3.0")).data == before


def test_a_version_that_is_no_number_is_an_exception_of_the_highest() -> None:
    answer = web().get(capabilities("one"))

    assert answer.status_code == 400
    assert service_exception(answer) == ("1.3.0", None, "invalid version: 'one'")


def test_requests_from_the_time_before_the_parameter_version() -> None:
    old = "/wms?wmtver=1.0.0&request=capabilities"

    assert b'<WMT_MS_Capabilities version="1.0.0">' in web().get(old).data
    assert b'<WMT_MS_Capabilities version="1.1.1">' in web(versions=("1.1.1", "1.3.0")).get(old).data


def test_versions_that_are_not_configured_do_not_exist() -> None:
    service = web(versions=("1.1.1",))

    assert service_exception(service.get(get_map("1.3.0"))).version == "1.1.1"


def test_versions_that_nobody_speaks_stop_the_start() -> None:
    with pytest.raises(ConfigurationError, match=r"services\.wms\.versions: version '1\.0\.7' is not supported"):
        web(versions=("1.0.7", "1.3.0"))


@pytest.mark.parametrize("nothing", ["srs", "formats", "versions"])
def test_a_service_without_anything_to_offer_stops_the_start(nothing: str) -> None:
    with pytest.raises(ConfigurationError, match="nothing is left to offer"):
        web(**{nothing: ()})
