// Shows the map of a collection, or the tiles of a tile set, as their pages say.
"use strict";

const element = document.getElementById("map");
const numbers = (text) => text.split(",").map(Number);

/** The projection of a tile set; those that OpenLayers does not know are planes without a way to others. */
function projection(data) {
  const known = ol.proj.get(data.crs);
  if (known) return known;
  const plane = new ol.proj.Projection({
    code: data.crs,
    units: data.geographic === "true" ? "degrees" : "m",
    axisOrientation: data.northFirst === "true" ? "neu" : "enu",
    metersPerUnit: Number(data.metres),
    extent: numbers(data.plane),
  });
  ol.proj.addProjection(plane);
  return plane;
}

function tiles(data) {
  const plane = projection(data);
  const source = new ol.source.OGCMapTile({ url: data.tiles, projection: plane, crossOrigin: "anonymous" });
  return { layer: new ol.layer.Tile({ source }), plane, area: numbers(data.area) };
}

function map(data) {
  const source = new ol.source.ImageWMS({
    url: data.map,
    params: { VERSION: "1.1.1", LAYERS: "" },
    projection: data.srs,
    crossOrigin: "anonymous",
    ratio: 1,
  });
  const degrees = numbers(data.degrees);
  if (data.srs === "EPSG:3857") {
    degrees[1] = Math.max(degrees[1], -85.05);
    degrees[3] = Math.min(degrees[3], 85.05);
  }
  const area = ol.proj.transformExtent(degrees, "EPSG:4326", data.srs);
  return { layer: new ol.layer.Image({ source }), plane: ol.proj.get(data.srs), area };
}

const shown = element.dataset.tiles ? tiles(element.dataset) : map(element.dataset);
const view = new ol.View({ projection: shown.plane, center: ol.extent.getCenter(shown.area), zoom: 0 });
const shownMap = new ol.Map({ target: element, layers: [shown.layer], view });
view.fit(shown.area, { size: shownMap.getSize() });
