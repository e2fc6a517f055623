"""Unquoted scalars mean what they mean to MapProxy: the values were produced by its own YAML reader."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from tilekeep.config.loading.yaml_nodes import MappingNode, Scalar, YamlProblem, parse

UTC = dt.UTC


def value_of(text: str) -> Any:
    root = parse(f"a: {text}".encode(), "x.yaml").root
    assert isinstance(root, MappingNode)
    node = root.entries["a"][1]
    assert isinstance(node, Scalar)
    return node.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", True),
        ("No", False),
        ("ON", True),
        ("off", False),
        ("true", True),
        ("FALSE", False),
        ("y", "y"),
        ("N", "N"),
        ("tRue", "tRue"),
        ("~", None),
        ("NULL", None),
        ("", None),
        ("'null'", "null"),
        ("0", 0),
        ("-0", 0),
        ("00", 0),
        ("0_", 0),
        ("1_000", 1000),
        ("0755", 493),
        ("08", "08"),
        ("0789", "0789"),
        ("0o17", "0o17"),
        ("0x1F", 31),
        ("-0x1F", -31),
        ("+0b101", 5),
        ("0b", "0b"),
        ("12:30:45", 45045),
        ("190:20:30", 685230),
        ("-12:30", -750),
        ("+1:20", 80),
        ("1:60", "1:60"),
        ("0:30", "0:30"),
        ("1.", 1.0),
        (".5", 0.5),
        ("+.5", "+.5"),
        ("._5", "._5"),
        ("1_0.5_0", 10.5),
        ("1e3", "1e3"),
        ("1.5e3", "1.5e3"),
        ("1.e+3", 1000.0),
        ("6.8523015e+5", 685230.15),
        ("12:30:45.5", 45045.5),
        ("1:2:3.", 3723.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1.2.3", "1.2.3"),
        ("2001-12-14", dt.date(2001, 12, 14)),
        ("2020-01-01T10:00:00", dt.datetime(2020, 1, 1, 10)),  # noqa: DTZ001 - local time, as YAML has it
        ("2020-01-01T10:00:00Z", dt.datetime(2020, 1, 1, 10, tzinfo=UTC)),
        ("2020-01-01T10:00:00+02:00", dt.datetime(2020, 1, 1, 10, tzinfo=dt.timezone(dt.timedelta(hours=2)))),
        (
            "2001-12-14 21:59:43.10 -5",
            dt.datetime(2001, 12, 14, 21, 59, 43, 100000, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
        ),
        ("2020-01-01 10:00", "2020-01-01 10:00"),
        ("2002-1-1", "2002-1-1"),
        ("! 12", 12),
        ("!!str 3", "3"),
        ("!!float 3", 3.0),
        ("!!int '0755'", 493),
        ("!!bool yes", True),
        ("!!null x", None),
        ("|\n  x\n  y", "x\ny"),
        (">\n  x\n  y", "x y"),
        ("GLOBAL_MERCATOR", "GLOBAL_MERCATOR"),
    ],
)
def test_a_scalar_means_what_it_means_to_mapproxy(text: str, expected: object) -> None:
    value = value_of(text)

    assert value == expected
    assert type(value) is type(expected)


def test_not_a_number_is_a_number() -> None:
    assert math.isnan(value_of(".NaN"))


@pytest.mark.parametrize(
    "text", ["2020-13-01", "2020-02-30T00:00:00", "!!int x", "!!bool 3", "!!python/name:os.system x"]
)
def test_values_that_cannot_exist_are_refused_where_they_stand(text: str) -> None:
    with pytest.raises(YamlProblem) as problem:
        value_of(text)

    assert (problem.value.line, problem.value.column) == (1, 4)
