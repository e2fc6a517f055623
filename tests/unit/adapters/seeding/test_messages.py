"""Orders and answers come out of JSON as they went in; anything else is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilekeep.adapters.seeding.remote.messages import (
    Answer,
    GivenUp,
    Refused,
    Unstorable,
    answer_of,
    answer_text,
    packed_order,
    unpacked_order,
)
from tilekeep.domain.seed_orders import ChunkOrder, ChunkPart, StoredSample
from tilekeep.domain.seeding import ChunkResult, FailedUnit, TaskName
from tilekeep.domain.tile import TileCoord

numbers = st.integers(0, 2**40)
coords = st.builds(TileCoord, st.integers(0, 40), numbers, numbers)
dimensions = st.lists(st.tuples(st.text(), st.text()), max_size=3).map(tuple)
tasks = st.builds(TaskName, st.just("seed"), st.text(), st.text(), st.text(), st.tuples(numbers), dimensions)
instants = st.none() | st.floats(0, 1e10)
orders = st.builds(ChunkOrder, tasks, st.lists(coords).map(tuple), instants, st.booleans(), st.booleans(), numbers)
failures = st.lists(st.builds(FailedUnit, coords, st.text()), max_size=3).map(tuple)
results = st.builds(ChunkResult, numbers, numbers, numbers, numbers, failures)
samples = st.builds(StoredSample, coords, st.floats(0, 1e10), st.text())
answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(ChunkPart, results, numbers, numbers, st.floats(0, 1e6), st.none() | samples),
    st.builds(Unstorable, st.text()),
    st.builds(Refused, st.text()),
    st.just(GivenUp()),
)


@given(orders)
def test_an_order_survives_the_way(order: ChunkOrder) -> None:
    assert unpacked_order(json.loads(json.dumps(packed_order(order)))) == order


@given(answers)
def test_an_answer_survives_the_way(answer: Answer) -> None:
    assert answer_of(answer_text(answer)) == answer
    assert type(answer_of(answer_text(answer))) is type(answer)


@pytest.mark.parametrize(
    "packed",
    [
        {},
        {"task": ["seed"], "units": []},
        {**packed_order(ChunkOrder(TaskName("seed", "a", "b", "c", (1,)), ())), "units": [["../..", 0, 0]]},
        {**packed_order(ChunkOrder(TaskName("seed", "a", "b", "c", (1,)), ())), "units": 3},
    ],
)
def test_what_is_no_order_is_refused(packed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"order|unpack|literal"):
        unpacked_order(packed)


@pytest.mark.parametrize("text", ["", "[]", '["part", 1]', '["sleep", 5]', "{}"])
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"answer|Expecting|unpack"):
        answer_of(text)
