"""Text into which environment variables have been filled."""

from __future__ import annotations

from typing import Self


class ExpandedText(str):  # noqa: SLOT000 - a subclass of str cannot have slots with values
    """Text that came out of an expansion; ``template`` is what the file says, and what messages may show.

    Text from a file is never taken for a number, but this may become one when the option wants it.
    """

    template: str

    def __new__(cls, value: str, template: str) -> Self:
        """The expanded value and the text it was made from."""
        text = super().__new__(cls, value)
        text.template = template
        return text
