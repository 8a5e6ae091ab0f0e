// What is behind a result: its sections, in their order.

async function showDetail(index) {
  const main = document.getElementById("detail");
  const row = overview.rows[index];
  const { sections } = await detailOf(index);
  const nodes = [heading(index, row)];
  for (const section of sections) nodes.push(await SECTIONS[section.kind](section));
  main.replaceChildren(...nodes);
  main.dispatchEvent(new Event("shown"));
}

function heading(index, row) {
  const title = row.querySelector("a").textContent;
  const others = counterparts(index).map((other) =>
    element("a", { href: "#c" + index + "," + other.index }, other.dataset.place),
  );
  const place = row.dataset.place;
  return element(
    "header",
    {},
    element("p", { class: "back" }, element("a", { href: "#" }, "← Overview")),
    element("h1", { class: "title" }, [...row.cells[0].cloneNode(true).childNodes].map((part) => element("span", { class: "m-" + row.dataset.mark + " mark" }, part)), " ", title),
    element("p", { class: "group" }, row.querySelector(".group").textContent + ", " + place),
    others.length ? element("p", { class: "others" }, "Compare with: ", others.flatMap((link, at) => (at ? [", ", link] : [link]))) : null,
  );
}

const SECTIONS = {
  failure(section) {
    const rows = section.rows.flatMap((row) => [element("dt", {}, row.name), element("dd", { class: "r-" + row.name.replace(/\W/g, "-") }, row.text)]);
    const when = section.at === null ? "" : " at " + seconds(section.at) + " s";
    const jump = element("button", { type: "button", onclick: () => jumpTo(section.at) }, "Show it in the ladder");
    return element(
      "section",
      { class: "failure " + (section.known ? "m-known" : "m-failed") },
      element("h2", {}, section.title + (section.known ? " failed as expected" : "")),
      element("p", { class: "place" }, section.place + when),
      element("dl", {}, rows),
      section.at === null ? null : jump,
    );
  },
  facts(section) {
    const rows = section.rows.flatMap((row) => [element("dt", {}, row.name), element("dd", {}, row.text)]);
    return folded(section.title, section.open, () => element("dl", {}, rows));
  },
  ladder(section) {
    return ladderSection(section);
  },
  source(section) {
    const failed = section.marks.some((mark) => mark.mark !== "passed");
    return folded("Scenario, " + section.file, failed, async () => {
      const lines = (await textOf(section.text)).replace(/\n$/, "").split("\n");
      const table = element("table", { class: "source" }, element("caption", { class: "hidden" }, section.file));
      const body = element("tbody", {});
      lines.forEach((line, at) => {
        const marks = section.marks.filter((mark) => mark.line === at + 1);
        const worst = marks[0];
        body.append(
          element(
            "tr",
            { class: worst ? "m-" + worst.mark : null },
            element("th", { scope: "row" }, String(at + 1)),
            element("td", {}, marks.map((mark) => markOf(mark.mark))),
            element("td", { class: "code" }, line, marks.filter((mark) => mark.text).map((mark) => element("span", { class: "remark" }, " " + mark.text))),
          ),
        );
      });
      table.append(body);
      const box = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Scenario" }, table);
      requestAnimationFrame(() => {
        const first = body.querySelector("tr[class]");
        if (first) box.scrollTop = first.offsetTop - 60;
      });
      return box;
    });
  },
  files(section) {
    return folded(section.title + " (" + section.files.length + ")", false, () =>
      element(
        "div",
        {},
        section.files.map((file) =>
          folded(file.path, false, async () => {
            const pre = element("pre", { tabindex: "0" }, await textOf(file.text));
            const rest = file.left_out ? element("p", { class: "faint" }, file.left_out + " more octets are in the evidence.") : null;
            return element("div", {}, pre, rest);
          }, "h3"),
        ),
      ),
    );
  },
  links(section) {
    const links = section.links.map(([name, way]) => element("li", {}, element("a", { href: way }, name)));
    return folded(section.title, true, () => element("ul", { class: "links" }, links));
  },
};

/** A part that is made when it is opened. */
function folded(title, open, make, level) {
  const body = element("div", { class: "body" });
  let made = false;
  const fill = async () => {
    if (made) return;
    made = true;
    body.append(await make());
  };
  const details = element("details", { ontoggle: () => details.open && fill() }, element("summary", {}, element(level || "h2", {}, title)), body);
  if (open) {
    details.open = true;
    fill();
  }
  return details;
}
