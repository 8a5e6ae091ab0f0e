//! The HTML around everything: one file, and nothing that is fetched.
//!
//! In: a title, facts and items. Out: the text of the page. The overview is plain HTML, so that it is there before any script
//! runs, and without one; what is behind the items is packed ([`crate::packed`]) into script elements that no browser runs.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use thiserror::Error;

use crate::item::{Item, Row};
use crate::mark::{Mark, Words};
use crate::packed::{key, pack};
use crate::parallel::each;

/// The style sheet.
const STYLE: &str = include_str!("../assets/page.css");
/// What runs in the browser, in this order.
const SCRIPTS: [&str; 10] = [
    include_str!("../assets/store.js"),
    include_str!("../assets/elements.js"),
    include_str!("../assets/overview.js"),
    include_str!("../assets/packet.js"),
    include_str!("../assets/ladder.js"),
    include_str!("../assets/draw.js"),
    include_str!("../assets/view.js"),
    include_str!("../assets/detail.js"),
    include_str!("../assets/compare.js"),
    include_str!("../assets/main.js"),
];

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is about: `offhook run`.
    pub title: String,
    /// What the marks are called.
    pub words: Words,
    /// What is to be known of the whole.
    pub facts: Vec<Row>,
    /// The results counted in some way, if there is one to count them by.
    pub table: Option<Table>,
    /// The results, in their order.
    pub items: Vec<Item>,
}

/// Results counted: above the list of them.
#[derive(Clone, Debug)]
pub struct Table {
    /// What is counted.
    pub caption: String,
    /// The names of the columns, those of words first.
    pub head: Vec<String>,
    /// The rows: as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// Why there is no page.
#[derive(Debug, Error)]
pub enum PageError {
    /// JSON cannot hold it.
    #[error("making the page: {0}")]
    Json(#[from] serde_json::Error),
    /// It could not be packed.
    #[error("making the page: {0}")]
    Pack(#[from] std::io::Error),
    /// A thread ended before it was done.
    #[error("making the page: a thread that packs it ended without a result")]
    Thread,
}

impl Page {
    /// The text of the page.
    ///
    /// # Errors
    ///
    /// None that a result could cause.
    pub fn html(&self) -> Result<String, PageError> {
        let (details, texts) = self.packed()?;
        let size = details.iter().map(String::len).sum::<usize>() + texts.values().map(String::len).sum::<usize>();
        let mut html = String::with_capacity(size + (1 << 20));
        let title = escape(&self.title);
        html.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        // Nothing is fetched, and nothing that a server said can make it so.
        html.push_str(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n",
        );
        let _ = write!(html, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n");
        self.overview(&mut html);
        html.push_str("<section id=\"detail\" tabindex=\"-1\" aria-label=\"Result\" hidden></section>\n</main>\n");
        for (index, packed) in details.iter().enumerate() {
            let _ = writeln!(html, "<script type=\"application/octet-stream\" id=\"item-{index}\">{packed}</script>");
        }
        for (key, packed) in &texts {
            let _ = writeln!(html, "<script type=\"application/octet-stream\" id=\"text-{key}\">{packed}</script>");
        }
        html.push_str("<script>\n\"use strict\";\n");
        SCRIPTS.iter().for_each(|script| html.push_str(script));
        html.push_str("</script>\n</body>\n</html>\n");
        Ok(html)
    }

    /// What is behind each item, packed, and the texts by their keys; on all processors.
    fn packed(&self) -> Result<(Vec<String>, BTreeMap<String, String>), PageError> {
        let texts: HashMap<String, Arc<str>> =
            self.items.iter().flat_map(|item| item.detail.texts()).map(|text| (key(&text.0), text.0.clone())).collect();
        let texts: Vec<_> = texts.into_iter().collect();
        let detail = |item: &Item| -> Result<String, PageError> { Ok(pack(&serde_json::to_string(&item.detail)?)?) };
        let text = |(key, text): &(String, Arc<str>)| -> Result<_, PageError> { Ok((key.clone(), pack(text)?)) };
        let details = each(&self.items, detail).ok_or(PageError::Thread)?.into_iter().collect::<Result<_, _>>()?;
        let texts = each(&texts, text).ok_or(PageError::Thread)?.into_iter().collect::<Result<_, _>>()?;
        Ok((details, texts))
    }

    fn overview(&self, html: &mut String) {
        let _ = write!(
            html,
            "<a class=\"skip\" href=\"#list\">To the results</a>\n<main id=\"page\">\n<section id=\"overview\" aria-label=\"Overview\">\n\
             <h1>{}</h1>\n",
            escape(&self.title)
        );
        self.counts(html);
        if let Some(table) = &self.table {
            counted(html, table);
        }
        html.push_str(
            "<div class=\"tools\" id=\"tools\" hidden><label for=\"search\">Search</label><input id=\"search\" type=\"search\" \
             placeholder=\"name, file, stack, reason\" autocomplete=\"off\">\
             <label for=\"order\">Order</label><select id=\"order\"><option value=\"plan\">as they ran</option>\
             <option value=\"mark\">worst first</option><option value=\"wall\">longest real time</option>\
             <option value=\"virtual\">longest virtual time</option></select>\
             <button id=\"compare\" type=\"button\" disabled>Compare two</button>\
             <span id=\"shown\" role=\"status\"></span></div>\n",
        );
        html.push_str(
            "<table id=\"list\"><caption class=\"hidden\">Results</caption><thead><tr><th scope=\"col\"><span class=\"hidden\">Verdict</span></th>\
             <th scope=\"col\">Result</th><th scope=\"col\">Where</th><th scope=\"col\" class=\"number\">Virtual</th>\
             <th scope=\"col\" class=\"number\">Real</th><th scope=\"col\" class=\"pick\"><span class=\"hidden\">Compare</span></th></tr></thead>\n<tbody>\n",
        );
        let longest = self.items.iter().map(|item| item.wall_ms).max().unwrap_or(0).max(1);
        for (index, item) in self.items.iter().enumerate() {
            row(html, index, item, longest, &self.words);
        }
        html.push_str("</tbody></table>\n<p id=\"none\" hidden>Nothing matches.</p>\n<noscript><p>Without JavaScript this page shows the overview alone.</p></noscript>\n");
        html.push_str("<details class=\"about\"><summary>What ran</summary><dl>");
        for Row { name, text } in &self.facts {
            let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(text));
        }
        html.push_str("</dl></details>\n</section>\n");
    }

    /// How many there are of each kind: buttons that filter.
    fn counts(&self, html: &mut String) {
        let _ = write!(
            html,
            "<div class=\"counts\" id=\"counts\" role=\"group\" aria-label=\"Show\"><button type=\"button\" data-mark=\"\" aria-pressed=\"true\">all \
             <b>{}</b></button>",
            self.items.len()
        );
        for mark in Mark::ALL {
            let count = self.items.iter().filter(|item| item.mark == mark).count();
            if count > 0 {
                let (name, sign, words) = (mark.name(), mark.sign(), mark.words(&self.words));
                let _ = write!(
                    html,
                    "<button type=\"button\" class=\"m-{name}\" data-mark=\"{name}\" aria-pressed=\"false\"><span aria-hidden=\"true\">{sign}</span> \
                     {words} <b>{count}</b></button>"
                );
            }
        }
        html.push_str("</div>\n");
    }
}

/// Numbers stand at the right.
fn counted(html: &mut String, table: &Table) {
    let _ = write!(
        html,
        "<details class=\"counted\" open><summary>{}</summary><div class=\"scroll\"><table><caption class=\"hidden\">{0}</caption><thead><tr>",
        escape(&table.caption)
    );
    for name in &table.head {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escape(name));
    }
    html.push_str("</tr></thead><tbody>\n");
    for row in &table.rows {
        html.push_str("<tr>");
        for cell in row {
            let class = if cell.bytes().all(|octet| octet.is_ascii_digit()) { " class=\"number\"" } else { "" };
            let _ = write!(html, "<td{class}>{}</td>", escape(cell));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div></details>\n");
}

fn row(html: &mut String, index: usize, item: &Item, longest: u64, words: &Words) {
    let (name, sign, words) = (item.mark.name(), item.mark.sign(), item.mark.words(words));
    let of_run = if item.run.is_empty() { String::new() } else { format!(" · {}", item.run) };
    let (title, place) = (escape(&item.name), escape(&format!("{}{of_run}", item.place)));
    let found = escape(
        &[&item.group, &item.name, &item.place, &item.run, &item.short, &item.words]
            .map(|text| text.to_lowercase())
            .join(" "),
    );
    let same = escape(&format!("{}\u{1f}{}", item.group, item.name));
    let _ = write!(
        html,
        "<tr data-mark=\"{name}\" data-wall=\"{}\" data-virtual=\"{}\" data-same=\"{same}\" data-place=\"{place}\" data-text=\"{found}\">\
         <td class=\"m-{name}\"><span aria-hidden=\"true\">{sign}</span><span class=\"hidden\">{words}</span></td>\
         <th scope=\"row\"><a href=\"#r{index}\">{title}</a><span class=\"group\">{}</span>",
        item.wall_ms,
        item.virtual_us,
        escape(&item.group),
    );
    if !item.short.is_empty() {
        let _ = write!(html, "<span class=\"short\">{}</span>", escape(&item.short));
    }
    let share = item.wall_ms * 100 / longest;
    let _ = writeln!(
        html,
        "</th><td>{place}</td><td class=\"number\">{}</td><td class=\"number\"><span class=\"bar\" style=\"width:{share}%\"></span>{}</td>\
         <td class=\"pick\"><input type=\"checkbox\" value=\"{index}\" aria-label=\"Compare {title}, {place}\"></td></tr>",
        spelled(item.virtual_us),
        spelled(item.wall_ms.saturating_mul(1000)),
    );
}

/// `30m26s`, `28.6s`, `0.179s`.
fn spelled(micros: u64) -> String {
    let seconds = micros / 1_000_000;
    match seconds {
        0..10 => format!("{}.{:03}s", seconds, micros / 1000 % 1000),
        10..60 => format!("{}.{}s", seconds, micros / 100_000 % 10),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// The text as HTML, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Neither an HTML parser nor a reader has a use for the other control characters.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1e}' | '\u{7f}' => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}
