// A frame opened: its fields, each with its octets, and all octets of it.

function packetPanel(event) {
  const panel = element("div", { class: "packet" });
  const from = event.w === ">" ? "caller to server" : "server to caller";
  panel.append(element("p", { class: "line" }, seconds(event.t) + " s, " + from + ", " + event.n + " octets"));
  panel.append(element("p", { class: "notation" }, event.x));
  const octets = (event.o || "").match(/../g) || [];
  const cells = octets.map((octet, at) => element("span", { "data-at": at }, octet));
  const light = (first, count) =>
    cells.forEach((cell, at) => cell.classList.toggle("lit", at >= first && at < first + count));
  const parts = element("div", { class: "parts" });
  panel.append(parts);
  if (event.f) {
    const rows = event.f.map(([name, first, count, value, depth]) =>
      element(
        "tr",
        { tabindex: "0", onmouseenter: () => light(first, count), onfocus: () => light(first, count) },
        element("th", { scope: "row", class: "depth-" + depth }, name),
        element("td", {}, value),
        element("td", { class: "number" }, count === 1 ? String(first) : first + "–" + (first + count - 1)),
      ),
    );
    const head = ["Field", "Value", "Octets"].map((name) => element("th", { scope: "col" }, name));
    parts.append(
      element("table", { class: "fields" }, element("caption", { class: "hidden" }, "Fields of the frame"), element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows)),
    );
  }
  if (event.q) panel.append(element("p", { class: "notation raw" }, event.q));
  if (cells.length) parts.append(dump(cells, octets));
  if (event.n > octets.length) {
    panel.append(element("p", { class: "faint" }, "The first " + octets.length + " of " + event.n + " octets; the capture has all of them."));
  }
  return panel;
}

/** Sixteen octets a line, with their offsets and as characters. */
function dump(cells, octets) {
  const lines = element("div", { class: "dump", tabindex: "0", role: "group", "aria-label": "Octets" });
  for (let at = 0; at < cells.length; at += 16) {
    const part = cells.slice(at, at + 16);
    const text = octets.slice(at, at + 16).map((octet) => {
      const code = parseInt(octet, 16);
      return code >= 32 && code < 127 ? String.fromCharCode(code) : ".";
    });
    lines.append(
      element(
        "div",
        {},
        element("span", { class: "offset" }, at.toString(16).padStart(4, "0")),
        element("span", { class: "octets" }, part),
        element("span", { class: "characters" }, text.join("")),
      ),
    );
  }
  return lines;
}
