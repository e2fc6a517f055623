"""Writes a configuration of many layers, each with a source and a cache of its own, that both programs can load.

Usage: python benchmarks/make_config.py LAYERS > mapproxy.yaml
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

HEAD = """\
services:
  tms:
  wmts:

globals:
  cache:
    meta_size: [4, 4]
    meta_buffer: 80

grids:
  webmercator:
    base: GLOBAL_WEBMERCATOR
    num_levels: 18
"""

LAYER = """\
  - name: layer_{number}
    title: Layer {number}
    sources: [cache_{number}]
"""

SOURCE = """\
  source_{number}:
    type: wms
    req:
      url: http://maps.example.org/wms/{number}?
      layers: roads,rivers
      transparent: true
"""

CACHE = """\
  cache_{number}:
    grids: [webmercator]
    sources: [source_{number}]
    format: image/png
    cache:
      type: file
      directory_layout: tms
"""


def configuration(layers: int) -> Iterator[str]:
    """The text, piece by piece."""
    yield HEAD
    for section, template in (("layers", LAYER), ("sources", SOURCE), ("caches", CACHE)):
        yield f"\n{section}:\n"
        for number in range(layers):
            yield template.format(number=number)


if __name__ == "__main__":
    sys.stdout.writelines(configuration(int(sys.argv[1])))
