"""Run by the interpreter that has MapProxy: loads coverages and answers questions about boxes, in JSON."""

import json
import sys
from typing import Any

from mapproxy.config import base_config
from mapproxy.config.coverage import load_coverage
from mapproxy.image.mask import mask_polygons
from mapproxy.srs import SRS


def answers(asked: dict[str, Any]) -> dict[str, Any]:
    base_config().conf_base_dir = asked["base_dir"]
    coverage = load_coverage(asked["options"], base_path=asked["base_dir"])
    if coverage is None:
        return {"bbox": None}
    srs = SRS(asked["srs"])
    shown = coverage.transform_to(srs)
    boxes = asked["boxes"]
    return {
        "bbox": list(shown.bbox),
        "relations": [relation(coverage, box, srs) for box in boxes],
        "nearly": [[relation(coverage, resized(box, by), srs) for by in (-0.1, 0.1)] for box in boxes],
        "masks": [masked(shown, box, srs, asked["pixels"]) for box in boxes if shown.intersects(box, srs)],
    }


def relation(coverage: Any, box: list[float], srs: Any) -> list[bool]:
    return [bool(coverage.contains(box, srs)), bool(coverage.intersects(box, srs))]


def resized(box: list[float], by: float) -> list[float]:
    dx, dy = (box[2] - box[0]) * by, (box[3] - box[1]) * by
    return [box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy]


def masked(coverage: Any, box: list[float], srs: Any, pixels: int) -> float:
    """Square pixels of an image of the box that MapProxy keeps, before it draws them."""
    pixel = min(box[2] - box[0], box[3] - box[1]) / pixels
    shrunk = [part.buffer(-0.1 * pixel, resolution=1, join_style=2) for part in mask_polygons(box, srs, coverage)]
    return sum(part.area for part in shrunk) / ((box[2] - box[0]) * (box[3] - box[1])) * pixels * pixels


def tried(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return answers(asked)
    except Exception as error:  # noqa: BLE001 - whatever stops MapProxy is an answer
        return {"error": type(error).__name__}


json.dump([tried(asked) for asked in json.load(sys.stdin)], sys.stdout)
