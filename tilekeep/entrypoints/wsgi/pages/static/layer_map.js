// The map of one layer: its tiles or maps over a background, and where the pointer is.
// "#data" holds what the server knows of the layer.

import { addressOf, projectionOf, rowOf, tileGridOf, viewOf } from "./projections.js";
import { worldLayer } from "./world.js";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const projection = projectionOf(data);
const hasTiles = data.kind !== "maps";

function say(text) {
  byId("message").textContent = text;
  byId("message").hidden = false;
}

function layer() {
  if (data.kind === "maps") {
    const source = new ol.source.ImageWMS({ projection, url: data.url, params: data.parameters, ratio: 1 });
    source.on("imageloaderror", () => say("The map could not be loaded."));
    return new ol.layer.Image({ source });
  }
  const isSharp = data.sharpTiles && window.devicePixelRatio > 1;
  const asked = isSharp ? { ...data, tiles: data.sharpTiles } : data;
  const common = {
    projection,
    tileGrid: tileGridOf(data),
    tilePixelRatio: isSharp ? 2 : 1,
    wrapX: false,
    tileUrlFunction: (coord) => (coord ? addressOf(asked, coord) : undefined),
  };
  if (data.kind === "vector tiles") {
    const source = new ol.source.VectorTile({ ...common, format: new ol.format.MVT() });
    source.on("tileloaderror", () => say("Some tiles could not be loaded."));
    return new ol.layer.VectorTile({ source });
  }
  const source = new ol.source.TileImage(common);
  source.on("tileloaderror", () => say("Some tiles could not be loaded."));
  return new ol.layer.Tile({ source });
}

function borders() {
  return new ol.layer.Tile({
    source: new ol.source.ImageTile({
      projection,
      tileGrid: tileGridOf(data),
      wrapX: false,
      interpolate: false,
      loader: (z, x, y) => border(`${z} / ${x} / ${rowOf(data, y)}`),
    }),
    visible: byId("borders").checked,
  });
}

function border(text) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = data.tileSize;
  const context = canvas.getContext("2d");
  context.strokeStyle = "#46545e";
  context.strokeRect(0.5, 0.5, canvas.width, canvas.height);
  Object.assign(context, { font: "600 14px sans-serif", fillStyle: "#22303a", lineWidth: 4 });
  context.strokeStyle = "#ffffffd0";
  context.strokeText(text, 8, 20);
  context.fillText(text, 8, 20);
  return canvas;
}

function background() {
  const options = { visible: byId("background").checked };
  const below = data.background
    ? new ol.layer.Tile({ source: new ol.source.XYZ({ url: data.background }) })
    : worldLayer(data.world);
  below.setProperties(options);
  return below;
}

function tellLevel() {
  const resolution = map.getView().getResolution();
  if (!resolution) {
    return;
  }
  const unit = data.unit === "degrees" ? "°" : " m";
  const size = `${Number(resolution.toPrecision(6))}${unit} per pixel`;
  const level = (data.resolutions || []).findIndex((value) => Math.abs(value - resolution) <= value * 1e-9);
  byId("level").textContent = level < 0 ? size : `Level ${level}, ${size}`;
}

const below = background();
const tileBorders = hasTiles ? borders() : null;
const map = new ol.Map({
  target: "map",
  layers: [below, layer(), tileBorders].filter(Boolean),
  view: viewOf(data, projection),
  interactions: ol.interaction.defaults.defaults({ onFocusOnly: false }),
  controls: ol.control.defaults.defaults({ rotate: false }).extend([new ol.control.ScaleLine()]),
});
map.getView().fit(ol.extent.getIntersection(data.extent, data.bbox), { size: map.getSize() });
map.getView().on("change:resolution", tellLevel);
map.on("movestart", () => {
  document.body.dataset.rendered = "false";
});
map.on("rendercomplete", () => {
  document.body.dataset.rendered = "true";
});
map.on("pointermove", ({ coordinate }) => {
  const decimals = data.unit === "degrees" ? 5 : 1;
  byId("position").textContent = `${data.srs}: ${coordinate.map((value) => value.toFixed(decimals)).join(", ")}`;
});
map.getViewport().addEventListener("pointerleave", () => {
  byId("position").textContent = data.srs;
});
byId("background").addEventListener("change", () => below.setVisible(byId("background").checked));
if (tileBorders) {
  byId("borders").addEventListener("change", () => tileBorders.setVisible(byId("borders").checked));
} else {
  byId("borders").parentElement.hidden = true;
}
byId("show").hidden = true;
for (const select of byId("choices").querySelectorAll("select")) {
  select.addEventListener("change", () => byId("choices").submit());
}
tellLevel();
