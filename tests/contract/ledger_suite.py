"""What every ledger promises: the contract of :mod:`tilekeep.ports.ledger`."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.contract.tile_store_suite import AT, LATER, PNG_HEAD, new, png
from tests.fakes.clock import FakeClock
from tests.fakes.tile_store import FakeTileStore
from tilekeep.application.accounted_store import AccountedStore
from tilekeep.application.settle_ledger import SettleLedger
from tilekeep.domain.errors import StoreError, TooMuchToCount
from tilekeep.domain.ledger import (
    CELL_SIDE,
    DAY_SECONDS,
    OTHER_FORMS,
    Amount,
    Cell,
    CellBlock,
    Count,
    counted,
    together,
)
from tilekeep.domain.level_squares import TileRange
from tilekeep.domain.tile import TileCoord, TileKey
from tilekeep.ports.ledger import CountedSquares, Ledger, Uses
from tilekeep.ports.tile_store import TileStore

LEVELS = 12

HERE = TileKey(TileCoord(9, 3, 5))
NEXT_CELL = TileKey(TileCoord(9, 3 + CELL_SIDE, 5))
DEEPER = TileKey(TileCoord(10, 3, 5))
CELL, OTHER_CELL = Cell.of(HERE), Cell.of(NEXT_CELL)

COUNT = Count(3, 300, 100.0, 90_000.0, {0: Amount(2, 150), 1: Amount(1, 150)})


def listing(store: TileStore, levels: Iterable[int] = range(LEVELS)) -> dict[Cell, Count]:
    """What a full listing says."""
    return counted(itertools.chain.from_iterable(store.list(z) for z in levels))


def book(ledger: Ledger) -> dict[Cell, Count]:
    """What a ledger says."""
    return {cell: count for z in range(LEVELS) for cell, count in ledger.cells(z)}


EVERYWHERE = TileRange(range(1 << LEVELS), range(1 << LEVELS))


def small_squares(ledger: CountedSquares, block: CellBlock, width: int = 1) -> dict[Cell, Count]:
    """What a ledger knows of squares of ``width`` tiles."""
    cells = ledger.tiles(block).items()
    return {square: count for cell, own in cells for square, count in own.in_squares(cell, width, EVERYWHERE).items()}


def tile_by_tile(ledger: CountedSquares) -> dict[Cell, tuple[int, int]]:
    """Tiles and bytes at each place, as a ledger knows them."""
    found = itertools.chain.from_iterable(small_squares(ledger, CellBlock(z)).items() for z in range(LEVELS))
    return {square: (count.tiles, count.size) for square, count in found}


def listed_tile_by_tile(store: TileStore) -> dict[Cell, tuple[int, int]]:
    """What a full listing says of them."""
    listed = counted(itertools.chain.from_iterable(store.list(z) for z in range(LEVELS)), 1)
    return {square: (count.tiles, count.size) for square, count in listed.items()}


def settle(ledger: Ledger, store: TileStore, *, scan: bool = False) -> None:
    SettleLedger(ledger, store, LEVELS, FakeClock())(scan=scan)


def enter(ledger: Ledger, block: CellBlock, counts: dict[Cell, Count]) -> None:
    with ledger.settling():
        ledger.enter(block, counts, {})


class UsedLedger(Ledger, Uses, CountedSquares, Protocol):
    """The ports that one adapter serves."""


class LedgerSuite(ABC):
    def medium(self, folder: Path) -> Any:
        """What ledgers can share."""
        return folder

    @abstractmethod
    def make_ledger(self, medium: Any) -> UsedLedger:
        """A ledger of a store with :data:`LEVELS` levels."""

    @pytest.fixture
    def ledger(self, tmp_path: Path) -> UsedLedger:
        return self.make_ledger(self.medium(tmp_path / "ledger"))

    def test_a_new_ledger_knows_that_it_knows_nothing(self, ledger: Ledger) -> None:
        account = ledger.account()

        assert (dict(account.levels), account.complete, account.unsettled) == ({}, False, 0)
        assert list(ledger.cells(9)) == []

    def test_squares_are_the_cells_in_them_together(self, ledger: UsedLedger) -> None:
        inside = {Cell(9, 2, 0): COUNT, Cell(9, 3, 1): COUNT._replace(oldest=50.0, newest=90.0)}
        beside = {Cell(9, 4, 0): COUNT, Cell(9, 40, 0): COUNT}
        enter(ledger, CellBlock(9), inside | beside)
        enter(ledger, CellBlock(8), {Cell(8, 2, 0): COUNT})

        found = dict(ledger.squares(CellBlock(9, (0, 5), (0, 1)), 2))

        assert found == {Cell(9, 1, 0): together(inside.values()), Cell(9, 2, 0): COUNT}

    def test_there_are_no_squares_of_nothing(self, ledger: UsedLedger) -> None:
        assert list(ledger.squares(CellBlock(9, (0, 63), (0, 63)), 1)) == []

    def test_tiles_are_known_one_by_one_as_they_were_counted(self, ledger: UsedLedger) -> None:
        store = FakeTileStore()
        store.put(HERE, png("here"), 1_700_000_000.75)
        store.put(HERE._replace(dimensions=(("time", "1"),)), png("then"), 0.0)
        store.put(HERE._replace(variant="webp"), png("other"), 1_700_000_001.0)
        store.put(NEXT_CELL, png("beside"), AT)
        store.put(DEEPER, png("deeper"), AT)
        settle(ledger, store)

        ((square, count),) = small_squares(ledger, CellBlock.around(CELL)).items()

        here, then, other = (len(png(name)) for name in ("here", "then", "other"))
        assert square == HERE.coord
        assert count == Count(
            2,
            here + then + other,
            0.0,
            1_700_000_001.0,
            {0: Amount(1, then), int(AT) // DAY_SECONDS: Amount(1, here), OTHER_FORMS: Amount(1, other)},
        )
        assert set(small_squares(ledger, CellBlock(9))) == {HERE.coord, NEXT_CELL.coord}

    def test_small_squares_hold_neighbours(self, ledger: UsedLedger) -> None:
        store = FakeTileStore()
        for x, y in [(64, 3), (67, 0), (68, 3), (64, 4)]:
            store.put(TileKey(TileCoord(9, x, y)), png(), AT)
        settle(ledger, store)

        found = {square: count.tiles for square, count in small_squares(ledger, CellBlock(9), 4).items()}

        assert found == {Cell(9, 16, 0): 2, Cell(9, 17, 0): 1, Cell(9, 16, 1): 1}

    def test_tiles_of_a_cell_that_is_counted_anew_are_those_of_now(self, ledger: UsedLedger) -> None:
        store = FakeTileStore()
        accounted = AccountedStore(store, ledger)
        accounted.write([new(HERE, png("old")), new(NEXT_CELL, png("beside"))], AT)
        settle(ledger, store)

        accounted.remove([HERE])
        accounted.write([new(NEXT_CELL, png("new"))], LATER)
        settle(ledger, store)

        found = [(square, count.newest) for square, count in small_squares(ledger, CellBlock(9)).items()]
        assert found == [(NEXT_CELL.coord, int(LATER))]

    def test_no_tiles_are_known_of_what_was_counted_without_them(self, ledger: UsedLedger) -> None:
        assert ledger.tiles(CellBlock(9)) == {}
        enter(ledger, CellBlock(9), {CELL: COUNT})

        assert ledger.tiles(CellBlock(9)) == {}

    def test_what_is_entered_is_in_the_account(self, ledger: Ledger) -> None:
        enter(ledger, CellBlock(9), {CELL: COUNT, OTHER_CELL: COUNT._replace(oldest=7.0)})
        with ledger.settling():
            ledger.note_complete(AT)

        account = ledger.account()

        assert account.levels == {9: Count(6, 600, 7.0, 90_000.0, {0: Amount(4, 300), 1: Amount(2, 300)})}
        assert account.complete
        assert account.total == Amount(6, 600)
        assert dict(ledger.cells(9)) == {CELL: COUNT, OTHER_CELL: COUNT._replace(oldest=7.0)}

    def test_entering_a_block_replaces_its_cells_and_no_others(self, ledger: Ledger) -> None:
        below = CELL._replace(row=CELL.row + 1)
        deeper = Cell.of(DEEPER)
        enter(ledger, CellBlock(9), {CELL: COUNT, below: COUNT, OTHER_CELL: COUNT})
        enter(ledger, CellBlock(10), {deeper: COUNT})

        enter(ledger, CellBlock(9, (0, 0), (0, 1)), {below: COUNT._replace(tiles=4)})

        assert book(ledger) == {below: COUNT._replace(tiles=4), OTHER_CELL: COUNT, deeper: COUNT}

    def test_what_is_changing_is_unsettled_until_it_is_counted(self, ledger: Ledger) -> None:
        with ledger.changing([CELL, CellBlock(10)]):
            assert ledger.account().unsettled == 2
        assert ledger.account().unsettled == 2

        with ledger.settling() as changes:
            assert changes.areas == {CELL, CellBlock(10)}
            assert changes.settled

        assert ledger.account().unsettled == 0
        with ledger.settling() as changes:
            assert changes.areas == frozenset()

    def test_larger_areas_are_noted_too(self, ledger: Ledger) -> None:
        square = CellBlock(9, (8, 15), (0, 7))
        with ledger.changing([square, CELL]):
            pass

        with ledger.settling() as changes:
            assert changes.areas == {square, CELL}

    def test_what_is_just_changing_stays_unsettled_when_it_is_counted(self, ledger: Ledger) -> None:
        with ledger.changing([CELL]):
            with ledger.settling() as changes:
                assert changes.areas == {CELL}
                assert not changes.settled
            with ledger.changing([OTHER_CELL]), ledger.settling() as changes:
                assert changes.areas == {CELL, OTHER_CELL}

        with ledger.settling() as changes:
            assert changes.areas == {CELL, OTHER_CELL}
            assert changes.settled

    def test_a_change_made_while_others_are_counted_is_noted_for_the_next_counting(self, ledger: Ledger) -> None:
        with ledger.changing([CELL]):
            pass

        with ledger.settling(), ledger.changing([CELL]):
            pass

        with ledger.settling() as changes:
            assert changes.areas == {CELL}

    def test_what_was_not_counted_to_the_end_is_counted_again(self, ledger: Ledger) -> None:
        with ledger.changing([CELL]):
            pass

        with pytest.raises(StoreError), ledger.settling():
            raise StoreError("the store cannot be listed")

        with ledger.settling() as changes:
            assert changes.areas == {CELL}

    def test_the_last_use_of_a_cell_is_kept(self, ledger: UsedLedger) -> None:
        with ledger.settling():
            ledger.note_uses([CELL, OTHER_CELL], 1000.5)
            ledger.note_uses([CELL], 2000.0)
            ledger.note_uses([OTHER_CELL], 500.0)

        assert ledger.uses() == {CELL: 2000.0, OTHER_CELL: 1000.5}

    def test_the_first_account_counts_what_was_there_before(self, ledger: Ledger) -> None:
        store = FakeTileStore()
        store.put(HERE, png("before"), AT)

        settle(ledger, store)

        assert book(ledger) == listing(store)
        assert ledger.account().complete

    def test_only_a_scan_sees_what_other_programs_change(self, ledger: Ledger) -> None:
        store = FakeTileStore()
        settle(ledger, store)
        store.put(HERE, png("foreign"), AT)

        settle(ledger, store)
        assert book(ledger) == {}

        settle(ledger, store, scan=True)
        assert book(ledger) == listing(store) != {}

    def test_only_what_has_changed_is_listed(self, ledger: Ledger) -> None:
        store = FakeTileStore()
        accounted = AccountedStore(store, ledger)
        accounted.write([new(key, png()) for key in (HERE, NEXT_CELL, DEEPER)], AT)
        settle(ledger, store)
        store.listings.clear()

        accounted.write([new(HERE, png("new"))], LATER)
        settle(ledger, store)

        assert store.listings == [(9, (0, 0, CELL_SIDE - 1, CELL_SIDE - 1))]
        assert book(ledger) == listing(store)

    def test_any_sequence_of_operations_and_crashes_agrees_with_a_full_listing(self, tmp_path: Path) -> None:
        runs = itertools.count()
        run_state_machine_as_test(
            lambda: LedgerAgainstListing(self, self.medium(tmp_path / f"run{next(runs)}")),
            settings=settings(
                max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )


class _Crash(BaseException):
    """Whoever was at work is gone, as after kill -9."""


class _CrashingStore(FakeTileStore):
    """Changes so many more tiles, and then whoever was changing them is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None

    def write(self, batch: Sequence[Any], at: float, *rest: Any) -> Any:
        for tile in batch:
            self._step()
            super().write([tile], at)
        self._step()
        return []

    def remove(self, keys: Iterable[TileKey], *rest: Any) -> None:
        for key in keys:
            self._step()
            super().remove([key])

    def _step(self) -> None:
        if self.left is not None:
            if not self.left:
                raise _Crash
            self.left -= 1


_KEYS = st.builds(
    TileKey,
    st.builds(TileCoord, st.sampled_from([8, 9]), st.sampled_from([0, 63, 64, 200]), st.sampled_from([0, 64])),
    st.sampled_from([(), (("time", "1"),)]),
)
_BODIES = st.binary(min_size=1, max_size=40).map(lambda tail: PNG_HEAD + tail)
_TIMES = st.sampled_from([0.0, 1000.0, 86_399.5, 86_400.0, 1_700_000_000.25])


class LedgerAgainstListing(RuleBasedStateMachine):
    """Random changes by two processes that crash, foreign changes, and countings that crash."""

    def __init__(self, suite: LedgerSuite, medium: Any) -> None:
        super().__init__()
        self.suite = suite
        self.medium = medium
        self.store = _CrashingStore()
        self.ledgers: list[UsedLedger] = [suite.make_ledger(medium), suite.make_ledger(medium)]
        self.foreign = True

    def accounted(self, process: int) -> AccountedStore:
        return AccountedStore(self.store, self.ledgers[process])

    @rule(batch=st.lists(st.tuples(_KEYS, _BODIES), max_size=4), at=_TIMES, process=st.integers(0, 1))
    def write(self, batch: list[tuple[TileKey, bytes]], at: float, process: int) -> None:
        self.accounted(process).write([new(key, body) for key, body in batch], at)

    @rule(keys=st.lists(_KEYS, max_size=3), at=_TIMES, process=st.integers(0, 1))
    def renew(self, keys: list[TileKey], at: float, process: int) -> None:
        self.accounted(process).renew(keys, at, None)

    @rule(keys=st.lists(_KEYS, max_size=3), process=st.integers(0, 1))
    def mark_stale(self, keys: list[TileKey], process: int) -> None:
        self.accounted(process).mark_stale(keys)

    @rule(keys=st.lists(_KEYS, max_size=3), process=st.integers(0, 1))
    def remove(self, keys: list[TileKey], process: int) -> None:
        self.accounted(process).remove(keys)

    @rule(z=st.sampled_from([8, 9]), older_than=st.none() | _TIMES, process=st.integers(0, 1))
    def remove_level(self, z: int, older_than: float | None, process: int) -> None:
        self.accounted(process).remove_level(z, older_than)

    @rule(
        batch=st.lists(st.tuples(_KEYS, _BODIES), min_size=1, max_size=4),
        steps=st.integers(0, 4),
        removes=st.booleans(),
    )
    def crash(self, batch: list[tuple[TileKey, bytes]], steps: int, removes: bool) -> None:
        self.store.left = steps
        with pytest.raises(_Crash) if steps < len(batch) + (not removes) else nullcontext():
            if removes:
                self.accounted(0).remove([key for key, _ in batch])
            else:
                self.accounted(0).write([new(key, body) for key, body in batch], 5000.0)
        self.store.left = None
        self.ledgers[0] = self.suite.make_ledger(self.medium)

    @rule(key=_KEYS, body=_BODIES)
    def another_program_writes(self, key: TileKey, body: bytes) -> None:
        self.store.put(key, body, 7000.0)
        self.foreign = True

    @rule(process=st.integers(0, 1))
    def counting_crashes(self, process: int) -> None:
        self.store.failure = "the store cannot be listed"
        account = self.ledgers[process].account()
        if account.unsettled or not account.complete:
            with pytest.raises(StoreError):
                settle(self.ledgers[process], self.store)
        self.store.failure = None

    @rule(process=st.integers(0, 1), most_tiles=st.integers(0, 3))
    def count_some(self, process: int, most_tiles: int) -> None:
        settling = SettleLedger(self.ledgers[process], self.store, LEVELS, FakeClock())
        with suppress(TooMuchToCount):
            account = settling.some(most_tiles)
            if account is not None and not self.foreign:
                assert book(self.ledgers[process]) == listing(self.store)

    @rule(process=st.integers(0, 1))
    def scan(self, process: int) -> None:
        settle(self.ledgers[process], self.store, scan=True)
        self.foreign = False

    @rule(process=st.integers(0, 1))
    def ask(self, process: int) -> None:
        settle(self.ledgers[process], self.store)
        if not self.foreign:
            found = listing(self.store)
            assert book(self.ledgers[process]) == found
            assert tile_by_tile(self.ledgers[process]) == listed_tile_by_tile(self.store)
            levels = {z: together(count for cell, count in found.items() if cell.z == z) for z in range(LEVELS)}
            known = {z: count for z, count in levels.items() if count is not None}
            assert dict(self.ledgers[process].account().levels) == known

    @invariant()
    def what_is_not_noted_as_changed_is_as_counted(self) -> None:
        if self.foreign:
            return
        ledger = self.suite.make_ledger(self.medium)
        if not ledger.account().unsettled:
            assert book(ledger) == listing(self.store)
