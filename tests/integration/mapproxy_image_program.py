"""Run by the interpreter that has MapProxy: cuts and encodes images, asked and answering in JSON."""

import io
import json
import sys
from typing import Any

from mapproxy.cache.tile import Tile
from mapproxy.image import BlankImageResult, GeoReference, ImageResult, is_single_color_image
from mapproxy.image.mask import mask_image
from mapproxy.image.merge import BandMerger, merge_images
from mapproxy.image.message import attribution_image
from mapproxy.image.opts import ImageOptions
from mapproxy.image.tile import TileMerger, TileSplitter
from mapproxy.image.transform import ImageTransformer
from mapproxy.srs import SRS
from mapproxy.tilefilter import watermark_filter
from mapproxy.util.coverage import GeomCoverage
from PIL import Image
from shapely.geometry import MultiPolygon, Polygon


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


def bands(asked: dict[str, Any]) -> list[dict[str, Any]]:
    merger = BandMerger(mode=asked["mode"])
    for target, image, band, factor in asked["parts"]:
        merger.add_ops(dst_band=target, src_img=image, src_band=band, factor=factor)
    images = [ImageResult(io.BytesIO(bytes.fromhex(body))) for body in asked["bodies"]]
    return [answer(merger.merge(images, ImageOptions(format="image/png"), size=tuple(asked["size"])).as_image())]


def mosaic(asked: dict[str, Any]) -> list[dict[str, Any]]:
    tiles = [ImageResult(io.BytesIO(bytes.fromhex(body))) for body in asked["bodies"]]
    whole = TileMerger((len(tiles), 1), tuple(asked["size"])).merge(tiles, options(asked))
    return [answer(whole.as_image())]


def warp(asked: dict[str, Any]) -> list[dict[str, Any]]:
    (source_code, source_bbox), (target_code, target_bbox) = asked["source"], asked["target"]
    transformer = ImageTransformer(SRS(source_code), SRS(target_code), asked["max_px_err"])
    wanted = ImageOptions(format="image/png", resampling=asked["resampling"])
    source = ImageResult(io.BytesIO(bytes.fromhex(asked["body"])))
    result = transformer.transform(source, source_bbox, tuple(asked["size"]), target_bbox, wanted)
    return [answer(result.as_image())]


def clip(asked: dict[str, Any]) -> list[dict[str, Any]]:
    polygons = [Polygon(outside, holes) for outside, holes in asked["polygons"]]
    area = GeomCoverage(MultiPolygon(polygons), SRS(25832), clip=True)
    image = Image.open(io.BytesIO(bytes.fromhex(asked["body"])))
    return [answer(mask_image(image, asked["bbox"], 25832, area))]


def watermark(asked: dict[str, Any]) -> list[dict[str, Any]]:
    tile = Tile(tuple(asked["coord"]))
    tile.source = ImageResult(io.BytesIO(bytes.fromhex(asked["body"])), image_opts=ImageOptions(format="image/png"))
    tile.image_result = tile.source
    marked = watermark_filter(asked["text"], opacity=asked["opacity"])(tile)
    return [answer(marked.image_result.as_image())]


def attribution(asked: dict[str, Any]) -> list[dict[str, Any]]:
    below = ImageResult(io.BytesIO(bytes.fromhex(asked["body"])), image_opts=ImageOptions(format="image/png"))
    text = attribution_image(asked["text"], below.size)
    merged = merge_images([(below, None), (text, None)], ImageOptions(format="image/png", transparent=False))
    return [answer(merged.as_image())]


def geotiff(asked: dict[str, Any]) -> list[dict[str, Any]]:
    image = Image.open(io.BytesIO(bytes.fromhex(asked["body"])))
    reference = GeoReference(asked["bbox"], SRS(asked["srs"]))
    result = ImageResult(image, image_opts=ImageOptions(format="image/tiff"), georef=reference)
    return [{"body": result.as_buffer().read().hex(), "color": None}]


def answer(image: Image.Image) -> dict[str, Any]:
    out = io.BytesIO()
    image.save(out, "PNG")
    return {"body": out.getvalue().hex(), "color": None}


VERBS = {
    "split": split,
    "blank": blank,
    "merge": merge,
    "bands": bands,
    "mosaic": mosaic,
    "warp": warp,
    "clip": clip,
    "watermark": watermark,
    "attribution": attribution,
    "geotiff": geotiff,
}

json.dump([VERBS[asked["verb"]](asked) for asked in json.load(sys.stdin)], sys.stdout)
