// Elements of HTML and SVG, and how times and octets are spelled.

function element(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function shape(name, attributes, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return node;
}

/** Microseconds as seconds with milliseconds: `12.345`. */
function seconds(micros) {
  return (Math.floor(micros / 1000) / 1000).toFixed(3);
}

/** A span in words: `29m55s`, `1.204 s`. */
function span(micros) {
  const whole = Math.round(micros / 1e6);
  if (micros < 6e7) return (micros / 1e6).toFixed(micros < 1e7 ? 3 : 1) + " s";
  if (whole < 3600) return Math.floor(whole / 60) + "m" + String(whole % 60).padStart(2, "0") + "s";
  return Math.floor(whole / 3600) + "h" + String(Math.floor(whole / 60) % 60).padStart(2, "0") + "m";
}

const MARKS = {
  failed: ["✗", "failed"],
  error: ["!", "could not run"],
  known: ["~", "failed as expected"],
  passed: ["✓", "passed"],
  skipped: ["–", "skipped"],
  "not-run": ["·", "not reached"],
};

function markOf(mark) {
  const [sign, words] = MARKS[mark];
  return element("span", { class: "mark m-" + mark }, element("span", { "aria-hidden": "true" }, sign), element("span", { class: "hidden" }, words));
}
