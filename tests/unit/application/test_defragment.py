"""Files are defragmented where it is worth it, and each is reported."""

from __future__ import annotations

import pytest

from tests.fakes.defragmenter import FakeDefragmenter
from tilekeep.application.defragment import FileVerdict, Worthwhile, defragment
from tilekeep.ports.defragmenter import FileUse

TENTH_AND_THOUSAND = Worthwhile(unused_share=0.1, unused_bytes=1000)


def run(store: FakeDefragmenter, *, dry_run: bool = False) -> list[FileVerdict]:
    reported: list[FileVerdict] = []
    defragment(store, TENTH_AND_THOUSAND, reported.append, dry_run=dry_run)
    return reported


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        pytest.param(FileUse(8000, 10_000), True, id="both-reached"),
        pytest.param(FileUse(9000, 10_000), True, id="both-just-reached"),
        pytest.param(FileUse(9500, 10_000), False, id="too-little-of-the-file"),
        pytest.param(FileUse(100, 1000), False, id="too-few-bytes"),
        pytest.param(FileUse(99_000, 100_000), False, id="many-bytes-of-a-large-file"),
        pytest.param(FileUse(0, 0), False, id="nothing-at-all"),
    ],
)
def test_a_file_is_worth_it_when_share_and_bytes_are_reached(use: FileUse, expected: bool) -> None:
    store = FakeDefragmenter({"file": use})

    (verdict,) = run(store)

    assert verdict.worthwhile is expected
    assert store.rewritten == (["file"] if expected else [])


def test_each_file_is_reported_with_its_number_and_use() -> None:
    uses = {"a": FileUse(10, 10), "b": FileUse(1000, 9000)}

    assert run(FakeDefragmenter(dict(uses))) == [
        FileVerdict(1, 2, "a", uses["a"], worthwhile=False),
        FileVerdict(2, 2, "b", uses["b"], worthwhile=True),
    ]


def test_a_dry_run_reports_the_same_and_changes_nothing() -> None:
    store = FakeDefragmenter({"a": FileUse(1000, 9000)})

    (verdict,) = run(store, dry_run=True)

    assert verdict.worthwhile
    assert store.rewritten == []


def test_a_file_that_cannot_be_read_is_reported_and_the_others_go_on() -> None:
    store = FakeDefragmenter({"a": FileUse(1000, 9000), "b": FileUse(1000, 9000)})
    store.broken = {"a"}

    first, second = run(store)

    assert first.failure == "'a' is damaged"
    assert second.failure is None
    assert store.rewritten == ["b"]


def test_a_file_that_is_gone_meanwhile_is_passed_over() -> None:
    store = FakeDefragmenter({"a": FileUse(1000, 9000), "b": FileUse(1000, 9000)})
    store.gone = {"a"}

    (verdict,) = run(store)

    assert (verdict.number, verdict.file) == (2, "b")
