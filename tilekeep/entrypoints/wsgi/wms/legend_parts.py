"""What WMS makes legends and what it says about them with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tilekeep.application.get_legend import GetLegend
from tilekeep.application.layer_tree import MapLayer
from tilekeep.application.legend import Legend
from tilekeep.application.legend_sizes import LegendSizes
from tilekeep.application.survey_legends import SurveyLegends


class LegendParts(NamedTuple):
    """The parts.

    :ivar of_layer: the legends of one node of the tree, bottom first.
    :ivar survey: finds out sizes, once.
    """

    of_layer: Callable[[MapLayer], tuple[Legend, ...]]
    get_legend: GetLegend
    sizes: LegendSizes
    survey: SurveyLegends
