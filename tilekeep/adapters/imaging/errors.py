"""Failures of the imaging libraries as the error of the port."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from tilekeep.domain.errors import ImageError, TilekeepError

P = ParamSpec("P")
T = TypeVar("T")


def translating(work: Callable[P, T]) -> Callable[P, T]:
    """``work`` with an :class:`ImageError` for whatever the libraries raise at images they have no conversion for.

    They let the errors of a dozen modules through; which image is odd enough depends on their version.
    """

    @functools.wraps(work)
    def translated(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return work(*arguments, **options)
        except (TilekeepError, MemoryError):
            raise
        except Exception as error:
            raise ImageError(f"The image cannot be made into what was asked for: {error!r}") from error

    return translated
