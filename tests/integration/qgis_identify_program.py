"""Asks map layers about places as QGIS does when somebody clicks; runs under the Python that QGIS was installed for.

Reads a list of questions from the standard input, as JSON: what :class:`tests.integration.services.qgis.Question` has.
Writes the answers to the standard output, as JSON: ``{"valid": ..., "can": ..., "said": [...]}``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from qgis.core import QgsApplication, QgsPointXY, QgsRaster, QgsRasterInterface, QgsRasterLayer, QgsRectangle

_FORMATS = {
    "text": (QgsRaster.IdentifyFormatText, QgsRasterInterface.IdentifyText),
    "html": (QgsRaster.IdentifyFormatHtml, QgsRasterInterface.IdentifyHtml),
}


def main() -> None:
    """Does what the standard input says."""
    application = QgsApplication([], False)
    application.initQgis()
    questions = json.load(sys.stdin)
    json.dump([answered(question) for question in questions], sys.stdout)
    application.exitQgis()


def answered(question: dict[str, Any]) -> dict[str, Any]:
    """Asks one layer about one place."""
    layer = QgsRasterLayer(question["uri"], "layer", "wms")
    if not layer.isValid():
        return {"valid": False, "can": False, "said": [layer.error().summary()]}
    provider = layer.dataProvider()
    kind, capability = _FORMATS[question["kind"]]
    result = provider.identify(
        QgsPointXY(*question["place"]), kind, QgsRectangle(*question["box"]), *question["size"], 96
    )
    can = bool(provider.capabilities() & capability)
    return {"valid": result.isValid(), "can": can, "said": [str(value) for value in result.results().values()]}


main()
