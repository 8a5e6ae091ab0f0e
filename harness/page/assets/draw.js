// A ladder drawn: lifelines of caller, line, modem and server, an arrow for what goes between them, and words.

const ENDS = ["caller", "line", "modem", "server"];

/** From where to where something goes: indices of ENDS; one alone is a point. */
function endsOf(event) {
  const toServer = event.w === ">";
  switch (event.k) {
    case "call-begins":
      return [0, 1];
    case "ring-on":
    case "caller-id":
    case "tone":
      return [1, 2];
    case "off-hook":
    case "on-hook":
    case "dialled":
      return [2, 1];
    case "connected":
      return [0, 2];
    case "cleared":
      return event.e === "caller" ? [0, 1] : [2, 1];
    case "command":
    case "ignored":
    case "dte-opened":
    case "dte-closed":
      return [3, 2];
    case "response":
      return [2, 3];
    case "circuit":
      return toServer ? [2, 3] : [3, 2];
    case "frame":
    case "bad-frame":
    case "text":
      return toServer ? [0, 3] : [3, 0];
    case "link":
      return [0];
    case "harm":
    case "lost":
      return [1];
    case "log":
    case "started":
    case "exited":
    case "interface":
      return [3];
    default:
      return [];
  }
}

/** Horizontal places for a width. */
function frameOf(width) {
  const logs = width >= 1000 ? Math.min(420, width * 0.32) : 0;
  const left = width < 600 ? 74 : 100;
  const right = width - logs - (width < 600 ? 22 : 34);
  const first = left + (width < 600 ? 20 : 34);
  const xs = [0, 0.34, 0.64, 1].map((part) => Math.round(first + (right - first) * part));
  return { width, logs, left, xs };
}

function drawLadder(rows, phases, height, width, open) {
  const place = frameOf(width);
  const svg = shape("svg", { class: "ladder", width, height, viewBox: "0 0 " + width + " " + height, role: "group", "aria-label": "Ladder diagram" });
  for (const phase of phases) svg.append(...band(rows, phase, place));
  ENDS.forEach((name, index) => {
    const x = place.xs[index];
    svg.append(
      shape("line", { class: "life", x1: x, x2: x, y1: 26, y2: height - 6 }),
      shape("text", { class: "end", x, y: 16, "text-anchor": "middle" }, name),
    );
  });
  rows.forEach((row, index) => svg.append(...drawRow(row, index, place, open)));
  return svg;
}

function band(rows, phase, { width, left }) {
  const top = yOf(rows, phase.from);
  const bottom = Math.max(yOf(rows, phase.to), top + 4);
  const kind = "phase p-" + phase.name.toLowerCase();
  const title = phase.name + ", " + span(phase.to - phase.from);
  const parts = [shape("rect", { class: kind, x: left - 12, y: top, width: width - left + 12, height: bottom - top }, shape("title", {}, title))];
  if (bottom - top > phase.name.length * 6.5) {
    const x = left - 3;
    const y = (top + bottom) / 2;
    parts.push(shape("text", { class: "phase-name", x, y, transform: "rotate(-90 " + x + " " + y + ")", "text-anchor": "middle" }, phase.name));
  }
  return parts;
}

function drawRow(row, index, place, open) {
  const parts = [];
  if (row.gap) {
    parts.push(shape("text", { class: "gap", x: 4, y: row.gap.y + 12 }, "… " + span(row.gap.span)));
  }
  const event = row.event;
  const kind = event ? event.k : "group";
  const text = row.group ? row.text : row.length ? event.x.replace(" begins", "") + ", " + span(row.length) : event.x;
  const label = seconds(row.at) + " s " + (event ? event.l : "PPP") + ": " + text;
  const g = shape("g", { class: "event k-" + kind + (event && event.m ? " m-" + event.m : "") });
  if (!row.quiet) g.append(shape("text", { class: "time", "aria-hidden": "true", x: place.left - 18, y: row.y + 3, "text-anchor": "end" }, seconds(row.at)));
  g.append(...(row.group ? groupParts(row, place) : eventParts(row, text, place)));
  // It lies over what is drawn, and is what a reader of screens hears of it.
  const hit = shape("rect", {
    class: "hit",
    role: "button",
    tabindex: index === 0 ? "0" : "-1",
    "aria-label": label,
    "aria-expanded": "false",
    "data-row": index,
    onclick: () => open(row, hit),
    x: 0,
    y: row.y - 13,
    width: place.width,
    height: row.quiet ? 3 : 22,
  });
  hit.append(shape("title", {}, label));
  g.append(hit);
  parts.push(g);
  return parts;
}

function groupParts(row, { xs }) {
  const y = row.y;
  return [
    shape("line", { class: "arrow many", x1: xs[0], x2: xs[3], y1: y - 2, y2: y - 2 }),
    shape("line", { class: "arrow many", x1: xs[0], x2: xs[3], y1: y + 2, y2: y + 2 }),
    words(row.text, (xs[0] + xs[3]) / 2, y - 5, "middle", xs[3] - xs[0]),
  ];
}

function eventParts(row, text, place) {
  const { event, y, quiet } = row;
  const { xs, left, width, logs } = place;
  const ends = isClient(event) ? [0] : endsOf(event);
  if (event.k === "step") {
    const sign = MARKS[event.m][0];
    const line = shape("line", { class: "step-line", x1: left, x2: width - 4, y1: y + 6, y2: y + 6 });
    return quiet ? [line] : [line, words(sign + " step " + text, left + 6, y + 3, "start", width - left - 12)];
  }
  if (ends.length === 0) return quiet ? [] : [words(text, (xs[0] + xs[3]) / 2, y + 3, "middle", xs[3] - xs[0])];
  if (ends.length === 1) {
    const x = xs[ends[0]];
    const dot = shape("circle", { class: "dot", cx: x, cy: y, r: 2.5 });
    if (quiet) return [dot];
    const said = event.g ? event.x : isClient(event) && event.w ? event.w + " " + text : text;
    if (ends[0] === 3) {
      return logs ? [dot, words(said, x + 10, y + 3, "start", width - x - 14)] : [dot, words(said, x - 8, y + 3, "end", x - left - 10)];
    }
    if (ends[0] === 1) return [dot, words(said, x, y - 5, "middle", xs[3] - xs[0])];
    return [dot, words(said, x + 8, y + 3, "start", xs[3] - x - 12)];
  }
  const [from, to] = ends.map((end) => xs[end]);
  const parts = [];
  if (event.k === "connected") {
    parts.push(shape("line", { class: "carrier", x1: from, x2: to, y1: y, y2: y }));
  } else {
    const tip = to > from ? -6 : 6;
    parts.push(shape("line", { class: "arrow", x1: from, x2: to + tip / 2, y1: y, y2: y }));
    parts.push(shape("path", { class: "tip", d: "M" + to + " " + y + "l" + tip + " -3.5v7z" }));
  }
  if (event.k === "ring-on") parts.push(shape("rect", { class: "burst", x: xs[2] - 3, y: y - 5, width: 6, height: Math.max(10, row.tall || 0) }));
  if (!quiet) {
    const middle = (from + to) / 2;
    // A word may be longer than its arrow: it leans to where there is room.
    const room = Math.abs(to - from);
    const long = text.length * 6.7 > room;
    if (!long) parts.push(words(text, middle, y - 4, "middle", room));
    else if (Math.min(from, to) === xs[2]) parts.push(words(text, xs[3] - 6, y - 4, "end", xs[3] - left - 20));
    else parts.push(words(text, Math.min(from, to) + 6, y - 4, "start", xs[3] - Math.min(from, to) - 10));
  }
  return parts;
}

/** Words, cut to the room they have; the whole of them is in the title. */
function words(text, x, y, anchor, room) {
  const most = Math.max(6, Math.floor(room / 6.7));
  const shown = text.length > most ? text.slice(0, most - 1) + "…" : text;
  return shape("text", { class: "words", "aria-hidden": "true", x, y, "text-anchor": anchor }, shown);
}
