"""The configuration that both programs get: sources of feature info of every kind, and layers that ask them."""

from __future__ import annotations

from pathlib import Path

_TO_HTML = """\
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="html"/>
  <xsl:template match="/">
    <html><body>
      <h1><xsl:value-of select="/answers/@kind"/></h1>
      <xsl:for-each select="//told"><p><xsl:value-of select="@name"/>: <xsl:value-of select="."/></p></xsl:for-each>
    </body></html>
  </xsl:template>
</xsl:stylesheet>
"""

_TO_XML = """\
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="/">
    <found><xsl:for-each select="//told"><item name="{@name}"><xsl:value-of select="."/></item></xsl:for-each></found>
  </xsl:template>
</xsl:stylesheet>
"""

_CONFIG = """\
services:
  wms:
    srs: ['EPSG:4326', 'EPSG:3857', 'EPSG:900913', 'EPSG:25832', 'EPSG:31467', 'CRS:84']
    bbox_srs: ['EPSG:4326', 'EPSG:3857']
    versions: ['1.1.1', '1.3.0']
    featureinfo_types: [text, html, xml, json]
{service}
    md: {{title: Places}}
  wmts:
    restful: true
    kvp: true
    featureinfo_formats:
      - {{mimetype: text/plain, suffix: txt}}
      - {{mimetype: text/html, suffix: html}}
      - {{mimetype: application/json, suffix: geojson}}
      - {{mimetype: application/vnd.ogc.gml, suffix: gml}}
layers:
  - {{name: any, title: Any, sources: [any]}}
  - {{name: text, title: Text, sources: [text]}}
  - {{name: html, title: HTML, sources: [html]}}
  - {{name: xml, title: XML, sources: [xml]}}
  - {{name: gml, title: GML, sources: [gml]}}
  - {{name: json, title: JSON, sources: [json]}}
  - {{name: untyped, title: Without a type, sources: [untyped]}}
  - {{name: charset, title: With a charset, sources: [charset]}}
  - {{name: wms_1_0_0, title: By WMS 1.0.0, sources: [wms_1_0_0]}}
  - {{name: wms_1_1_0, title: By WMS 1.1.0, sources: [wms_1_1_0]}}
  - {{name: wms_1_3_0, title: By WMS 1.3.0, sources: [wms_1_3_0]}}
  - {{name: in_degrees, title: In degrees, sources: [in_degrees]}}
  - {{name: in_utm, title: In UTM, sources: [in_utm]}}
  - {{name: in_one_srs, title: In the SRS of its requests, sources: [in_one_srs]}}
  - {{name: two_sources, title: Two sources of a cache, sources: [two_sources]}}
  - {{name: two_caches, title: Two caches, sources: [any, any_more]}}
  - {{name: of_two_kinds, title: Of two kinds, sources: [xml, text]}}
  - {{name: boxed, title: In a box, sources: [boxed]}}
  - {{name: fenced, title: In polygons, sources: [fenced]}}
  - {{name: to_html, title: Made into HTML, sources: [to_html]}}
  - {{name: to_xml, title: Made into XML, sources: [to_xml]}}
  - {{name: to_both, title: Both of them, sources: [to_html, to_xml]}}
  - {{name: asked_elsewhere, title: Asked elsewhere, sources: [silent, other_layers]}}
  - {{name: without_map, title: Without a map, sources: [other_layers]}}
  - {{name: nested, title: Cache of caches, sources: [nested]}}
  - {{name: tagged, title: Tagged, sources: [tagged]}}
  - {{name: silent, title: Silent, sources: [silent]}}
  - {{name: with_options, title: With options, sources: [with_options]}}
  - {{name: failing, title: Failing, sources: [failing]}}
  - {{name: southern, title: Counted from the south, sources: [southern]}}
  - name: group
    title: Group
    layers:
      - {{name: first, title: First, sources: [any]}}
      - {{name: mute, title: Mute, sources: [silent]}}
      - {{name: second, title: Second, sources: [any_more]}}
  - name: group_with_own
    title: Group that is asked itself
    sources: [any_more]
    layers:
      - {{name: below, title: Below, sources: [any]}}
grids:
  mercator: {{base: GLOBAL_WEBMERCATOR, num_levels: 10}}
  south: {{srs: 'EPSG:3857', origin: sw, num_levels: 10}}
caches:
  any: &cache {{grids: [mercator], sources: [any], disable_storage: true}}
  any_more: {{<<: *cache, sources: [any_more]}}
  text: {{<<: *cache, sources: [text]}}
  html: {{<<: *cache, sources: [html]}}
  xml: {{<<: *cache, sources: [xml]}}
  gml: {{<<: *cache, sources: [gml]}}
  json: {{<<: *cache, sources: [json]}}
  untyped: {{<<: *cache, sources: [untyped]}}
  charset: {{<<: *cache, sources: [charset]}}
  wms_1_0_0: {{<<: *cache, sources: [wms_1_0_0]}}
  wms_1_1_0: {{<<: *cache, sources: [wms_1_1_0]}}
  wms_1_3_0: {{<<: *cache, sources: [wms_1_3_0]}}
  in_degrees: {{<<: *cache, grids: [GLOBAL_GEODETIC], sources: [in_degrees]}}
  in_utm: {{<<: *cache, grids: [utm], sources: [in_utm]}}
  in_one_srs: {{<<: *cache, sources: [in_one_srs]}}
  two_sources: {{<<: *cache, sources: [any, any_more]}}
  boxed: {{<<: *cache, sources: [boxed]}}
  fenced: {{<<: *cache, sources: [fenced]}}
  to_html: {{<<: *cache, sources: [to_html]}}
  to_xml: {{<<: *cache, sources: [to_xml]}}
  nested: {{<<: *cache, sources: [two_sources]}}
  tagged: {{<<: *cache, sources: ['tagged:roads,rivers']}}
  silent: {{<<: *cache, sources: [silent]}}
  with_options: {{<<: *cache, sources: [with_options]}}
  failing: {{<<: *cache, sources: [failing]}}
  southern: {{<<: *cache, grids: [south], sources: [any]}}
sources:
  any: {{type: wms, req: {{url: '{url}/any', layers: places}}, wms_opts: {{featureinfo: true}}}}
  any_more: {{type: wms, req: {{url: '{url}/any?map=more', layers: more}}, wms_opts: {{featureinfo: true}}}}
  text: {{type: wms, req: {{url: '{url}/text', layers: places}}, wms_opts: {{featureinfo: true}}}}
  html:
    type: wms
    req: {{url: '{url}/html', layers: places}}
    wms_opts: {{featureinfo: true, featureinfo_format: text/html}}
  xml:
    type: wms
    req: {{url: '{url}/xml', layers: places}}
    wms_opts: {{featureinfo: true, featureinfo_format: text/xml}}
  gml: {{type: wms, req: {{url: '{url}/gml', layers: places}}, wms_opts: {{featureinfo: true}}}}
  json:
    type: wms
    req: {{url: '{url}/json', layers: places}}
    wms_opts: {{featureinfo: true, featureinfo_format: application/json}}
  untyped: {{type: wms, req: {{url: '{url}/untyped', layers: places}}, wms_opts: {{featureinfo: true}}}}
  charset: {{type: wms, req: {{url: '{url}/charset', layers: places}}, wms_opts: {{featureinfo: true}}}}
  wms_1_0_0: {{type: wms, req: {{url: '{url}/any', layers: old}}, wms_opts: {{version: 1.0.0, featureinfo: true}}}}
  wms_1_1_0: {{type: wms, req: {{url: '{url}/any', layers: older}}, wms_opts: {{version: 1.1.0, featureinfo: true}}}}
  wms_1_3_0: {{type: wms, req: {{url: '{url}/any', layers: new}}, wms_opts: {{version: 1.3.0, featureinfo: true}}}}
  in_degrees:
    type: wms
    req: {{url: '{url}/any', layers: degrees}}
    supported_srs: ['EPSG:4326']
    wms_opts: {{version: 1.3.0, featureinfo: true}}
  in_utm:
    type: wms
    req: {{url: '{url}/any', layers: utm}}
    supported_srs: ['EPSG:25832']
    wms_opts: {{featureinfo: true}}
  in_one_srs:
    type: wms
    req: {{url: '{url}/any', layers: one, srs: 'EPSG:25832'}}
    wms_opts: {{featureinfo: true}}
  boxed:
    type: wms
    req: {{url: '{url}/any', layers: boxed}}
    coverage: {{bbox: [5, 45, 10, 50], srs: 'EPSG:4326'}}
    wms_opts: {{featureinfo: true}}
  fenced:
    type: wms
    req: {{url: '{url}/any', layers: fenced}}
    coverage: {{datasource: fence.wkt, srs: 'EPSG:4326'}}
    wms_opts: {{featureinfo: true}}
  to_html:
    type: wms
    req: {{url: '{url}/xml', layers: places}}
    wms_opts:
      featureinfo: true
      featureinfo_format: text/xml
      featureinfo_xslt: to_html.xsl
      featureinfo_out_format: text/html
  to_xml:
    type: wms
    req: {{url: '{url}/xml', layers: places}}
    wms_opts: {{featureinfo: true, featureinfo_format: text/xml, featureinfo_xslt: to_xml.xsl}}
  other_layers:
    type: wms
    req: {{url: '{url}/any', layers: shown}}
    wms_opts: {{map: false, featureinfo: true, query_layers: 'asked,more'}}
  tagged: {{type: wms, req: {{url: '{url}/any', layers: 'roads,rivers,towns'}}, wms_opts: {{featureinfo: true}}}}
  silent: {{type: wms, req: {{url: '{url}/any', layers: silent}}}}
  failing: {{type: wms, req: {{url: '{url}/broken', layers: failing}}, wms_opts: {{featureinfo: true}}}}
  with_options:
    type: wms
    req:
      {{url: '{url}/any', LAYERS: options, transparent: true, format: image/png, styles: bold, foo: 'a b&c',
       feature_count: 7}}
    wms_opts: {{featureinfo: true}}
"""

#: All answers of the service are transformed.
TRANSFORMING = "    featureinfo_xslt: {html: to_html.xsl, xml: to_xml.xsl}"


def configuration(url: str, *, service: str = "") -> str:
    """The configuration for an upstream at ``url``; ``service`` are further options of WMS."""
    text = _CONFIG.format(url=url, service=service)
    utm = "  utm: {srs: 'EPSG:25832', bbox: [200000, 5000000, 900000, 6200000], origin: nw}\n"
    return text.replace("caches:\n", f"{utm}caches:\n", 1)


def write_files(directory: Path) -> None:
    """What the configuration refers to."""
    (directory / "to_html.xsl").write_text(_TO_HTML)
    (directory / "to_xml.xsl").write_text(_TO_XML)
    (directory / "fence.wkt").write_text("POLYGON((5 45, 10 45, 10 50, 5 45))\n")
