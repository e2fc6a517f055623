"""Files with room that nobody needs, in a dictionary."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.ports.defragmenter import FileUse


class FakeDefragmenter:
    """Implements :class:`tilekeep.ports.defragmenter.Defragmenter`.

    ``uses`` are the files; one without any use is empty when nothing in it is used.  ``broken`` cannot be read,
    ``rewritten`` are those defragmented so far.
    """

    def __init__(self, uses: dict[str, FileUse], empty_size: int = 0) -> None:
        self.uses = uses
        self.broken: set[str] = set()
        self.gone: set[str] = set()
        self.rewritten: list[str] = []
        self._empty_size = empty_size

    def files(self) -> Sequence[str]:
        return sorted(self.uses)

    def use_of(self, file: str) -> FileUse | None:
        if file in self.broken:
            raise StoreError(f"{file!r} is damaged")
        return None if file in self.gone else self.uses.get(file)

    def defragment(self, file: str, deadline: Deadline = NO_DEADLINE) -> None:
        use = self.use_of(file)
        if use is None:
            return
        self.rewritten.append(file)
        if use.used == self._empty_size:
            del self.uses[file]
        else:
            self.uses[file] = FileUse(use.used, use.used)
