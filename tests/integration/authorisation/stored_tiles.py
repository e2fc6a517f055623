"""Caches with tiles that are all there: every program draws the same from them, and none asks anybody."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

#: ``base`` and ``photo`` are opaque wherever the world is, ``marks`` are discs on nothing.
CONFIG = """
services:
  tms:
  wmts: {kvp: true, restful: true}
  wms:
    srs: ['EPSG:3857', 'EPSG:4326', 'EPSG:25832', 'EPSG:31467']
    bbox_srs: ['EPSG:4326', 'EPSG:3857', {srs: 'EPSG:31467', bbox: [3200000, 5300000, 3900000, 6000000]}]
    image_formats: [image/png, image/jpeg]
    versions: ['1.1.1', '1.3.0']
    md: {title: Maps}
layers:
  - {name: base, title: Base, sources: [base]}
  - {name: photo, title: Photo, sources: [photo]}
  - name: group
    title: Group
    layers:
      - {name: left, title: Left, sources: [base]}
      - {name: right, title: Right, sources: [marks]}
  - title: Nameless
    layers:
      - {name: inner, title: Inner, sources: [marks]}
caches:
  base: {grids: [GLOBAL_WEBMERCATOR], sources: [], cache: {type: file, directory_layout: tms}}
  photo: {grids: [GLOBAL_WEBMERCATOR], sources: [], format: image/jpeg, cache: {type: file, directory_layout: tms}}
  marks:
    grids: [GLOBAL_WEBMERCATOR]
    sources: []
    image: {transparent: true, colors: 0}
    cache: {type: file, directory_layout: tms}
globals: {image: {resampling_method: nearest}, cache: {max_tile_limit: 500}}
"""

LEVELS = 5


def write_tiles(directory: Path) -> None:
    """Every tile of the first levels below ``directory``, where the configuration looks for them."""
    for z in range(LEVELS):
        for x in range(2**z):
            for y in range(2**z):
                _write(directory, "base", "png", (z, x, y), _opaque(z, x, y))
                _write(directory, "photo", "jpeg", (z, x, y), _opaque(z, x, y))
                _write(directory, "marks", "png", (z, x, y), _discs(z, x, y))


def _write(directory: Path, cache: str, extension: str, place: tuple[int, int, int], image: Image.Image) -> None:
    z, x, y = place
    path = directory / f"cache_data/{cache}_EPSG3857/{z}/{x}/{y}.{extension}"
    path.parent.mkdir(parents=True, exist_ok=True)
    body = io.BytesIO()
    image.save(body, extension)
    path.write_bytes(body.getvalue())


def _opaque(z: int, x: int, y: int) -> Image.Image:
    """Stripes; white, which clipped pixels turn to, is not among the colours."""
    image = Image.new("RGB", (256, 256), (40 + 37 * x % 150, 40 + 53 * y % 150, 30 + 40 * z))
    pen = ImageDraw.Draw(image)
    for left in range(0, 256, 32):
        pen.rectangle((left, 0, left + 15, 255), fill=(200, (left + 61 * y) % 200, (left + 29 * x) % 200))
    return image


def _discs(z: int, x: int, y: int) -> Image.Image:
    image = Image.new("RGBA", (256, 256), (255, 255, 255, 0))
    ImageDraw.Draw(image).ellipse((20, 20, 236, 236), fill=(20 + 31 * x % 200, 20 + 43 * y % 200, 40 * z, 255))
    return image
