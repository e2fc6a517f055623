// Numbers, sizes and times as people read them, and elements made of plain text.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) {
      made.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const usable = "a, button, summary, input, select, pre[tabindex]";

// Puts other rows into a list or table.  Who has opened something in one, or stands in it with the keyboard, still has
// and does: rows with the same data-key are the same one.
export function replaceRows(parent, rows) {
  const rowsOf = () => [...parent.querySelectorAll("[data-key]")];
  const open = new Set(rowsOf().filter((row) => row.querySelector("details[open]")).map((row) => row.dataset.key));
  const focused = rowsOf().find((row) => row.contains(document.activeElement));
  // Counted among those of its kind: what is shown before a button comes and goes.
  const alike = (row) => [...row.querySelectorAll(usable)].filter((each) => each.localName === kind);
  const kind = document.activeElement.localName;
  const place = focused ? alike(focused).indexOf(document.activeElement) : -1;
  parent.replaceChildren(...rows);
  for (const row of rowsOf()) {
    if (open.has(row.dataset.key)) {
      row.querySelector("details")?.setAttribute("open", "");
    }
    if (place >= 0 && row.dataset.key === focused.dataset.key) {
      alike(row)[place]?.focus({ preventScroll: true });
    }
  }
}

export function number(value) {
  return value.toLocaleString("en");
}

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (bytes >= 1000 && at < units.length - 1) {
    bytes /= 1000;
    at += 1;
  }
  return `${at === 0 ? bytes : bytes.toFixed(1)} ${units[at]}`;
}

const daySeconds = 86400;

export function day(instant) {
  return instant < daySeconds ? "unknown" : new Date(instant * 1000).toISOString().slice(0, 16).replace("T", " ");
}

export function age(instant) {
  if (instant < daySeconds) {
    return "of unknown age";
  }
  return `${duration(Date.now() / 1000 - instant)} old`;
}

export function duration(seconds) {
  if (seconds < 90) {
    return `${Math.max(0, Math.round(seconds))} s`;
  }
  if (seconds < 5400) {
    return `${Math.round(seconds / 60)} min`;
  }
  return seconds < 2 * daySeconds ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / daySeconds)} days`;
}
