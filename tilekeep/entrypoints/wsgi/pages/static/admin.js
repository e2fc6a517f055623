// The page of caches, servers and runs of seeding.

import { ask, change, hasToken, useToken } from "./api.js";
import { CoverageMap, shareOf } from "./coverage.js";
import { age, day, duration, element, number, replaceRows, size } from "./texts.js";

const byId = (id) => document.getElementById(id);
const mayChange = document.body.dataset.mayChange === "true";
const map = new CoverageMap("map", byId("position"), byId("legend"));
const label = ({ cache, grid }) => `${cache} / ${grid}`;
let caches = [];
let facts = null;

function say(text) {
  byId("message").textContent = text;
  byId("message").hidden = !text;
}

// Does something and says what went wrong, if anything did.
async function attempt(work) {
  try {
    say("");
    return await work();
  } catch (error) {
    say(error.message);
    return null;
  }
}

function offerChanges() {
  const possible = mayChange && hasToken();
  for (const button of document.querySelectorAll("[data-changes]")) {
    button.hidden = !mayChange;
    button.disabled = !possible;
    button.title = possible ? "" : "Enter the token first";
  }
}

// Caches ------------------------------------------------------------------------------------------------------------

function wantedCache() {
  return caches.find((cache) => label(cache) === byId("cache").value);
}

async function showCache() {
  const wanted = wantedCache();
  if (!wanted) {
    return;
  }
  facts = null;
  byId("levels").replaceChildren();
  byId("totals").textContent = "";
  await attempt(async () => {
    facts = await ask("cache", { cache: wanted.cache, grid: wanted.grid });
    map.show(wanted.cache, wanted.grid, facts);
    showLevels();
    const stored = facts.levels.filter((level) => level.tiles > 0);
    const most = stored.reduce((best, level) => (level.tiles > best.tiles ? level : best), facts.levels[0]);
    byId("level").value = String(most.level);
    await map.showLevel(most.level);
    window.history.replaceState(null, "", `#${encodeURIComponent(label(wanted))}`);
  });
}

async function refreshCache() {
  const wanted = wantedCache();
  if (!wanted || !facts) {
    return;
  }
  facts = await ask("cache", { cache: wanted.cache, grid: wanted.grid });
  map.facts = facts;
  showLevels();
  await map.refresh();
}

function showLevels() {
  const changing = facts.changing ? `; counted but for ${number(facts.changing)} areas that have just changed` : "";
  const found = facts.found ? `; ${(100 * facts.found.at_once).toFixed(1)} % of tiles were delivered at once` : "";
  byId("totals").textContent = facts.counted
    ? `${number(facts.tiles)} tiles, ${size(facts.bytes)}${changing}${found}`
    : "Not counted yet: only what was stored since it was set up is known. Count anew, or run tilekeep caches.";
  const chosen = byId("level").value;
  byId("level").replaceChildren(
    ...facts.levels.map((level) => element("option", { value: level.level }, `${level.level} (${number(level.tiles)} tiles)`)),
  );
  byId("level").value = chosen || "0";
  replaceRows(byId("levels"), facts.levels.map(levelRow));
}

function levelRow(level) {
  const times = level.tiles ? [day(level.oldest), day(level.newest)] : ["", ""];
  return element(
    "tr",
    { "data-key": String(level.level) },
    element("th", { scope: "row" }, element("button", { type: "button", class: "plain", onclick: () => chooseLevel(level.level) }, String(level.level))),
    element("td", { class: "number" }, number(level.tiles)),
    element("td", { class: "number" }, number(level.possible)),
    element("td", { class: "share" }, shares(level)),
    element("td", { class: "number" }, level.tiles ? size(level.bytes) : ""),
    ...times.map((time) => element("td", {}, time)),
  );
}

// A bar of fresh, stale and missing tiles; its parts are drawn by an image, as pages have no styles of their own.
function shares(level) {
  const all = Math.max(level.possible, level.tiles, 1);
  const parts = [
    ["fresh", level.fresh],
    ["turning", level.partly_stale],
    ["stale", level.stale],
  ];
  const percent = (value) => `${((100 * value) / all).toFixed(value && value / all < 0.1 ? 1 : 0)} %`;
  const text = `${percent(level.fresh)} fresh, ${percent(level.stale + level.partly_stale)} stale, ${percent(all - level.tiles)} missing`;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 8");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", text);
  let at = 0;
  for (const [name, tiles] of parts) {
    const width = (100 * tiles) / all;
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ x: at, y: 0, width: tiles ? Math.max(width, 0.7) : 0, height: 8, class: `bar-${name}` })) {
      bar.setAttribute(key, value);
    }
    svg.append(bar);
    at += width;
  }
  return element("span", { title: text }, svg);
}

function chooseLevel(level) {
  byId("level").value = String(level);
  attempt(() => map.showLevel(level));
  byId("map").scrollIntoView({ block: "center", behavior: "smooth" });
}

// Servers -----------------------------------------------------------------------------------------------------------

async function showServers() {
  const { servers } = await ask("servers");
  byId("servers").replaceChildren(...(servers.length ? servers.map(serverItem) : [element("li", { class: "quiet" }, "No cache asks a server.")]));
}

function serverItem(server) {
  const state = server.reason ? "bad" : server.failures ? "warn" : "good";
  const words = server.reason
    ? `not asked for ${duration(server["not asked for"])}: ${server.reason}`
    : server.failures
      ? `${server.failures} failures in a row`
      : "may be asked";
  const limits = server.limits;
  const said = [
    limits["concurrent requests"] && `at most ${limits["concurrent requests"]} requests at a time`,
    limits["requests per second"] && `${limits["requests per second"]} a second, ${server.admitted} counted now`,
    server.breaker && `breaker ${server.breaker}`,
    server.measured &&
      `${number(server.measured.answers)} answers, ${Math.round(1000 * server.measured.mean_seconds)} ms on average, ` +
        `${number(server.measured.failed)} failed`,
  ].filter(Boolean);
  return element(
    "li",
    {},
    element("span", { class: `dot dot-${state}`, "aria-hidden": "true" }),
    element("div", {}, element("strong", {}, server.server), ` ${words}`, element("p", { class: "quiet small" }, [...said, `asked by ${server.caches.join(", ")}`].join("; "))),
  );
}

// Seeding -----------------------------------------------------------------------------------------------------------

async function offerTasks() {
  if (!mayChange) {
    return;
  }
  const tasks = await ask("tasks").catch(() => null);
  if (!tasks) {
    return;
  }
  const options = [
    ...tasks.seeds.map((name) => element("option", { value: JSON.stringify({ seeds: [name] }) }, `seed ${name}`)),
    ...tasks.cleanups.map((name) => element("option", { value: JSON.stringify({ cleanups: [name] }) }, `cleanup ${name}`)),
  ];
  byId("task").replaceChildren(...options);
  byId("start-form").hidden = options.length === 0;
}

async function showRuns() {
  const { runs, elsewhere } = await ask("runs");
  const items = [...runs.map(runItem), ...elsewhere.map(elsewhereItem)];
  replaceRows(byId("runs"), items.length ? items : [element("li", { class: "quiet" }, "Nothing has been started.")]);
  offerChanges();
  return runs.some((run) => run.state === "running");
}

const states = { running: "good", finished: "good", incomplete: "warn", stopped: "warn", failed: "bad" };

function runItem(run) {
  const names = [...run.seeds, ...run.cleanups].join(", ");
  const when = run.ended ? `${run.started} to ${run.ended}` : `since ${run.started}`;
  const result = run.result
    ? `${number(run.result.made)} made, ${number(run.result.confirmed)} confirmed, ${number(run.result.kept)} kept, ${number(run.result.failed)} failed`
    : "";
  const log = run.last_lines.length
    ? element("details", {}, element("summary", {}, "What it said last"), element("pre", { tabindex: "0" }, run.last_lines.join("\n")))
    : null;
  return element(
    "li",
    { "data-key": run.run, "data-state": run.state },
    element("span", { class: `dot dot-${states[run.state]}`, "aria-hidden": "true" }),
    element(
      "div",
      { class: "grows" },
      element("strong", {}, names),
      ` ${run.state}`,
      element("p", { class: "quiet small" }, [when, result].filter(Boolean).join("; ")),
      ...run.tasks.map(taskBar),
      log,
    ),
    runButton(run),
  );
}

function runButton(run) {
  const running = run.state === "running";
  const text = running ? "Stop" : { incomplete: "Retry failed", finished: "Run again" }[run.state] || "Go on";
  const act = () => attempt(() => change(running ? "stop" : "go-on", { run: run.run }).then(showRuns)).then(watch);
  return element("button", { type: "button", "data-changes": true, onclick: act }, text);
}

function elsewhereItem({ file, tasks }) {
  return element(
    "li",
    {},
    element("span", { class: "dot", "aria-hidden": "true" }),
    element("div", { class: "grows" }, element("strong", {}, file), " started elsewhere, not finished", ...tasks.map(taskBar)),
  );
}

function taskBar(task) {
  const left = task.seconds_left === null ? "" : `, about ${duration(task.seconds_left)} left`;
  const failed = task.failed_count ? `, ${number(task.failed_count)} blocks failed` : "";
  return element(
    "label",
    { class: "progress" },
    `${task.task} (${task.cache}, ${task.grid}): ${(100 * task.share).toFixed(1)} %${left}; ${number(task.made)} made${failed}`,
    element("progress", { max: 1, value: task.share }),
  );
}

// Watching ----------------------------------------------------------------------------------------------------------

let timer = null;

// Runs are looked at more often while one is under way; nothing is while nobody looks.
async function watch() {
  clearTimeout(timer);
  let running = false;
  if (!document.hidden) {
    running = await showRuns().catch(() => false);
    await showServers().catch(() => {});
    await refreshCache().catch(() => {});
  }
  timer = setTimeout(watch, running ? 2000 : 15000);
}

byId("cache").addEventListener("change", showCache);
byId("cache").addEventListener("focus", () => byId("cache").select());
byId("level").addEventListener("change", () => attempt(() => map.showLevel(Number(byId("level").value))));
for (const choice of document.querySelectorAll("input[name=shows]")) {
  choice.addEventListener("change", () => map.paintBy(choice.value));
}
byId("cache-choice").addEventListener("submit", (event) => event.preventDefault());
byId("count").addEventListener("click", () =>
  attempt(async () => {
    const { cache, grid } = wantedCache();
    await change("count", { cache, grid });
    say("It is being counted.");
    setTimeout(() => refreshCache().then(() => say("")), 1500);
  }),
);
function tellArea(text) {
  byId("area").textContent = text;
}

byId("draw").addEventListener("click", () => {
  byId("draw").setAttribute("aria-pressed", "true");
  tellArea("Click the corners of the area; a double click ends it.");
  map.draw(() => {
    byId("draw").setAttribute("aria-pressed", "false");
    tellArea("The area is drawn.");
  });
});
byId("window").addEventListener("click", () => {
  byId("draw").setAttribute("aria-pressed", "false");
  map.drawWindow();
  tellArea("The area is what the map shows.");
});
byId("invalidate").addEventListener("click", () =>
  attempt(async () => {
    const area = map.area();
    const { cache } = wantedCache();
    if (!area || !facts) {
      throw new Error("Draw an area first, or take what the map shows.");
    }
    const levels = byId("only-level").checked ? { levels: [Number(byId("level").value)] } : {};
    tellArea("Tiles are being marked.");
    const found = await change("invalidate", { cache, srs: facts.srs, area, ...levels });
    tellArea(found.done ? marked(found) : "So many tiles are marked that it takes a while; it goes on.");
    await refreshCache();
  }),
);

function marked({ caches: found }) {
  const parts = found.map(({ cache, grid, marked: tiles, failure }) => failure || `${number(tiles)} tiles of ${cache} / ${grid}`);
  return `Marked as stale: ${parts.join(", ")}.`;
}

byId("start-form").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(() => change("start", JSON.parse(byId("task").value)).then(showRuns)).then(watch);
});
if (mayChange) {
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    useToken(byId("token").value);
    byId("token").value = "";
    offerChanges();
  });
}
document.addEventListener("visibilitychange", () => document.hidden || watch());

offerChanges();
map.paint();
await attempt(async () => {
  ({ caches } = await ask("caches"));
  byId("caches").replaceChildren(...caches.map((cache) => element("option", { value: label(cache) })));
  let named = "";
  try {
    named = decodeURIComponent(window.location.hash.slice(1));
  } catch {
    named = "";
  }
  const first = caches.find((cache) => label(cache) === named) || caches[0];
  byId("cache").value = first ? label(first) : "";
});
await showCache();
await offerTasks().catch(() => {});
await watch();
document.body.dataset.ready = "true";
