// The demo page: shows the tiles of one layer in one grid, and tells where the pointer is.
// "#data" holds what the server knows of the layers; see page_data.py.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const withTiles = data.layers.filter((layer) => layer.grids.some((grid) => grid.tiles));

  const map = new ol.Map({
    target: "map",
    layers: [],
    // The map is the whole page: it scrolls and drags without having been focused first.
    interactions: ol.interaction.defaults.defaults({ onFocusOnly: false }),
    controls: ol.control.defaults.defaults({ rotate: false }).extend([new ol.control.ScaleLine()]),
  });
  let shown = null;

  // Projections -------------------------------------------------------------------------------------------------------

  // A projection OpenLayers does not know is defined by its units alone: tiles are never reprojected here.
  function projectionOf(grid) {
    return (
      ol.proj.get(grid.srs) ||
      new ol.proj.Projection({
        code: grid.srs,
        units: grid.unit === "degrees" ? "degrees" : "m",
        extent: grid.bbox,
        axisOrientation: "enu",
      })
    );
  }

  function tileGridOf(grid) {
    const fromSouth = grid.origin === "sw";
    return new ol.tilegrid.TileGrid({
      origin: [grid.bbox[0], grid.bbox[fromSouth ? 1 : 3]],
      resolutions: grid.resolutions,
      tileSize: grid.tileSize,
      sizes: grid.matrixSizes.map(([columns, rows]) => [columns, fromSouth ? -rows : rows]),
      extent: grid.bbox,
    });
  }

  // OpenLayers counts rows downwards from the origin; grids that begin in the south count upwards.
  function rowOf(grid, y) {
    return grid.origin === "sw" ? -y - 1 : y;
  }

  function addressOf(grid, [z, x, y]) {
    return grid.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", rowOf(grid, y));
  }

  // Layers ------------------------------------------------------------------------------------------------------------

  function tileLayer(grid) {
    const source = new ol.source.TileImage({
      projection: projectionOf(grid),
      tileGrid: tileGridOf(grid),
      wrapX: false,
      tileUrlFunction: (coord) => (coord ? addressOf(grid, coord) : undefined),
    });
    source.on("tileloaderror", () => say("Some tiles could not be loaded."));
    return new ol.layer.Tile({ source });
  }

  function borders(grid) {
    return new ol.layer.Tile({
      source: new ol.source.ImageTile({
        projection: projectionOf(grid),
        tileGrid: tileGridOf(grid),
        wrapX: false,
        interpolate: false,
        loader: (z, x, y) => border(grid, `${z} / ${x} / ${rowOf(grid, y)}`),
      }),
      visible: byId("borders").checked,
    });
  }

  function border(grid, text) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = grid.tileSize;
    const context = canvas.getContext("2d");
    context.strokeStyle = "#46545e";
    context.strokeRect(0.5, 0.5, canvas.width, canvas.height);
    Object.assign(context, { font: "600 14px sans-serif", fillStyle: "#22303a", lineWidth: 4 });
    context.strokeStyle = "#ffffffd0";
    context.strokeText(text, 8, 20);
    context.fillText(text, 8, 20);
    return canvas;
  }

  function background(grid) {
    const possible = data.background && ol.proj.get("EPSG:3857") === ol.proj.get(grid.srs);
    byId("background-field").hidden = !possible;
    if (!possible) {
      return null;
    }
    return new ol.layer.Tile({
      source: new ol.source.XYZ({ url: data.background }),
      visible: byId("background").checked,
    });
  }

  function show(layer, grid) {
    byId("message").hidden = true;
    document.body.dataset.rendered = "false";
    document.title = `${layer.title} – Tilekeep demo`;
    shown = { layer, grid, below: background(grid), borders: borders(grid) };
    map.setLayers([shown.below, tileLayer(grid), shown.borders].filter(Boolean));
    map.setView(viewOf(grid));
    map.once("rendercomplete", () => {
      document.body.dataset.rendered = "true";
    });
    tellLevel();
    window.history.replaceState(null, "", `#${encodeURIComponent(layer.name)}/${encodeURIComponent(grid.name)}`);
  }

  function viewOf(grid) {
    const projection = projectionOf(grid);
    const view = new ol.View({
      projection,
      resolutions: grid.resolutions,
      constrainResolution: true,
      showFullExtent: true,
      extent: grid.bbox,
      enableRotation: false,
      smoothExtentConstraint: false,
    });
    view.fit(ol.extent.getIntersection(grid.extent, grid.bbox), { size: map.getSize() });
    view.on("change:resolution", tellLevel);
    return view;
  }

  // What the page tells -----------------------------------------------------------------------------------------------

  function say(text) {
    byId("message").textContent = text;
    byId("message").hidden = false;
  }

  function tellLevel() {
    const resolution = map.getView().getResolution();
    if (!shown || !resolution) {
      return;
    }
    const level = shown.grid.resolutions.findIndex((value) => Math.abs(value - resolution) <= value * 1e-9);
    const unit = shown.grid.unit === "degrees" ? "°" : " m";
    byId("level").textContent = `Level ${level < 0 ? "–" : level}, ${Number(resolution.toPrecision(6))}${unit} per pixel`;
  }

  function tellPosition(coordinate) {
    const decimals = shown.grid.unit === "degrees" ? 5 : 1;
    const [x, y] = coordinate.map((value) => value.toFixed(decimals));
    byId("position").textContent = `${shown.grid.srs}: ${x}, ${y}`;
  }

  // Choices -----------------------------------------------------------------------------------------------------------

  function offerLayers(chosen) {
    for (const layer of withTiles) {
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: "layer", value: layer.name, checked: layer === chosen });
      input.addEventListener("change", () => choose(layer));
      const label = document.createElement("label");
      label.title = layer.abstract || layer.name;
      label.append(input, ` ${layer.title}`);
      byId("layers").append(label);
    }
  }

  function choose(layer, gridName) {
    const grids = layer.grids.filter((grid) => grid.tiles);
    const chosen = grids.find((grid) => grid.name === gridName) || grids[0];
    byId("grid").replaceChildren(
      ...grids.map((grid) => {
        const option = document.createElement("option");
        Object.assign(option, { value: grid.name, textContent: `${grid.name} (${grid.srs})` });
        option.selected = grid === chosen;
        return option;
      }),
    );
    byId("grid").onchange = () => show(layer, grids[byId("grid").selectedIndex]);
    show(layer, chosen);
  }

  function offerServices() {
    byId("version").textContent = data.version;
    for (const service of data.services) {
      const link = document.createElement("a");
      Object.assign(link, { href: service.url, textContent: service.title });
      const item = document.createElement("li");
      item.append(link);
      byId("services").append(item);
    }
  }

  // The layer and grid that the address names after "#".
  function wanted() {
    try {
      return window.location.hash.slice(1).split("/").map(decodeURIComponent);
    } catch {
      return [];
    }
  }

  map.on("pointermove", (event) => shown && tellPosition(event.coordinate));
  map.getViewport().addEventListener("pointerleave", () => {
    byId("position").textContent = shown ? shown.grid.srs : "";
  });
  byId("borders").addEventListener("change", () => shown && shown.borders.setVisible(byId("borders").checked));
  byId("background").addEventListener("change", () => {
    if (shown && shown.below) {
      shown.below.setVisible(byId("background").checked);
    }
  });
  if (window.matchMedia("(max-width: 560px)").matches) {
    byId("panel").open = false;
  }

  offerServices();
  if (withTiles.length === 0) {
    say("There is no layer to show: the page needs a cached layer and the tms service.");
    return;
  }
  const [layerName, gridName] = wanted();
  const first = withTiles.find((layer) => layer.name === layerName) || withTiles[0];
  offerLayers(first);
  choose(first, gridName);
})();
