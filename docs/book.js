// Links that lead out of the book: pages refer to the repository's files as GitHub shows them, and the book has none of these
// but the language's, which it takes in. With git-repository-url in book.toml they lead there; without, they are plain words.
"use strict";

(() => {
  const book = new URL(typeof path_to_root === "string" && path_to_root ? path_to_root : "./", location.href).href;
  const repository = document.querySelector('.right-buttons a[aria-label="Git repository"]')?.href.replace(/\/$/, "");
  // Where a page's text lies in the repository: the language's is that of scenarios/.
  const page = location.href.replace(/[?#].*$/, "").slice(book.length);
  const folder = page === "language.html" ? "scenarios/" : "docs/" + page.replace(/[^/]*$/, "");

  for (const link of document.querySelectorAll("main a[href]")) {
    const href = link.getAttribute("href");
    if (/^([a-z]+:|#)/.test(href)) continue;
    const { pathname, hash } = new URL(href, "file:///" + folder);
    const file = pathname.slice(1);
    if (file === "scenarios/README.html") link.href = book + "language.html" + hash;
    else if (file.startsWith("docs/")) link.href = book + file.slice("docs/".length) + hash;
    else if (repository) link.href = repository + "/blob/HEAD/" + file.replace(/\.html$/, ".md") + hash;
    else {
      const words = document.createElement("span");
      words.title = "in the repository: " + file.replace(/\.html$/, ".md");
      words.append(...link.childNodes);
      link.replaceWith(words);
    }
  }
})();
