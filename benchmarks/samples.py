"""What is served: pictures of three kinds, a cache full of tiles, configurations."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

LEVEL = 5
TILES_PER_SIDE = 2**LEVEL
TILE_BYTES = 12_000


@cache
def picture(kind: str, width: int, height: int, media_type: str) -> bytes:
    """An encoded picture: ``flat`` (one colour), ``map`` (areas, lines, letters), ``photo``, ``coast``."""
    image = {"flat": _flat, "map": _map, "photo": _photo, "coast": _coast}[kind](width, height)
    out = io.BytesIO()
    if media_type == "image/jpeg":
        image.convert("RGB").save(out, "JPEG", quality=85)
    else:
        image.save(out, "PNG")
    return out.getvalue()


def _flat(width: int, height: int) -> Image.Image:
    return Image.new("RGBA", (width, height), (200, 220, 255, 255))


def _map(width: int, height: int) -> Image.Image:
    """Drawn at twice the size, so that edges have the many shades of real renderers."""
    dice = random.Random(7)
    image = Image.new("RGBA", (2 * width, 2 * height), (242, 239, 233, 255))
    draw = ImageDraw.Draw(image)
    for _ in range(width * height // 8000):
        x, y, radius = dice.randrange(2 * width), dice.randrange(2 * height), dice.uniform(20, 120)
        angles = sorted(dice.uniform(0, math.tau) for _ in range(9))
        shape = [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]
        draw.polygon(shape, fill=(dice.randrange(150, 250), dice.randrange(180, 250), dice.randrange(150, 220), 255))
    for _ in range(width * height // 4000):
        start = (dice.randrange(2 * width), dice.randrange(2 * height))
        end = (start[0] + dice.randrange(-200, 200), start[1] + dice.randrange(-200, 200))
        draw.line([start, end], fill=(dice.randrange(180, 255), dice.randrange(150, 220), 90, 255), width=5)
        draw.text(start, f"Street {dice.randrange(999)}", fill=(40, 40, 40, 255), font_size=22)
    return image.resize((width, height), Image.Resampling.BOX)


def _photo(width: int, height: int) -> Image.Image:
    dice = random.Random(11)
    rough = _noise((width // 16 + 1, height // 16 + 1), dice)
    return Image.blend(rough.resize((width, height), Image.Resampling.BICUBIC), _noise((width, height), dice), 0.08)


def _coast(width: int, height: int) -> Image.Image:
    """A photograph whose left third is transparent."""
    image = _photo(width, height).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, width // 3, height))
    return image


def _noise(size: tuple[int, int], dice: random.Random) -> Image.Image:
    return Image.frombytes("RGB", size, dice.randbytes(size[0] * size[1] * 3))


@cache
def tile() -> bytes:
    """A PNG of 256 by 256 pixels and about 12 kB: the upper part is noise, as much as it takes."""
    dice = random.Random(3)
    body = b""
    for rows in range(256):
        image = Image.new("P", (256, 256), 1)
        image.putpalette(dice.randbytes(48))
        noise = bytes(byte & 15 for byte in dice.randbytes(256 * (rows + 1)))
        image.paste(Image.frombytes("P", (256, rows + 1), noise))
        out = io.BytesIO()
        image.save(out, "PNG")
        body = out.getvalue()
        if len(body) >= TILE_BYTES:
            break
    return body


def fill(directory: Path, body: Callable[[int, int], bytes] = lambda x, y: tile()) -> None:  # noqa: ARG005
    """All tiles of one level in the layout ``tc`` of MapProxy, MapCache and TileCache; ``body`` gives that at x, y."""
    for x in range(TILES_PER_SIDE):
        for y in range(TILES_PER_SIDE):
            path = directory / f"{LEVEL:02}/000/000/{x:03}/000/000/{y:03}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body(x, y))


@cache
def colourful_tiles() -> tuple[bytes, ...]:
    """Sixteen tiles of a drawn map in 256 colours, as caches store them by default."""
    image = Image.open(io.BytesIO(picture("map", 1024, 1024, "image/png"))).convert("RGB")
    tiles = []
    for number in range(16):
        left, top = number % 4 * 256, number // 4 * 256
        part = image.crop((left, top, left + 256, top + 256)).quantize(256, Image.Quantize.FASTOCTREE)
        out = io.BytesIO()
        part.save(out, "PNG")
        tiles.append(out.getvalue())
    return tuple(tiles)


def colourful_map(directory: Path) -> Path:
    """A configuration with WMS whose cache is full of drawn tiles; its source would refuse connections."""
    tiles = colourful_tiles()
    fill(directory / "cache_data/world_EPSG3857", lambda x, y: tiles[y % 4 * 4 + x % 4])
    return write(
        directory,
        """
services: {wms: {md: {title: Maps}}, tms: }
layers: [{name: world, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
sources: {wms: {type: wms, req: {url: "http://127.0.0.1:9/", layers: world}}}
""",
    )


def cached_map(directory: Path) -> Path:
    """A configuration whose cache is full; its source would refuse connections."""
    fill(directory / "cache_data/world_EPSG3857")
    return write(
        directory,
        """
services: {tms: , wmts: , wms: , demo: }
layers: [{name: world, title: World, sources: [world]}]
caches: {world: {grids: [GLOBAL_WEBMERCATOR], sources: [wms]}}
sources: {wms: {type: wms, req: {url: "http://127.0.0.1:9/", layers: world}}}
""",
    )


def cached_in(directory: Path, kind: str) -> Path:
    """A configuration with a cache of type ``kind``, which :mod:`benchmarks.store_runner` fills."""
    return write(
        directory,
        f"""
services: {{tms: }}
layers: [{{name: world, title: World, sources: [world]}}]
caches: {{world: {{grids: [GLOBAL_WEBMERCATOR], sources: [wms], cache: {{type: {kind}}}}}}}
sources: {{wms: {{type: wms, req: {{url: "http://127.0.0.1:9/", layers: world}}}}}}
""",
    )


def write(directory: Path, config: str) -> Path:
    """Writes ``mapproxy.yaml``."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "mapproxy.yaml"
    path.write_text(config)
    return path
