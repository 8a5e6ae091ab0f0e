// The overview: which rows are shown, in which order.

const overview = { mark: "", words: [], rows: [], picked: [] };

function setUpOverview() {
  const body = document.querySelector("#list tbody");
  overview.rows = [...body.rows];
  overview.rows.forEach((row, index) => (row.index = index));
  document.getElementById("tools").hidden = false;
  document.getElementById("counts").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    overview.mark = button.dataset.mark;
    for (const other of button.parentNode.children) other.setAttribute("aria-pressed", String(other === button));
    applyFilter();
  });
  document.getElementById("search").addEventListener("input", (event) => {
    overview.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    applyFilter();
  });
  document.getElementById("order").addEventListener("change", (event) => {
    body.append(...sorted(event.target.value));
  });
  body.addEventListener("change", pick);
  document.getElementById("compare").addEventListener("click", () => {
    location.hash = "c" + overview.picked.join(",");
  });
  applyFilter();
}

function applyFilter() {
  let shown = 0;
  for (const row of overview.rows) {
    const { mark, text } = row.dataset;
    const matches = (!overview.mark || mark === overview.mark) && overview.words.every((word) => text.includes(word));
    row.hidden = !matches;
    shown += matches;
  }
  document.getElementById("shown").textContent = shown + " of " + overview.rows.length + " shown";
  document.getElementById("none").hidden = shown > 0;
}

function sorted(order) {
  const rank = Object.keys(MARKS);
  const keys = {
    plan: (row) => row.index,
    mark: (row) => rank.indexOf(row.dataset.mark) * 1e6 + row.index,
    wall: (row) => -row.dataset.wall,
    virtual: (row) => -row.dataset.virtual,
  };
  const key = keys[order];
  return [...overview.rows].sort((one, other) => key(one) - key(other) || one.index - other.index);
}

/** The two that were picked last are compared. */
function pick(event) {
  const value = Number(event.target.value);
  overview.picked = overview.picked.filter((index) => index !== value);
  if (event.target.checked) overview.picked.push(value);
  while (overview.picked.length > 2) {
    const dropped = overview.picked.shift();
    document.querySelector('#list input[value="' + dropped + '"]').checked = false;
  }
  document.getElementById("compare").disabled = overview.picked.length < 2;
}

/** The next row that is shown, from the one with that index; `step` is 1 or -1. */
function neighbour(index, step) {
  const rows = [...document.querySelectorAll("#list tbody tr:not([hidden])")];
  const at = rows.findIndex((row) => row.index === index);
  const next = rows[at + step];
  return next && next.index;
}

/** Other results of the same name: other stacks, seeds and runs. */
function counterparts(index) {
  const { same } = overview.rows[index].dataset;
  return overview.rows.filter((row) => row.dataset.same === same && row.index !== index);
}
