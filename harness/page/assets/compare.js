// Two results side by side: their events aligned by what they are, not by when they were.

/** More events than this are not aligned one by one. */
const MOST_ALIGNED = 3000;

async function showComparison(one, other) {
  const main = document.getElementById("detail");
  const [left, right] = await Promise.all([detailOf(one), detailOf(other)]);
  const title = (index) => overview.rows[index].querySelector("a").textContent + ", " + overview.rows[index].dataset.place;
  const rows = aligned(comparable(left), comparable(right));
  const differ = rows.filter((row) => !row.same).length;
  const table = comparisonTable(rows, [one, other].map(title));
  const only = element("input", {
    type: "checkbox",
    checked: differ > 0,
    onchange: (event) => table.classList.toggle("only", event.target.checked),
  });
  table.classList.toggle("only", differ > 0);
  main.replaceChildren(
    element(
      "header",
      {},
      element("p", { class: "back" }, element("a", { href: "#" }, "← Overview")),
      element("h1", { class: "title" }, "Compared"),
      element("p", { class: "group", role: "status" }, differ === 0 ? "The exchanges are the same." : differ + " of " + rows.length + " rows differ."),
    ),
    element("p", {}, element("label", {}, only, " only what differs, and what is around it")),
    element("div", { class: "scroll wide", tabindex: "0", role: "region", "aria-label": "Comparison" }, table),
    ...(await comparedFiles(left, right)),
  );
}

function comparable(detail) {
  const ladder = detail.sections.find((section) => section.kind === "ladder");
  return ladder ? ladder.events.filter((event) => event.l !== "port") : [];
}

/** What of an event has to agree: not its time, nor numbers that differ from run to run. */
function essence(event) {
  return event.l + event.w + event.x
    .replace(/\b(pid|magic)[= ](0x)?[0-9a-f]+/g, "$1")
    .replace(/\[\d+\]/g, "[]")
    .replace(/^started \d+/, "started");
}

/** The longest common subsequence (Myers would be quicker; these are short). */
function aligned(left, right) {
  left = left.slice(0, MOST_ALIGNED);
  right = right.slice(0, MOST_ALIGNED);
  const a = left.map(essence);
  const b = right.map(essence);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [n, m] = [a.length - start - end, b.length - start - end];
  const longest = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      longest[i][j] = a[start + i] === b[start + j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const rows = [];
  const same = (i, j) => rows.push({ same: true, left: left[i], right: right[j] });
  for (let i = 0; i < start; i++) same(i, i);
  let [i, j] = [0, 0];
  while (i < n || j < m) {
    if (i < n && j < m && a[start + i] === b[start + j]) same(start + i++, start + j++);
    else if (j >= m || (i < n && longest[i + 1][j] >= longest[i][j + 1])) rows.push({ left: left[start + i++] });
    else rows.push({ right: right[start + j++] });
  }
  for (let k = 0; k < end; k++) same(a.length - end + k, b.length - end + k);
  return paired(rows);
}

/** What is gone and what came in its place stand beside each other. */
function paired(rows) {
  const out = [];
  for (let at = 0; at < rows.length; ) {
    if (rows[at].same) {
      out.push(rows[at++]);
      continue;
    }
    const lefts = [];
    const rights = [];
    for (; at < rows.length && !rows[at].same; at++) (rows[at].left ? lefts : rights).push(rows[at].left || rows[at].right);
    for (let k = 0; k < Math.max(lefts.length, rights.length); k++) out.push({ left: lefts[k], right: rights[k] });
  }
  return out;
}

function comparisonTable(rows, titles) {
  const head = element("tr", {}, titles.flatMap((title) => [element("th", { scope: "col", class: "number" }, "Seconds"), element("th", { scope: "col" }, title)]));
  const near = rows.map((row, at) => [at - 2, at - 1, at, at + 1, at + 2].some((other) => rows[other] && !rows[other].same));
  const body = rows.map((row, at) => {
    const cells = [row.left, row.right].flatMap((event) =>
      event ? [element("td", { class: "number" }, seconds(event.t)), element("td", {}, (event.w === ">" ? "→ " : event.w === "<" ? "← " : "") + event.x)] : [element("td", {}), element("td", {})],
    );
    return element("tr", { class: (row.same ? "same" : "differs") + (near[at] ? "" : " far") }, cells);
  });
  return element("table", { class: "compared" }, element("caption", { class: "hidden" }, "Compared events"), element("thead", {}, head), element("tbody", {}, body));
}

/** Files that only one of them has, or that differ. */
async function comparedFiles(left, right) {
  const files = (detail) => new Map(detail.sections.filter((section) => section.kind === "files").flatMap((section) => section.files).map((file) => [file.path, file.text]));
  const [one, other] = [files(left), files(right)];
  const paths = [...new Set([...one.keys(), ...other.keys()])].filter((path) => !path.startsWith("/log/") && one.get(path) !== other.get(path)).sort();
  if (!paths.length) return [element("p", { class: "faint" }, "The servers' files are the same.")];
  return paths.map((path) =>
    folded(path + " differs", false, async () => {
      const texts = await Promise.all([one, other].map((side) => (side.has(path) ? textOf(side.get(path)) : "(not there)")));
      return element("div", { class: "pair" }, texts.map((text) => element("pre", { tabindex: "0" }, text)));
    }),
  );
}
