"""What a store holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tilekeep.application.stored_parts import LevelPart, SquarePart
from tilekeep.domain.freshness import Freshness
from tilekeep.domain.ledger import DAY_SECONDS, OTHER_FORMS, Account, Amount, Count, Days


def account_facts(cache: str, grid: str, account: Account) -> dict[str, Any]:
    """Of a cache in one grid: tiles and bytes in all, and of each level those of each day."""
    return {
        "cache": cache,
        "grid": grid,
        **_amount(account),
        "levels": [
            {"level": z, **count_facts(count), "days": _days(count.days)} for z, count in account.levels.items()
        ],
    }


def summary_facts(cache: str, grid: str, account: Account) -> dict[str, Any]:
    """The same without the levels; ``counted`` says whether all of the store has been counted once."""
    return {"cache": cache, "grid": grid, "counted": account.complete, **_amount(account)}


def level_facts(part: LevelPart) -> dict[str, Any]:
    """Of a level, which may be empty."""
    count = part.stored or Count(0, 0, 0.0, 0.0, {})
    facts = {"level": part.z, "resolution": part.resolution, "possible": part.possible, **count_facts(count)}
    return {**facts, **_freshness(part.freshness)}


def square_facts(part: SquarePart) -> dict[str, Any]:
    """Of a square of a level; ``bbox`` in the SRS of the grid, x before y."""
    facts = {"bbox": list(part.bbox), "possible": part.possible, **count_facts(part.stored)}
    return {**facts, **_freshness(part.freshness)}


def count_facts(count: Count) -> dict[str, Any]:
    """Tiles and bytes; when the oldest and the newest were stored, in POSIX seconds."""
    facts = {"tiles": count.tiles, "bytes": count.size, "oldest": count.oldest, "newest": count.newest}
    return {**facts, **_other_forms(count.other_forms)}


def _amount(account: Account) -> dict[str, Any]:
    tiles, size = account.total
    return {"tiles": tiles, "bytes": size, "changing": account.unsettled, **_other_forms(account.other_forms)}


def _other_forms(amount: Amount) -> dict[str, Any]:
    """Only where there are any."""
    return {"other_forms": {"count": amount.tiles, "bytes": amount.size}} if amount.tiles else {}


def _freshness(freshness: Freshness) -> dict[str, int]:
    return {"fresh": freshness.fresh, "stale": freshness.stale, "partly_stale": freshness.turning}


def _days(days: Days) -> dict[str, dict[str, int]]:
    return {_day(day): {"tiles": tiles, "bytes": size} for day, (tiles, size) in days.items() if day != OTHER_FORMS}


def _day(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_SECONDS, UTC).strftime("%Y-%m-%d")
