"""Capabilities of an invented WMS in both versions, as servers write them."""

from __future__ import annotations

_XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'

CAPABILITIES_111 = f"""<?xml version='1.0' encoding="ISO-8859-1"?>
<!DOCTYPE WMT_MS_Capabilities SYSTEM "http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd" [
 <!ELEMENT VendorSpecificCapabilities EMPTY>
]>
<WMT_MS_Capabilities version="1.1.1">
 <Service><Name>OGC:WMS</Name><Title>Maps: of "Größe", yes</Title><Abstract>All.</Abstract></Service>
 <Capability>
  <Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get>
   <OnlineResource {_XLINK} xlink:href="http://maps.example.org/wms?map=a&amp;"/></Get></HTTP></DCPType></GetMap></Request>
  <Layer queryable="0">
   <Title>Root</Title><SRS>EPSG:4326 EPSG:3857</SRS><SRS>epsg:900913</SRS><SRS>NONE:1</SRS>
   <LatLonBoundingBox minx="-180" miny="-90" maxx="180" maxy="90"/>
   <BoundingBox SRS="EPSG:4326" minx="-180" miny="-90" maxx="180" maxy="90"/>
   <Layer queryable="1" opaque="1">
    <Name>land</Name><Title>Land</Title><Abstract>First line.
Second: line</Abstract><SRS>EPSG:25832</SRS>
    <LatLonBoundingBox minx="5.5" miny="45" maxx="15" maxy="55"/>
    <BoundingBox SRS="EPSG:25832" minx="280000" miny="5200000" maxx="920000" maxy="6100000"/>
    <Style><Name>other</Name><Title>o</Title></Style>
    <Style><Name>default</Name><Title>d</Title><LegendURL width="10" height="10"><Format>image/png</Format>
     <OnlineResource {_XLINK} xlink:href="http://maps.example.org/legend?land"/></LegendURL></Style>
    <ScaleHint min="1.4" max="400"/>
    <Layer><Name>lakes</Name><Title>on</Title></Layer>
   </Layer>
   <Layer><Title>Group</Title>
    <Layer><Name>rivers</Name><Title>Rivers: big</Title><ScaleHint min="0" max="100"/></Layer>
   </Layer>
  </Layer>
 </Capability>
</WMT_MS_Capabilities>
""".encode("latin-1")

CAPABILITIES_130 = f"""<?xml version="1.0" encoding="UTF-8"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms" {_XLINK}>
 <Service><Name>WMS</Name><Title>New maps</Title></Service>
 <Capability>
  <Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get>
   <OnlineResource xlink:href="http://maps.example.org/wms"/></Get></HTTP></DCPType></GetMap></Request>
  <Layer>
   <Name>all</Name><Title>All of it</Title><CRS>EPSG:4326</CRS><CRS>CRS:84</CRS>
   <EX_GeographicBoundingBox><westBoundLongitude>4</westBoundLongitude><eastBoundLongitude>16</eastBoundLongitude>
    <southBoundLatitude>46</southBoundLatitude><northBoundLatitude>56</northBoundLatitude></EX_GeographicBoundingBox>
   <BoundingBox CRS="EPSG:4326" minx="46" miny="4" maxx="56" maxy="16"/>
   <BoundingBox CRS="CRS:84" minx="4" miny="46" maxx="16" maxy="56"/>
   <Layer queryable="1"><Name>roads</Name><Title>Roads</Title><CRS>EPSG:25832</CRS>
    <MinScaleDenominator>1000</MinScaleDenominator></Layer>
  </Layer>
 </Capability>
</WMS_Capabilities>
""".encode()
