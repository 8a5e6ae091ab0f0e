// The ladder of a result with what steers it: which call, which lanes, the scale; and what opens below an event.

const SCALES = [
  ["compressed", "one event a line"],
  ["2", "2 px a second"],
  ["20", "20 px a second"],
  ["200", "200 px a second"],
  ["1000", "1000 px a second"],
];
/** A ladder is not drawn taller than browsers can show. */
const TALLEST = 60000;

let jumpTo = () => {};

function ladderSection(section) {
  const state = { call: "", scale: "compressed", off: new Set(["port"]), filter: "" };
  const canvas = element("div", { class: "canvas" });
  const panel = element("div", { class: "opened", "aria-live": "polite" });
  const calls = [...new Set(section.events.map((event) => event.c).filter((call) => call !== undefined))];
  const present = new Set(section.events.map((event) => event.l));
  let rows = [];

  const draw = () => {
    const wanted = (event) =>
      !state.off.has(event.l) &&
      (state.call === "" || event.c === undefined || String(event.c) === state.call) &&
      (!state.filter || event.x.toLowerCase().includes(state.filter));
    const scaled = state.scale !== "compressed";
    rows = rowsOf(section.events, wanted, scaled);
    let height = scaled ? toScale(rows, Number(state.scale)) : compressed(rows);
    if (height > TALLEST && scaled) height = toScale(rows, (Number(state.scale) * TALLEST) / height);
    const phases = section.phases.filter((phase) => state.call === "" || String(phase.call) === state.call);
    const width = Math.max(320, canvas.clientWidth || 320);
    // What was open or had the focus keeps it: a window that is resized is drawn anew.
    const before = canvas.querySelector('[aria-expanded="true"]');
    const at = before && before.getAttribute("aria-label");
    const focused = document.activeElement;
    const focus = canvas.contains(focused) && focused.matches(".hit") && focused.getAttribute("aria-label");
    canvas.replaceChildren(drawLadder(rows, phases, height, width, open));
    const hits = [...canvas.querySelectorAll(".hit")];
    const again = at && hits.find((hit) => hit.getAttribute("aria-label") === at);
    if (again) open(rows[again.dataset.row], again);
    const kept = focus && hits.find((hit) => hit.getAttribute("aria-label") === focus);
    if (kept) focusOn(kept);
  };

  const focusOn = (hit) => {
    for (const other of canvas.querySelectorAll('.hit[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    hit.setAttribute("tabindex", "0");
    hit.focus({ preventScroll: true });
  };

  const open = (row, hit) => {
    const before = canvas.querySelector('[aria-expanded="true"]');
    if (before) before.setAttribute("aria-expanded", "false");
    if (before === hit) return panel.remove();
    hit.setAttribute("aria-expanded", "true");
    const close = element("button", { type: "button", class: "close", onclick: () => (hit.setAttribute("aria-expanded", "false"), panel.remove(), hit.focus()) }, "Close");
    const inside = row.group ? groupPanel(row.group) : row.event.o ? packetPanel(row.event) : wordsPanel(row.event);
    panel.replaceChildren(close, inside);
    panel.style.top = row.y + 14 + "px";
    canvas.append(panel);
  };

  canvas.addEventListener("keydown", (event) => {
    const hit = event.target.matches(".hit") && event.target;
    if (!hit) return;
    const all = [...canvas.querySelectorAll(".hit")];
    const at = all.indexOf(hit);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -at, End: all.length - 1 - at };
    if (event.key in steps) {
      const next = all[Math.max(0, Math.min(all.length - 1, at + steps[event.key]))];
      focusOn(next);
      next.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") open(rows[hit.dataset.row], hit);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  jumpTo = (at) => {
    // Asked before the first drawing, which waits until the canvas has its width.
    if (!rows.length) draw();
    const index = rows.findIndex((row) => row.event && row.event.k === "step" && row.event.t === at && row.event.m !== "passed");
    const near = index >= 0 ? index : rows.findIndex((row) => row.at >= at);
    const hit = canvas.querySelector('[data-row="' + Math.max(0, near) + '"]');
    if (!hit) return;
    hit.scrollIntoView({ block: "center" });
    focusOn(hit);
  };

  const box = element(
    "details",
    { open: true, class: "ladder-box" },
    element("summary", {}, element("h2", {}, "Ladder")),
    element("div", { class: "tools" }, callPicker(calls, state, draw), scalePicker(state, draw), wordFilter(state, draw), lanePicker(present, state, draw)),
    canvas,
    folded("Events and logs, aligned in time", false, () => alignedTable(section.events)),
  );
  // It has a width only once it is on the page, and another after the window was resized.
  let width = 0;
  new ResizeObserver(() => {
    if (canvas.clientWidth && canvas.clientWidth !== width) {
      width = canvas.clientWidth;
      draw();
    }
  }).observe(canvas);
  return box;
}

function wordsPanel(event) {
  const of = [event.l, event.g, event.p].filter(Boolean).join(", ");
  return element("div", { class: "packet" }, element("p", { class: "line" }, seconds(event.t) + " s, " + of), element("p", { class: "notation" }, event.x));
}

function groupPanel(events) {
  const list = element("ol", { class: "group-list" });
  for (const event of events.slice(0, 500)) {
    list.append(element("li", {}, folded(seconds(event.t) + " " + (event.w === ">" ? "→" : "←") + " " + event.x, false, () => packetPanel(event), "span")));
  }
  return element("div", { class: "packet" }, list);
}

let fields = 0;

function labelled(text, control) {
  const id = "control-" + fields++;
  control.id = id;
  return [element("label", { for: id }, text), control];
}

function callPicker(calls, state, draw) {
  if (calls.length < 2) return [];
  const options = [["", "all"], ...calls.map((call) => [String(call), "call " + (call + 1)])];
  return labelled("Call", select(options, (value) => ((state.call = value), draw())));
}

function scalePicker(state, draw) {
  return labelled("Time", select(SCALES, (value) => ((state.scale = value), draw())));
}

function select(options, chosen) {
  const list = options.map(([value, text]) => element("option", { value }, text));
  return element("select", { onchange: (event) => chosen(event.target.value) }, list);
}

function wordFilter(state, draw) {
  return labelled("Find", element("input", { type: "search", oninput: (event) => ((state.filter = event.target.value.toLowerCase()), draw()) }));
}

function lanePicker(present, state, draw) {
  const boxes = LANES.filter(([lane]) => present.has(lane)).map(([lane, name]) => {
    const change = (event) => {
      if (event.target.checked) state.off.delete(lane);
      else state.off.add(lane);
      draw();
    };
    return element("label", { class: "lane" }, element("input", { type: "checkbox", checked: !state.off.has(lane), onchange: change }), " " + name);
  });
  return element("fieldset", {}, element("legend", { class: "hidden" }, "Lanes"), boxes);
}

/** The same as text: what each side did and logged, side by side. */
function alignedTable(events) {
  const heads = ["Seconds", "Caller", "Line and modem", "Server"].map((name) => element("th", { scope: "col" }, name));
  const body = element("tbody", {});
  for (const event of events) {
    const side = isClient(event) || event.k === "link" ? 0 : event.l === "log" || event.l === "init" || event.l === "net" ? 2 : 1;
    const arrow = event.w === ">" ? "→ " : event.w === "<" ? "← " : "";
    const cells = [0, 1, 2].map((at) => element("td", {}, at === side ? arrow + event.x : ""));
    body.append(element("tr", { class: event.m ? "m-" + event.m : null }, element("th", { scope: "row" }, seconds(event.t)), cells));
  }
  const table = element("table", { class: "aligned" }, element("caption", { class: "hidden" }, "Events and logs"), element("thead", {}, element("tr", {}, heads)), body);
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Events and logs" }, table);
}
