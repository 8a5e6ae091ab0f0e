// What a ladder shows, and where: events in, rows with their heights out. Nothing is drawn here.

const LANES = [
  ["line", "telephone line"],
  ["AT", "AT"],
  ["PPP", "PPP"],
  ["text", "text"],
  ["link", "caller's PPP"],
  ["port", "circuits"],
  ["log", "logs"],
  ["init", "processes"],
  ["net", "network"],
  ["step", "steps"],
  ["note", "notes"],
];

/** So many frames with data that follow each other are one row. */
const MANY = 6;
/** A gap in time that is told, microseconds. */
const GAP = 1e6;

function isData(event) {
  return event.k === "frame" && /^\[(IP|IPV6) data/.test(event.x);
}

function isClient(event) {
  return (event.p || "").startsWith("client");
}

/** The events that are wanted, ring bursts with their lengths, frames with data together. */
function rowsOf(events, wanted, scaled) {
  const rows = [];
  const bursts = new Map();
  let data = [];
  const flush = () => {
    if (data.length >= MANY && !scaled) rows.push(group(data));
    else rows.push(...data.map((event) => ({ event, at: event.t })));
    data = [];
  };
  for (const event of events) {
    if (event.k === "ring-off") {
      const burst = bursts.get(event.p + "/" + event.r);
      if (burst) burst.length = event.t - burst.at;
      continue;
    }
    if (!wanted(event)) continue;
    if (isData(event)) {
      data.push(event);
      continue;
    }
    flush();
    const row = { event, at: event.t };
    if (event.k === "ring-on") bursts.set(event.p + "/" + event.r, row);
    rows.push(row);
  }
  flush();
  return rows;
}

function group(data) {
  const octets = data.reduce((sum, event) => sum + event.n, 0);
  const to = data.filter((event) => event.w === ">").length;
  const text = data.length + " frames with data, " + to + " to the server, " + (data.length - to) + " to the caller, " + octets + " octets";
  return { group: data, at: data[0].t, until: data[data.length - 1].t, text };
}

/** One row under the other; gaps in time have a row of their own. */
function compressed(rows) {
  let y = 34;
  let last = null;
  for (const row of rows) {
    if (last !== null && row.at - last > GAP) {
      row.gap = { y: y + 3, span: row.at - last };
      y += 18;
    }
    row.y = y + 16;
    y += 24;
    last = row.until || row.at;
  }
  return y + 16;
}

/** So many pixels a second; labels where there is room for them. */
function toScale(rows, perSecond) {
  const start = rows.length ? rows[0].at : 0;
  let labelled = -100;
  let y = 34;
  for (const row of rows) {
    y = 50 + ((row.at - start) / 1e6) * perSecond;
    row.y = y;
    // What went wrong has its label always.
    const bad = row.event && row.event.m && row.event.m !== "passed";
    row.quiet = y - labelled < 13 && !bad;
    row.tall = ((row.length || 0) / 1e6) * perSecond;
    if (!row.quiet) labelled = y;
  }
  return y + 40;
}

/** Where a moment is, for the bands: above the first row that is not before it. */
function yOf(rows, at) {
  const row = rows.find((row) => row.at >= at);
  if (row) return row.y - 10;
  return rows.length ? rows[rows.length - 1].y + 12 : 34;
}
