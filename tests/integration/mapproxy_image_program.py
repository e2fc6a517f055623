"""Run by the interpreter that has MapProxy: cuts and encodes images, asked and answering in JSON."""

import io
import json
import sys
from typing import Any

from mapproxy.image import BlankImageResult, ImageResult, is_single_color_image
from mapproxy.image.merge import merge_images
from mapproxy.image.opts import ImageOptions
from mapproxy.image.tile import TileSplitter


def options(asked: dict[str, Any]) -> ImageOptions:
    encoding = {"quantizer": asked["quantizer"], "jpeg_quality": asked["jpeg_quality"]}
    names = ("format", "mode", "colors", "transparent")
    return ImageOptions(**{name: asked[name] for name in names}, resampling="bicubic", encoding_options=encoding)


def opened(asked: dict[str, Any], body: str) -> ImageResult:
    source = ImageOptions(format="image/png", transparent=asked["transparent"])
    return ImageResult(io.BytesIO(bytes.fromhex(body)), image_opts=source)


def split(asked: dict[str, Any]) -> list[dict[str, Any]]:
    splitter = TileSplitter(opened(asked, asked["body"]), options(asked))
    tiles = [splitter.get_tile(tuple(corner), tuple(asked["size"])) for corner in asked["corners"]]
    answers = []
    for tile in tiles:
        color = is_single_color_image(tile.as_image())
        answers.append({"body": tile.as_buffer().read().hex(), "color": color or None})
    return answers


def blank(asked: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"body": BlankImageResult(tuple(asked["size"]), options(asked)).as_buffer().read().hex(), "color": None}]


def merge(asked: dict[str, Any]) -> list[dict[str, Any]]:
    layers = []
    for body, opacity in zip(asked["bodies"], asked["opacities"], strict=True):
        layer = ImageOptions(format="image/png", transparent=True, opacity=opacity)
        layers.append((ImageResult(io.BytesIO(bytes.fromhex(body)), image_opts=layer), None))
    merged = merge_images(layers, options(asked), size=tuple(asked["size"]))
    return [{"body": ImageResult(merged.as_image(), image_opts=options(asked)).as_buffer().read().hex(), "color": None}]


VERBS = {"split": split, "blank": blank, "merge": merge}

json.dump([VERBS[asked["verb"]](asked) for asked in json.load(sys.stdin)], sys.stdout)
