"""Opens and renders map layers as QGIS does; runs under the Python that QGIS was installed for, not in our environment.

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
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def main() -> None:
    """Does what the standard input says."""
    application = QgsApplication([], False)
    application.initQgis()
    pictures = json.load(sys.stdin)
    json.dump([rendered(picture) for picture in pictures], sys.stdout)
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


main()
