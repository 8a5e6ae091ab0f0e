//! A learnt machine as a drawing: SVG that needs no other program.
//!
//! In: a [`Document`]. Out: a box for each state with what leaves it there, and an arrow for each state that it leads to, with
//! inputs and answers in a box on its way. Where everything stands is [`layout`](crate::layout)'s.

use std::fmt::Write;

use super::document::Document;
use crate::layout::{Edge, Graph, Laid, Point, Size};

/// Width of a character of the labels and of the names, in pixels: a fixed-width font has them alike.
const CHARACTER: f64 = 6.6;
const NAME_CHARACTER: f64 = 8.4;
/// Height of a line of a label, and of a name.
const LINE: f64 = 14.0;
const NAME: f64 = 20.0;
/// Room around the text in a box, and around everything.
const PADDING: f64 = 8.0;
const MARGIN: f64 = 24.0;
/// Height of the title.
const TITLE: f64 = 30.0;
/// Colours for a light and a dark ground; 4.5 or more of contrast for every text.
const STYLE: &str = "svg { background: #ffffff; color-scheme: light dark; }\n\
    text { font: 11px ui-monospace, 'DejaVu Sans Mono', monospace; fill: #1b1f24; white-space: pre; }\n\
    .title { font: 600 15px system-ui, sans-serif; }\n\
    .name { font-size: 14px; font-weight: 700; }\n\
    .state { fill: #eef2f8; stroke: #0757b8; stroke-width: 1.5; }\n\
    .first { stroke-width: 3; }\n\
    .label { fill: #ffffff; stroke: #c9ced6; }\n\
    .edge { fill: none; stroke: #59636e; stroke-width: 1.2; }\n\
    .head { fill: #59636e; }\n\
    @media (prefers-color-scheme: dark) {\n\
    svg { background: #14171b; } text { fill: #e4e8ec; }\n\
    .state { fill: #1e2a3a; stroke: #7db5ff; } .label { fill: #14171b; stroke: #3c444d; }\n\
    .edge { stroke: #9aa5b1; } .head { fill: #9aa5b1; }\n\
    }\n";

/// The drawing of a machine.
pub fn svg(document: &Document) -> String {
    let everywhere = document.everywhere();
    let mut stays: Vec<Vec<String>> = vec![Vec::new(); document.states.len()];
    let mut labels: Vec<Vec<String>> = Vec::new();
    let mut edges = Vec::new();
    for (from, stays) in stays.iter_mut().enumerate() {
        for (to, seen) in document.edges(from, &everywhere) {
            let lines = seen.iter().flat_map(|(outputs, inputs)| lines(inputs, &outputs.to_string()));
            let lines: Vec<String> = lines.collect();
            match to == from {
                true => *stays = lines,
                false => {
                    edges.push(Edge { from, to, label: size(&lines, None) });
                    labels.push(lines);
                }
            }
        }
    }
    let nodes = document.states.iter().zip(&stays).map(|(name, stays)| size(stays, Some(name))).collect();
    let laid = Graph { nodes, edges }.laid();
    let below: Vec<String> = everywhere
        .iter()
        .map(|place| {
            let (outputs, next) = document.machine.step(0, *place);
            format!("in every state: {} / {outputs} to {}", document.machine.inputs()[*place], document.states[next])
        })
        .collect();
    drawn(document, &laid, &stays, &labels, &below)
}

/// Longest line of a label: more inputs go to the next.
const LONGEST: usize = 24;

/// `RCN(Nak) RCN(Reject) / scr`, in as many lines as it takes.
fn lines(inputs: &[&str], outputs: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in inputs.iter().copied().chain([&*format!("/ {outputs}")]) {
        let last = lines.len() - 1;
        let blank = if lines[last].is_empty() { "" } else { " " };
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > LONGEST {
            lines.push(format!("  {word}"));
        } else {
            lines[last].push_str(&format!("{blank}{word}"));
        }
    }
    lines
}

/// The size of a box with these lines below a name.
fn size(lines: &[String], name: Option<&String>) -> Size {
    let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) as f64 * CHARACTER;
    let name_width = name.map_or(0.0, |name| name.chars().count() as f64 * NAME_CHARACTER);
    let height = lines.len() as f64 * LINE + if name.is_some() { NAME } else { 0.0 };
    Size { width: widest.max(name_width) + 2.0 * PADDING, height: height + PADDING }
}

fn drawn(document: &Document, laid: &Laid, stays: &[Vec<String>], labels: &[Vec<String>], below: &[String]) -> String {
    let title = format!("{} of {}", document.layer.name(), document.subject);
    let foot = below.len() as f64 * LINE;
    let width = (laid.size.width + 2.0 * MARGIN).max(title.chars().count() as f64 * NAME_CHARACTER + 2.0 * MARGIN);
    let height = laid.size.height + 2.0 * MARGIN + TITLE + foot;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         role=\"img\" aria-label=\"{}\">\n<title>{0}</title>\n<style>\n{STYLE}</style>\n",
        escaped(&title)
    );
    svg.push_str(
        "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
         <path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n",
    );
    let _ = writeln!(svg, "<text class=\"title\" x=\"{MARGIN}\" y=\"{MARGIN}\">{}</text>", escaped(&title));
    let _ = writeln!(svg, "<g transform=\"translate({MARGIN} {})\">", MARGIN + TITLE);
    for edge in &laid.edges {
        for (part, points) in [(&edge.before, false), (&edge.after, true)] {
            let head = if points { " marker-end=\"url(#head)\"" } else { "" };
            let _ = writeln!(svg, "<path class=\"edge\" d=\"{}\"{head}/>", curve(part));
        }
    }
    for (edge, lines) in laid.edges.iter().zip(labels) {
        boxed(&mut svg, "label", edge.label, size(lines, None), None, lines);
    }
    for (state, (at, lines)) in laid.nodes.iter().zip(stays).enumerate() {
        let name = &document.states[state];
        let class = if state == 0 { "state first" } else { "state" };
        boxed(&mut svg, class, *at, size(lines, Some(name)), Some(name), lines);
    }
    svg.push_str("</g>\n");
    for (number, line) in below.iter().enumerate() {
        let y = height - MARGIN - foot + (number + 1) as f64 * LINE;
        let _ = writeln!(svg, "<text x=\"{MARGIN}\" y=\"{y:.1}\">{}</text>", escaped(line));
    }
    svg + "</svg>\n"
}

/// A box with its text, around this point.
fn boxed(svg: &mut String, class: &str, at: Point, size: Size, name: Option<&String>, lines: &[String]) {
    let (x, y) = (at.x - size.width / 2.0, at.y - size.height / 2.0);
    let Size { width, height } = size;
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"5\"/>"
    );
    let mut baseline = y + PADDING / 2.0;
    if let Some(name) = name {
        baseline += NAME;
        let _ = writeln!(
            svg,
            "<text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            at.x,
            baseline - 5.0,
            escaped(name)
        );
    }
    for line in lines {
        baseline += LINE;
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", x + PADDING, baseline - 3.0, escaped(line));
    }
}

/// A line through these points, upright where it begins and ends.
fn curve(points: &[Point]) -> String {
    let mut path = String::new();
    for (number, point) in points.iter().enumerate() {
        let Some(before) = number.checked_sub(1).map(|number| points[number]) else {
            let _ = write!(path, "M{:.1} {:.1}", point.x, point.y);
            continue;
        };
        let middle = f64::midpoint(before.y, point.y);
        let _ = write!(path, "C{:.1} {middle:.1} {:.1} {middle:.1} {:.1} {:.1}", before.x, point.x, point.x, point.y);
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
