//! How a [`Picture`] looks: a list of lines with their lamps, below it the chosen line in full.
//!
//! Columns go as the terminal gets narrower: first the links, then the lamps, which then stand in the lower part.
//! A lamp that is lit is a filled circle under its label, so that colours say nothing that cannot be read without.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph, Row, Table, TableState, Wrap};

use super::{Detail, Picture, Selection};
use crate::panel::Lamps;

/// From so many columns on lamps stand beside each line.
const WITH_LAMPS: u16 = 60;
/// From so many columns on links do, too.
const WITH_LINKS: u16 = 76;
/// Columns of all lamps: a label of two, and a blank after it.
const LAMPS: u16 = 24;
/// Rows that the chosen line needs at least.
const DETAIL: u16 = 9;

const HELP: &[&str] = &[
    "up, down    choose a line",
    "h           hang it up",
    "q           end: all calls are cleared,",
    "            all links removed",
    "any key     leave this help",
    "",
    "AA answers by itself   CD carrier",
    "OH off hook            RI ring burst",
    "RD octets to the DTE   SD from the DTE",
    "TR DTE is there        MR modem is there",
];

/// Draws all of it.
pub fn draw(frame: &mut Frame<'_>, picture: &Picture, selection: Selection) {
    let area = frame.area();
    let rows = u16::try_from(picture.lines.len()).unwrap_or(u16::MAX).saturating_add(1);
    let most = area.height.saturating_sub(2 + DETAIL).max(3);
    let [title, list, detail, keys] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(rows.min(most)),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(headline(picture, title.width)), title);
    draw_list(frame, list, picture, selection);
    draw_detail(frame, detail, picture, selection);
    let keys_text = if area.width < WITH_LAMPS {
        " ↑↓ h hang up  ? help  q quit"
    } else {
        " ↑↓ choose a line   h hang it up   ? help   q quit"
    };
    frame.render_widget(Paragraph::new(keys_text).dim(), keys);
    if selection.help {
        draw_help(frame, area);
    }
}

fn headline(picture: &Picture, width: u16) -> Line<'static> {
    let calls = picture.lines.iter().filter(|line| line.busy).count();
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let left = format!(" offhook modem   {}, {} in use", count(picture.lines.len(), "line"), calls);
    let room = usize::from(width).saturating_sub(left.chars().count() + picture.clock.chars().count() + 1);
    let mut spans = vec![Span::from(left).bold()];
    if room > 0 {
        spans.push(Span::from(format!("{}{}", " ".repeat(room), picture.clock)));
    }
    Line::from(spans)
}

fn draw_list(frame: &mut Frame<'_>, area: Rect, picture: &Picture, selection: Selection) {
    let (links, lamps) = (area.width >= WITH_LINKS, area.width >= WITH_LAMPS);
    let longest = |of: fn(&super::Row) -> &str, least: usize, most: usize| {
        let longest = picture.lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0);
        u16::try_from(longest.clamp(least, most)).unwrap_or(u16::MAX)
    };
    let mut widths = vec![Constraint::Length(longest(|line| &line.number, 8, 16))];
    let mut header = vec![Line::from("number")];
    if links {
        widths.push(Constraint::Length(longest(|line| &line.link, 8, if area.width < 100 { 14 } else { 32 })));
        header.push(Line::from("link"));
    }
    widths.push(Constraint::Fill(1));
    header.push(Line::from("state"));
    if lamps {
        widths.push(Constraint::Length(LAMPS));
        header.push(Line::from(labels()));
    }
    let rows = picture.lines.iter().map(|line| {
        let mut cells = vec![Line::from(line.number.as_str())];
        if links {
            cells.push(Line::from(line.link.as_str()));
        }
        let state = Span::from(line.state.as_str());
        cells.push(Line::from(if line.busy { state.bold() } else { state }));
        if lamps {
            cells.push(lamp_line(line.lamps));
        }
        Row::new(cells)
    });
    let table = Table::new(rows, widths)
        .header(Row::new(header).style(Style::new().add_modifier(Modifier::DIM)))
        .highlight_symbol("> ")
        .highlight_spacing(ratatui::widgets::HighlightSpacing::Always);
    let mut state = TableState::new().with_selected((!picture.lines.is_empty()).then_some(selection.line));
    frame.render_stateful_widget(table, area, &mut state);
}

fn labels() -> String {
    Lamps::LABELS.map(|label| format!("{label} ")).concat()
}

/// The lamps of one modem, below their labels.
fn lamp_line(lamps: Lamps) -> Line<'static> {
    let lamp = |lit: bool| {
        if lit { Span::styled("●  ", Style::new().fg(Color::LightRed)) } else { Span::from("·  ").dim() }
    };
    Line::from(lamps.lit().map(lamp).to_vec())
}

fn draw_detail(frame: &mut Frame<'_>, area: Rect, picture: &Picture, selection: Selection) {
    let detail = &picture.detail;
    let block = Block::new().borders(Borders::TOP).title(format!(" {} ", detail.title));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let width = usize::from(inner.width);
    let mut text: Vec<Line<'_>> = Vec::new();
    if area.width < WITH_LAMPS
        && let Some(line) = picture.lines.get(selection.line)
    {
        text.push(Line::from(format!(" {}", labels())).dim());
        let mut lamps = lamp_line(line.lamps);
        lamps.spans.insert(0, Span::from(" "));
        text.push(lamps);
    }
    if detail.has_dte {
        text.push(Line::from(octets_of(detail)));
    }
    // What happened is worth more rows than what is set.
    let most = usize::from(inner.height) / 3;
    let settings = filled(&detail.settings, width).into_iter().chain(filled(&detail.parameters, width));
    text.extend(settings.take(most.max(1)).map(|line| Line::from(line).dim()));
    let rest = usize::from(inner.height).saturating_sub(text.len());
    let first = detail.events.len().saturating_sub(rest);
    text.extend(detail.events.iter().skip(first).map(|event| Line::from(format!(" {event}"))));
    frame.render_widget(Paragraph::new(text), inner);
}

fn octets_of(detail: &Detail) -> String {
    let mut octets = format!(" {} octets from the DTE, {} to it", grouped(detail.sent), grouped(detail.received));
    if detail.lost > 0 {
        octets.push_str(&format!(", {} lost", grouped(detail.lost)));
    }
    octets
}

fn draw_help(frame: &mut Frame<'_>, area: Rect) {
    let (width, height) = (44.min(area.width), (HELP.len() as u16 + 2).min(area.height));
    let place = Rect { x: (area.width - width) / 2, y: (area.height - height) / 2, width, height };
    frame.render_widget(Clear, place);
    let text: Vec<Line<'_>> = HELP.iter().map(|line| Line::from(format!(" {line}"))).collect();
    let help = Paragraph::new(text).wrap(Wrap { trim: false }).block(Block::bordered().title(" help "));
    frame.render_widget(help, place);
}

/// Words in lines of at most `width` columns, a blank before each.
fn filled(words: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!(" {word}")),
        }
    }
    lines
}

/// A number with blanks between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
