// Which part of the page is shown, by the address: `#r12` a result, `#c12,13` a comparison, else the overview; and the keys.

async function route() {
  const main = document.getElementById("detail");
  const result = /^#r(\d+)$/.exec(location.hash);
  const comparison = /^#c(\d+),(\d+)$/.exec(location.hash);
  const count = overview.rows.length;
  const opened = document.querySelector("#list tr.current");
  if (opened) opened.classList.remove("current");
  try {
    if (result && Number(result[1]) < count) {
      overview.rows[Number(result[1])].classList.add("current");
      await showDetail(Number(result[1]));
    } else if (comparison && Number(comparison[1]) < count && Number(comparison[2]) < count) {
      await showComparison(Number(comparison[1]), Number(comparison[2]));
    } else {
      document.body.classList.remove("detailed");
      main.hidden = true;
      main.replaceChildren();
      return;
    }
  } catch (error) {
    main.replaceChildren(element("p", { class: "failure", role: "alert" }, "This cannot be shown: " + error.message));
  }
  document.body.classList.add("detailed");
  main.hidden = false;
  main.scrollTop = 0;
  main.focus({ preventScroll: true });
  if (!matchMedia("(min-width: 1100px)").matches) scrollTo(0, 0);
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  const current = /^#r(\d+)$/.exec(location.hash);
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    else if (location.hash) location.hash = "";
  } else if (typing) {
    return;
  } else if (event.key === "/") {
    if (!matchMedia("(min-width: 1100px)").matches) location.hash = "";
    document.getElementById("search").focus();
    event.preventDefault();
  } else if ((event.key === "j" || event.key === "k") && overview.rows.length) {
    const next = neighbour(current ? Number(current[1]) : -1, event.key === "j" ? 1 : -1);
    if (next !== undefined) location.hash = "r" + next;
  }
}

setUpOverview();
addEventListener("hashchange", route);
addEventListener("keydown", keys);
route();
