"""MapCache, the tile cache in C, inside Apache."""

from __future__ import annotations

from pathlib import Path

from tests.integration.services.apache import apache
from tests.integration.services.process import Server

_XML = """\
<mapcache>
  <metadata><title>test</title><abstract>test</abstract><url>http://127.0.0.1/mapcache</url></metadata>
  <cache name="disk" type="disk" layout="tilecache"><base>{directory}/cache</base></cache>
  <source name="wms" type="wms">
    <getmap><params><FORMAT>image/png</FORMAT><LAYERS>{layers}</LAYERS></params></getmap>
    <http><url>{wms_url}</url><connection_timeout>10</connection_timeout></http>
  </source>
  <tileset name="{name}">
    <source>wms</source><cache>disk</cache><grid>GoogleMapsCompatible</grid><format>PNG</format>
    <metatile>4 4</metatile><metabuffer>8</metabuffer><expires>3600</expires>
  </tileset>
  <default_format>PNG</default_format>
  <service type="wmts" enabled="true"/>
  <service type="tms" enabled="true"/>
  <errors>report</errors>
  <locker type="disk"><directory>{directory}/lock</directory><retry>0.01</retry><timeout>60</timeout></locker>
</mapcache>
"""


def mapcache(directory: Path, name: str, wms_url: str, layers: str) -> Server:
    """A MapCache that is not started yet, with one tile set in web mercator.

    Tiles are below ``/mapcache/wmts/1.0.0/NAME/default/GoogleMapsCompatible/z/row/column.png``; what is in
    ``cache/NAME/GoogleMapsCompatible`` (the layout ``tc``) is served without asking the map server.
    """
    xml = _XML.format(directory=directory, name=name, wms_url=wms_url, layers=layers)
    (directory / "mapcache.xml").write_text(xml)
    (directory / "lock").mkdir(exist_ok=True)
    return apache(directory, 'MapCacheAlias /mapcache "{directory}/mapcache.xml"', ("mapcache",))
