"""Finding out once how large the legends of all layers are, for documents that say it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from tilekeep.application.legend import Legend
from tilekeep.application.legend_pictures import LegendPictures
from tilekeep.application.legend_sizes import LegendSizes
from tilekeep.application.single_flight import SingleFlight
from tilekeep.domain.deadline import NO_DEADLINE, Deadline
from tilekeep.domain.errors import LockTimeout, SourceError
from tilekeep.ports.clock import Clock
from tilekeep.ports.parallel import ParallelRunner

log = logging.getLogger("tilekeep.legend")

#: How long the first document of a process waits for legends that are not kept yet, all of them together.
LONGEST_SECONDS = 3.0

#: Legends that are asked for at a time.
_AT_A_TIME = 8


class SurveyLegends:
    """Looks at each legend once in the life of a process: in the store, else at its server.

    What does not come in time, or fails, is not tried again here: its size becomes known when a client asks for it.

    Args:
        pictures: fetches legends.
        sizes: knows and remembers their sizes.
        parallel: fetches several at a time.
        flights: lets documents that are written meanwhile wait for one survey.
        clock: bounds it.
    """

    def __init__(
        self,
        *,
        pictures: LegendPictures,
        sizes: LegendSizes,
        parallel: ParallelRunner,
        flights: SingleFlight[None],
        clock: Clock,
    ) -> None:
        self._pictures = pictures
        self._sizes = sizes
        self._parallel = parallel
        self._flights = flights
        self._monotonic = clock.monotonic
        self._is_done = False

    def __call__(self, legends: Callable[[], Iterable[Legend]]) -> None:
        """Returns when the sizes of ``legends`` are known, as far as they can be had; raises nothing."""
        if not self._is_done:
            self._flights.run("survey of legends", lambda: self._survey(legends()), NO_DEADLINE)

    def _survey(self, legends: Iterable[Legend]) -> None:
        if self._is_done:
            return
        unknown = [legend for legend in dict.fromkeys(legends) if self._sizes.find(legend) is None]
        deadline = Deadline(self._monotonic() + LONGEST_SECONDS)
        self._parallel.map(lambda legend: self._fetch(legend, deadline), unknown, _AT_A_TIME)
        self._is_done = True

    def _fetch(self, legend: Legend, deadline: Deadline) -> None:
        if deadline.has_passed(self._monotonic()):
            return
        try:
            self._pictures(legend, None, deadline)
        except (SourceError, LockTimeout) as error:
            log.warning("size of a legend is not known: %s", error)
