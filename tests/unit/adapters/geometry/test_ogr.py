"""Whatever GDAL reads, by whichever reader is there; connections keep their secrets (spec/coverages.md, 3.4)."""

from __future__ import annotations

import logging
import traceback

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.geometry.connections import public_name, without_secrets
from tilekeep.adapters.geometry.ogr import ogr_polygons
from tilekeep.adapters.geometry.ogr_reader import CannotRead, Reader, is_sql
from tilekeep.domain.errors import ConfigurationError

SQUARE = shapely.to_wkb(shapely.box(0, 0, 1, 1))
SECRET = "PG:host=db.example.org user=me password='hunter2 x' dbname=gis"


def reading(*binaries: bytes) -> Reader:
    return lambda datasource, where: list(binaries)


def failing(reason: str, *, no_driver: bool = False) -> Reader:
    def read(datasource: str, where: str | None) -> list[bytes]:
        raise CannotRead(reason, no_driver=no_driver)

    return read


def test_polygons_are_taken_and_multipolygons_taken_apart() -> None:
    two = shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]))

    assert len(ogr_polygons("PG:x", None, (reading(SQUARE, two),))) == 3


def test_other_geometries_are_passed_over_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "tilekeep.config.coverage"):
        found = ogr_polygons(SECRET, None, (reading(shapely.to_wkb(shapely.Point(1, 1))),))

    assert found == []
    assert "passing over a Point in PG:***" in caplog.text


def test_a_missing_driver_sends_on_to_the_next_reader() -> None:
    readers = (failing("unknown format", no_driver=True), reading(SQUARE))

    assert len(ogr_polygons("PG:x", None, readers)) == 1


def test_what_a_driver_cannot_read_is_not_asked_of_others() -> None:
    with pytest.raises(ConfigurationError, match="damaged"):
        ogr_polygons("PG:x", None, (failing("damaged"), reading(SQUARE)))


def test_without_any_reader_the_message_says_what_to_install() -> None:
    with pytest.raises(ConfigurationError, match=r"install tilekeep\[ogr\], or GDAL's own Python bindings"):
        ogr_polygons("PG:x", None, ())


def test_without_a_driver_the_message_says_what_to_install() -> None:
    with pytest.raises(ConfigurationError, match="install GDAL's own Python bindings"):
        ogr_polygons("PG:x", None, (failing("unknown format", no_driver=True),))


def test_a_geometry_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="has a geometry that is none"):
        ogr_polygons("PG:x", None, (reading(b"\x01\x03"),))


@pytest.mark.parametrize(
    "where", [pytest.param("SELECT * FROM a", id="upper"), pytest.param(" select 1", id="lower and indented")]
)
def test_select_starts_sql(where: str) -> None:
    assert is_sql(where)


@pytest.mark.parametrize("where", [None, "name = 'select'"])
def test_everything_else_is_a_condition(where: str | None) -> None:
    assert not is_sql(where)


@pytest.mark.parametrize(
    ("datasource", "message"),
    [
        pytest.param(SECRET, f"cannot open {SECRET}", id="as a whole"),
        pytest.param(SECRET, "PG:host=*** password=XXXXXXX hunter2': refused", id="half of it"),
        pytest.param("OCI:me/hunter2@host", "ORA-01017: invalid credentials me/hunter2", id="user and password"),
        pytest.param("PG:postgresql://me:hunter2@host/gis", "could not connect as me:hunter2 to host", id="URL"),
        pytest.param("MYSQL:gis,user=me,password=hunter2", "Access denied for 'hunter2'", id="list"),
        pytest.param('ODBC:DSN=x;PWD="hunter2"', "login hunter2 failed", id="quotes"),
    ],
)
def test_no_part_of_a_connection_gets_into_messages(datasource: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        ogr_polygons(datasource, None, (failing(message),))

    assert "cannot be read" in refusal.value.message
    assert "hunter2" not in "".join(traceback.format_exception(refusal.value))


def test_of_a_connection_only_the_kind_is_shown_and_files_are_shown_as_they_are() -> None:
    assert (public_name(SECRET), public_name("/srv/area.gpkg")) == ("PG:***", "/srv/area.gpkg")


PASSWORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="'\\"), min_size=4)


@given(password=PASSWORDS.filter(lambda text: any(map(str.isalnum, text))))
def test_quoted_passwords_of_any_characters_are_hidden(password: str) -> None:
    datasource = f"PG:host=db password='{password}' dbname=gis"

    assert password not in without_secrets(f"failed: {datasource}", datasource)
    assert f" {password} " not in without_secrets(f"failed for {password} there", datasource)
