"""Legends whose pictures are words, servers that answer as told, and a store in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.clock import FakeClock
from tests.fakes.parallel import InlineRunner
from tests.fakes.text_imaging import TextImaging, TextRaster, image
from tilekeep.application.get_legend import GetLegend
from tilekeep.application.layer_tree import MapLayer
from tilekeep.application.legend import Legend
from tilekeep.application.legend_pictures import LegendPictures
from tilekeep.application.legend_sizes import LegendSizes
from tilekeep.application.single_flight import SingleFlight
from tilekeep.application.survey_legends import SurveyLegends
from tilekeep.domain.deadline import Deadline
from tilekeep.domain.errors import StoreError
from tilekeep.domain.extent import Extent
from tilekeep.domain.image import EncodedImage, ImageEncoding, ImageLimits, Raster
from tilekeep.entrypoints.wsgi.wms.legend_parts import LegendParts

Answer = bytes | Exception | Mapping[str, Any]


class FakeLegendSource:
    """A :class:`tilekeep.ports.legend_source.LegendSource` that gives ``answers`` in turn, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.scales: list[float | None] = []
        self.deadlines: list[Deadline] = []

    def picture(self, scale: float | None, deadline: Deadline) -> bytes:
        answer = self._answer(scale, deadline)
        assert isinstance(answer, bytes)
        return answer

    def description(self, scale: float | None, deadline: Deadline) -> Mapping[str, Any] | None:
        """A picture is no description."""
        answer = self._answer(scale, deadline)
        return answer if isinstance(answer, Mapping) else None

    def _answer(self, scale: float | None, deadline: Deadline) -> Answer:
        self.scales.append(scale)
        self.deadlines.append(deadline)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeLegendStore:
    """A :class:`tilekeep.ports.legend_store.LegendStore` in memory; it may be broken."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.is_broken = False

    def read(self, name: str) -> bytes | None:
        self._require_whole()
        return self.kept.get(name) or None

    def write(self, name: str, body: bytes) -> None:
        self._require_whole()
        self.kept[name] = body

    def _require_whole(self) -> None:
        if self.is_broken:
            raise StoreError("broken")


class SizedTextImaging(TextImaging):
    """Encodes so that it can decode what it has encoded; remembers the encodings."""

    def __init__(self) -> None:
        self.encodings: list[ImageEncoding] = []

    def encode(self, raster: Raster, encoding: ImageEncoding, shows: Extent | None = None) -> EncodedImage:
        assert isinstance(raster, TextRaster)
        self.encodings.append(encoding)
        return EncodedImage(image(*raster.size, raster.shows), encoding.format)


def legend(identity: str, *parts: FakeLegendSource, follows_scale: bool = True) -> Legend:
    """A legend made of ``parts``, bottom first."""
    return Legend(identity, follows_scale, lambda: parts)


class LegendKitchen:
    """The use cases over fakes."""

    def __init__(self, max_pixels: int = 1_000_000) -> None:
        self.imaging = SizedTextImaging()
        self.store = FakeLegendStore()
        self.clock = FakeClock()
        self.sizes = LegendSizes(self.store)
        self.pictures = LegendPictures(
            imaging=self.imaging,
            limits=ImageLimits(10_000, max_pixels),
            store=self.store,
            sizes=self.sizes,
            flights=SingleFlight(self.clock),
        )
        self.get = GetLegend(self.pictures, self.imaging)

    def survey(self) -> SurveyLegends:
        """A survey as a new process begins it."""
        return SurveyLegends(
            pictures=self.pictures,
            sizes=self.sizes,
            parallel=InlineRunner(),
            flights=SingleFlight(self.clock),
            clock=self.clock,
        )

    def parts(self, of_layer: Callable[[MapLayer], tuple[Legend, ...]]) -> LegendParts:
        return LegendParts(of_layer, self.get, self.sizes, self.survey())
