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

/** Rows that are counted from below: OpenLayers takes them for rows outside of the matrix. */
async function tilesFromBelow(data, plane) {
  const answer = await fetch(data.definition, { headers: { Accept: "application/json" } });
  const matrices = (await answer.json()).tileMatrices;
  const origin = ({ pointOfOrigin: [x, y] }) => (plane.getAxisOrientation().startsWith("ne") ? [y, x] : [x, y]);
  const tileGrid = new ol.tilegrid.TileGrid({
    origins: matrices.map(origin),
    resolutions: matrices.map((matrix) => matrix.cellSize),
    sizes: matrices.map((matrix) => [matrix.matrixWidth, -matrix.matrixHeight]),
    tileSizes: matrices.map((matrix) => [matrix.tileWidth, matrix.tileHeight]),
  });
  const tileUrlFunction = ([z, x, y]) =>
    data.template.replace("{tileMatrix}", matrices[z].id).replace("{tileRow}", -y - 1).replace("{tileCol}", x);
  return new ol.source.TileImage({ projection: plane, tileGrid, tileUrlFunction });
}

async function tiles(data) {
  const plane = projection(data);
  const source =
    data.fromBelow === "true"
      ? await tilesFromBelow(data, plane)
      : new ol.source.OGCMapTile({ url: data.tiles, mediaType: data.mediaType, projection: plane });
  return { layer: new ol.layer.Tile({ source }), plane, area: numbers(data.area) };
}

function map(data) {
  const source = new ol.source.ImageWMS({
    url: data.map,
    params: { VERSION: "1.1.1", LAYERS: "" },
    projection: data.srs,
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

async function show() {
  const { layer, plane, area } = await (element.dataset.tiles ? tiles(element.dataset) : map(element.dataset));
  const view = new ol.View({ projection: plane, center: ol.extent.getCenter(area), zoom: 0 });
  const shownMap = new ol.Map({ target: element, layers: [layer], view });
  view.fit(area, { size: shownMap.getSize() });
  element.shownMap = shownMap;
}

show();
