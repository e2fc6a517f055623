"""Maps that a scripted upstream draws: any size asked for, different for different boxes."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from tests.integration.support.upstream_server import Received, Reply

PLAIN = (240, 230, 200)


def draw_wms(request: Received) -> Reply:
    """The answer of a good WMS: left a gradient in colours of the box, right of the middle one colour."""
    asked = request.parameters
    shade = hashlib.md5(f"{asked['bbox']} {asked.get('time')}".encode()).digest()
    size = (int(asked["width"]), int(asked["height"]))
    return _reply(_map(size, shade), asked["format"].partition("/")[2])


def draw_tile(request: Received) -> Reply:
    """The answer of a good tile server to any path; the name of the path ends with the format."""
    return _reply(_map((256, 256), hashlib.md5(request.path.encode()).digest()), request.path.rpartition(".")[2])


def encoded(image: Image.Image, image_format: str, **options: int) -> bytes:
    """The bytes of a file."""
    body = io.BytesIO()
    image.save(body, image_format, **options)
    return body.getvalue()


def plain(size: tuple[int, int], image_format: str = "PNG") -> bytes:
    """An image in one colour."""
    return encoded(Image.new("RGB", size, PLAIN), image_format)


def _map(size: tuple[int, int], shade: bytes) -> Image.Image:
    image = Image.new("RGB", size, PLAIN)
    half = (size[0] // 2, size[1])
    bands = [Image.linear_gradient("L").rotate(90 * (byte % 4)).resize(half) for byte in shade[:3]]
    image.paste(Image.merge("RGB", bands).point(lambda value, by=shade[3]: (value + by) % 256), (0, 0))
    return image


def _reply(image: Image.Image, image_format: str) -> Reply:
    return Reply(body=encoded(image, image_format), headers={"Content-Type": f"image/{image_format}"})
