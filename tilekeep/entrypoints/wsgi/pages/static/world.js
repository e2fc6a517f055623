// The countries of the world below a layer, in the colours of the page.

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function style() {
  return new ol.style.Style({
    fill: new ol.style.Fill({ color: dark.matches ? "#2c3a34" : "#f1eddc" }),
    stroke: new ol.style.Stroke({ color: dark.matches ? "#4b5d56" : "#c9bfa8", width: 1 }),
  });
}

export function worldLayer(url) {
  const layer = new ol.layer.Vector({
    source: new ol.source.Vector({ url, format: new ol.format.GeoJSON(), wrapX: false }),
    style: style(),
  });
  // The file is in the SRS of the map already.
  layer.getSource().setLoader(async () => {
    const response = await fetch(url);
    if (!response.ok) {
      return;
    }
    const features = await response.json();
    layer.getSource().addFeatures(new ol.format.GeoJSON().readFeatures(features));
  });
  dark.addEventListener("change", () => layer.setStyle(style()));
  return layer;
}
