//! Links of a page: Markdown in; where each leads, and what an anchor may name, out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A link or an image.
pub(crate) struct Link {
    pub(crate) to: String,
    /// Where in its page, from 1.
    pub(crate) line: usize,
}

/// Every link and image of a page, and the files that mdBook takes in (`{{#include FILE}}`).
pub(crate) fn links(text: &str) -> Vec<Link> {
    let line_of = |at: usize| text[..at].matches('\n').count() + 1;
    let mut links = Vec::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
            links.push(Link { to: dest_url.into_string(), line: line_of(range.start) });
        }
    }
    for (at, begin) in text.match_indices("{{#include ") {
        let rest = &text[at + begin.len()..];
        let to = rest.split("}}").next().unwrap_or_default().to_owned();
        links.push(Link { to, line: line_of(at) });
    }
    links
}

impl Link {
    /// Whether it leads anywhere, from that page of the repository; the reason if not. What is outside is not looked for.
    pub(crate) fn followed(&self, root: &Path, page: &Path) -> Result<(), String> {
        if self.to.contains("://") || self.to.starts_with("mailto:") {
            return Ok(());
        }
        let (path, anchor) = self.to.split_once('#').map_or((&*self.to, None), |(path, anchor)| (path, Some(anchor)));
        let from = root.join(page);
        let target = if path.is_empty() { from } else { from.parent().unwrap().join(path) };
        // Above the root nothing is the repository's, whatever lies there on this machine.
        let depth = page.components().count() - 1;
        if path.split('/').filter(|part| *part == "..").count() > depth {
            return Err("it leads out of the repository".to_owned());
        }
        let Ok(mut target) = target.canonicalize() else { return Err("there is no such file".to_owned()) };
        let Some(anchor) = anchor else { return Ok(()) };
        if target.is_dir() {
            target.push("README.md");
        }
        let name = target.strip_prefix(root).unwrap().display().to_string();
        if target.extension().is_none_or(|extension| extension != "md") {
            return Err(format!("{name} has no headings"));
        }
        let text = fs::read_to_string(&target).map_err(|error| format!("{name}: {error}"))?;
        if anchors(&text).iter().any(|there| there == anchor) {
            return Ok(());
        }
        Err(format!("{name} has no such heading"))
    }
}

/// The anchors of a page's headings, as GitHub and mdBook make them: lower case, without punctuation, blanks as hyphens,
/// and a number where the same stands again.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let mut anchors = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let count = counts.entry(slug.clone()).or_default();
                anchors.push(if *count == 0 { slug } else { format!("{slug}-{count}") });
                *count += 1;
            }
            _ => {}
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    let kept = |letter: char| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter if letter.is_alphanumeric() => Some(letter),
        _ => None,
    };
    heading.to_lowercase().chars().filter_map(kept).collect()
}
