"""Defragmenting the files of a store, those that are worth it (spec/util-deploy.md, 10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tilekeep.domain.errors import StoreError
from tilekeep.ports.defragmenter import Defragmenter, FileUse


@dataclass(frozen=True, slots=True)
class Worthwhile:
    """What makes a file worth rewriting; both have to be reached.

    :ivar unused_share: the part of it that nobody needs, from 0.0 to 1.0.
    :ivar unused_bytes: how much that is.
    """

    unused_share: float
    unused_bytes: float

    def is_reached(self, use: FileUse) -> bool:
        """Whether a file with this use is worth it."""
        return use.unused_share >= self.unused_share and use.unused >= self.unused_bytes


class FileVerdict(NamedTuple):
    """What is to be done with one file, number ``number`` of ``total``.

    :ivar failure: why nothing can be done, or None; then ``use`` is not known.
    """

    number: int
    total: int
    file: str
    use: FileUse
    worthwhile: bool
    failure: str | None = None


def defragment(
    store: Defragmenter, worthwhile: Worthwhile, report: Callable[[FileVerdict], None], *, dry_run: bool
) -> None:
    """Rewrites the files of ``store`` that are worth it; ``report`` hears of each file before anything is done to it.

    A file that cannot be read or rewritten is reported, and the others go on.
    """
    files = store.files()
    for number, file in enumerate(files, 1):
        try:
            use = store.use_of(file)
            if use is None:
                continue
            worth_it = worthwhile.is_reached(use)
            report(FileVerdict(number, len(files), file, use, worth_it))
            if worth_it and not dry_run:
                store.defragment(file)
        except StoreError as error:
            report(FileVerdict(number, len(files), file, FileUse(0, 0), worthwhile=False, failure=str(error)))
