"""The imaging adapters keep what imaging promises."""

from __future__ import annotations

from tests.contract.imaging_suite import ImagingSuite
from tilekeep.adapters.imaging.choice import imaging
from tilekeep.adapters.imaging.fast import FastImaging
from tilekeep.adapters.imaging.pillow import PillowImaging
from tilekeep.ports.imaging import Imaging


class TestPillowImaging(ImagingSuite):
    def make_imaging(self) -> Imaging:
        return PillowImaging()


class TestFastImaging(ImagingSuite):
    def make_imaging(self) -> Imaging:
        return FastImaging()


class TestFastImagingWithOpenCv(ImagingSuite):
    def make_imaging(self) -> Imaging:
        return FastImaging(opencv=True)


class TestChosenImaging(ImagingSuite):
    def make_imaging(self) -> Imaging:
        return imaging()
