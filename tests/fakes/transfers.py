"""A network that answers requests to services of objects as scripted."""

from __future__ import annotations

from collections.abc import Sequence

from tilekeep.adapters.storage.services.pools import Address
from tilekeep.adapters.storage.services.transfers import Answer, Message, NoAnswer
from tilekeep.domain.deadline import Deadline


class FakeTransfers:
    """Gives ``answers`` one after the other, the last one again and again; errors are raised.

    ``sent`` is what was asked for, and where.
    """

    def __init__(self, answers: Sequence[Answer | NoAnswer]) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[Address, Message]] = []

    def send(self, address: Address, message: Message, deadline: Deadline) -> Answer:
        self.sent.append((address, message))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, NoAnswer):
            raise answer
        return answer
