// The map of what is stored of a level: squares of the account, coloured by freshness, age or how much is there.

import { ask } from "./api.js";
import { projectionOf } from "./projections.js";
import { age, number, size } from "./texts.js";
import { worldLayer } from "./world.js";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// Steps of age, in days, from new to old.
const ages = [
  [1, "day"],
  [7, "week"],
  [30, "month"],
  [365, "year"],
  [Infinity, "older"],
];

function mixed(share, from, to) {
  const [first, second] = [from, to].map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return first.map((value, at) => Math.round(value + (second[at] - value) * share));
}

const meanings = {
  freshness: {
    legend: [
      ["fresh", "fresh"],
      ["stale", "stale"],
    ],
    fill(square) {
      const stale = (square.stale + square.partly_stale / 2) / square.tiles;
      return [mixed(stale, color("fresh"), color("stale")), 0.3 + 0.45 * shareOf(square)];
    },
  },
  age: {
    legend: ages.map(([, name], at) => [`age-${at}`, name]),
    fill(square) {
      const days = (Date.now() / 1000 - square.newest) / 86400;
      const at = ages.findIndex(([most]) => days <= most);
      return [mixed(0, color(`age-${at}`), color(`age-${at}`)), 0.65];
    },
  },
  coverage: {
    legend: [
      ["missing", "little of it"],
      ["accent", "all of it"],
    ],
    fill(square) {
      return [mixed(shareOf(square), color("missing"), color("accent")), 0.7];
    },
  },
};

export function shareOf({ tiles, possible }) {
  return possible > 0 ? Math.min(1, tiles / possible) : 1;
}

export class CoverageMap {
  constructor(target, readout, legend) {
    this.readout = readout;
    this.legend = legend;
    this.shows = "freshness";
    this.wanted = null;
    this.asked = 0;
    this.source = new ol.source.Vector({ wrapX: false });
    this.areas = new ol.source.Vector({ wrapX: false });
    this.map = new ol.Map({
      target,
      interactions: ol.interaction.defaults.defaults({ onFocusOnly: false }),
      controls: ol.control.defaults.defaults({ rotate: false }),
    });
    this.squares = new ol.layer.Vector({ source: this.source, style: (feature) => this.style(feature) });
    this.drawn = new ol.layer.Vector({
      source: this.areas,
      style: new ol.style.Style({
        fill: new ol.style.Fill({ color: "#14658c40" }),
        stroke: new ol.style.Stroke({ color: "#14658c", width: 3 }),
      }),
    });
    this.map.on("moveend", () => this.refresh());
    this.map.on("pointermove", (event) => this.tell(event));
    dark.addEventListener("change", () => this.paint());
  }

  // Lets somebody draw a polygon; "done" is called when it is closed.
  draw(done) {
    this.stopDrawing();
    this.areas.clear();
    this.drawing = new ol.interaction.Draw({ source: this.areas, type: "Polygon" });
    this.drawing.on("drawend", () => {
      setTimeout(() => this.stopDrawing());
      done();
    });
    this.map.addInteraction(this.drawing);
  }

  stopDrawing() {
    if (this.drawing) {
      this.map.removeInteraction(this.drawing);
      this.drawing = null;
    }
  }

  // Takes what can be seen, for those who cannot draw.
  drawWindow() {
    this.stopDrawing();
    const seen = this.map.getView().calculateExtent(this.map.getSize());
    const box = ol.extent.getIntersection(seen, this.facts.bbox);
    this.areas.clear();
    if (!ol.extent.isEmpty(box)) {
      this.areas.addFeature(new ol.Feature(ol.geom.Polygon.fromExtent(box)));
    }
  }

  // The area as GeoJSON in the SRS of the grid, or null.
  area() {
    const [feature] = this.areas.getFeatures();
    return feature ? { type: "Polygon", coordinates: feature.getGeometry().getCoordinates() } : null;
  }

  show(cache, grid, facts) {
    this.projection = projectionOf(facts);
    this.facts = facts;
    this.wanted = { cache, grid };
    this.source.clear();
    this.areas.clear();
    const outline = new ol.Feature(ol.geom.Polygon.fromExtent(facts.extent));
    outline.setStyle(new ol.style.Style({ stroke: new ol.style.Stroke({ color: color("quiet"), lineDash: [6, 5] }) }));
    const frame = new ol.layer.Vector({ source: new ol.source.Vector({ features: [outline], wrapX: false }) });
    const world = worldLayer(`world.json?${new URLSearchParams({ srs: facts.srs })}`);
    this.map.setLayers([world, this.squares, frame, this.drawn]);
    const view = new ol.View({ projection: this.projection, enableRotation: false, showFullExtent: true });
    view.fit(facts.extent, { size: this.map.getSize(), padding: [12, 12, 12, 12] });
    this.map.setView(view);
  }

  showLevel(level) {
    this.level = level;
    this.source.clear();
    return this.refresh();
  }

  paintBy(what) {
    this.shows = what;
    this.paint();
  }

  paint() {
    this.squares.changed();
    this.legend.replaceChildren(
      ...meanings[this.shows].legend.map(([name, text]) => {
        const entry = document.createElement("span");
        entry.className = `key key-${name}`;
        entry.textContent = text;
        return entry;
      }),
    );
  }

  style(feature) {
    const [rgb, opacity] = meanings[this.shows].fill(feature.get("square"));
    return new ol.style.Style({
      fill: new ol.style.Fill({ color: [...rgb, opacity] }),
      stroke: new ol.style.Stroke({ color: [...rgb, Math.min(1, opacity + 0.2)], width: 1 }),
    });
  }

  // The squares of what can be seen; closer views have smaller ones.
  async refresh() {
    const view = this.map.getView();
    if (!this.wanted || this.level === undefined || !view.isDef()) {
      return;
    }
    const turn = ++this.asked;
    const window = view.calculateExtent(this.map.getSize());
    const bbox = ol.extent.getIntersection(window, this.levelBox());
    const found = ol.extent.isEmpty(bbox)
      ? { squares: [] }
      : await ask("squares", { ...this.wanted, level: this.level, bbox: bbox.join(",") });
    if (turn !== this.asked) {
      return; // somebody moved on meanwhile
    }
    this.source.clear();
    this.source.addFeatures(
      found.squares.map((square) => new ol.Feature({ geometry: ol.geom.Polygon.fromExtent(square.bbox), square })),
    );
    this.paint();
    document.body.dataset.squares = String(found.squares.length);
    document.body.dataset.level = String(this.level);
  }

  // Tiles at the edge of a grid may reach beyond it.
  levelBox() {
    return ol.extent.buffer(this.facts.bbox, this.facts.levels[this.level].resolution * 1024);
  }

  tell({ pixel }) {
    const feature = this.map.forEachFeatureAtPixel(pixel, (found) => (found.get("square") ? found : undefined));
    if (!feature) {
      this.readout.textContent = "nothing stored here";
      return;
    }
    const square = feature.get("square");
    const share = `${(100 * shareOf(square)).toFixed(shareOf(square) < 0.1 ? 1 : 0)} %`;
    this.readout.textContent =
      `${number(square.tiles)} of ${number(square.possible)} tiles (${share}), ${size(square.bytes)}, ` +
      `${number(square.stale)} stale, newest ${age(square.newest)}`;
  }
}
