"""Opens and renders map layers, and fetches their legends, as QGIS does.

Runs under the Python that QGIS was installed for, not in our environment.

Reads a list of pictures from the standard input, as JSON: what :class:`tests.integration.services.qgis.Picture` has.
Writes what became of each to the standard output, as JSON: ``{"valid": ..., "error": ..., "crs": ..., "extent": ...}``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QEventLoop, QSize
from qgis.PyQt.QtGui import QColor


def main() -> None:
    """Does what the standard input says."""
    application = QgsApplication([], False)
    application.initQgis()
    pictures = json.load(sys.stdin)
    made = [legend_of(picture) if picture["size"] is None else rendered(picture) for picture in pictures]
    json.dump(made, sys.stdout)
    application.exitQgis()


def rendered(picture: dict[str, Any]) -> dict[str, Any]:
    """Renders one picture into a file."""
    layer = QgsRasterLayer(picture["uri"], "layer", "wms")
    if not layer.isValid():
        return {"valid": False, "error": layer.error().summary()}
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(picture["srs"]))
    settings.setExtent(QgsRectangle(*picture["box"]))
    settings.setOutputSize(QSize(*picture["size"]))
    settings.setOutputDpi(96)
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture["file"], "PNG")
    extent = layer.extent()
    return {
        "valid": True,
        "error": "; ".join(error.message for error in job.errors()),
        "crs": layer.crs().authid(),
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
    }


def legend_of(picture: dict[str, Any]) -> dict[str, Any]:
    """Fetches the legend that a service has for a layer into a file."""
    layer = QgsRasterLayer(picture["uri"], "layer", "wms")
    if not layer.isValid():
        return {"valid": False, "error": layer.error().summary()}
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(picture["srs"]))
    settings.setExtent(QgsRectangle(*picture["box"]))
    settings.setOutputSize(QSize(300, 200))
    fetcher = layer.dataProvider().getLegendGraphicFetcher(settings)
    if fetcher is None:
        return {"valid": True, "error": "the service has no legend"}
    errors: list[str] = []
    loop = QEventLoop()
    fetcher.finish.connect(lambda image: (image.save(picture["file"], "PNG"), loop.quit()))
    fetcher.error.connect(lambda message: (errors.append(message), loop.quit()))
    fetcher.start()
    loop.exec()
    return {"valid": True, "error": "; ".join(errors)}


main()
