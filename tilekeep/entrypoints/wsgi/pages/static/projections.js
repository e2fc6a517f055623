// Projections and tile grids of OpenLayers out of what the server says of them.

// A projection that OpenLayers does not know is defined by its units alone: nothing is reprojected here.
export function projectionOf({ srs, unit, bbox, northFirst }) {
  return (
    ol.proj.get(srs) ||
    new ol.proj.Projection({
      code: srs,
      units: unit === "degrees" ? "degrees" : "m",
      extent: bbox,
      axisOrientation: northFirst ? "neu" : "enu",
    })
  );
}

export function tileGridOf(grid) {
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
export function rowOf(grid, y) {
  return grid.origin === "sw" ? -y - 1 : y;
}

export function addressOf(grid, [z, x, y]) {
  return grid.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", rowOf(grid, y));
}

export function viewOf(data, projection) {
  const levels = data.resolutions ? { resolutions: data.resolutions, constrainResolution: true } : {};
  return new ol.View({
    ...levels,
    projection,
    showFullExtent: true,
    extent: data.bbox,
    enableRotation: false,
    smoothExtentConstraint: false,
  });
}
