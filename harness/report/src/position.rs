//! Places in a scenario's text: octet offset to line and column, and the source line with carets below it.

use std::fmt::Write as _;

use super::style::{Ink, Style};
use super::text::{fit, printable, width};
use offhook_base::SourceFile;
use offhook_base::Span;

/// Columns that a tab takes in a shown source line.
const TAB: &str = "    ";

/// A place in a text as editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Character within the line, from 1.
    pub column: usize,
}

impl Position {
    /// The place of the octet at `offset`; past the end or within a character, the nearest place before it.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = &text[..boundary(text, offset)];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self { line: before.matches('\n').count() + 1, column: before[start..].chars().count() + 1 }
    }
}

/// Where `span` stands, with its first line and carets:
///
/// ```text
///   --> scenarios/idle.kdl:27:9
///    |
/// 27 |         expect-hangup after="5m" by="server"
///    |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
/// ```
pub fn caret(source: &SourceFile, span: Span, style: Style) -> String {
    let text: &str = &source.text;
    let position = Position::of(text, span.offset);
    let start = boundary(text, span.offset);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let end = boundary(text, span.offset.saturating_add(span.len)).clamp(start, line_end);

    let number = position.line.to_string();
    let gutter = number.len();
    let room = style.width.saturating_sub(gutter + 3).max(8);
    let lead = shown(&text[line_start..start]);
    let marked = shown(text[start..end].trim_end());
    let tail = shown(text[end..line_end].trim_end());

    // A line too long for the screen loses its indentation first, then its end.
    let trimmed = if width(&lead) + width(&marked) > room { lead.trim_start() } else { lead.as_str() };
    let trimmed = if width(trimmed) + 4 > room { "" } else { trimmed };
    let whole = fit(&format!("{trimmed}{marked}{tail}"), room, style.ellipsis());
    let blanks = width(trimmed);
    let carets = width(&marked).clamp(1, room.saturating_sub(blanks).max(1));

    let bar = style.paint(Ink::Dim, "|");
    let mut block = String::new();
    let path = printable(&source.path.display().to_string());
    let arrow = style.paint(Ink::Dim, "-->");
    let _ = writeln!(block, "{:gutter$}{arrow} {path}:{}:{}", "", position.line, position.column);
    let _ = writeln!(block, "{:gutter$} {bar}", "");
    let _ = writeln!(block, "{} {bar} {whole}", style.paint(Ink::Dim, &number));
    let _ = writeln!(block, "{:gutter$} {bar} {:blanks$}{}", "", "", style.paint(Ink::Bad, &"^".repeat(carets)));
    block
}

/// The last character boundary at or before `offset`.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

fn shown(text: &str) -> String {
    printable(&text.replace('\t', TAB).replace('\r', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> SourceFile {
        SourceFile { path: "s.kdl".into(), text: text.into() }
    }

    #[test]
    fn lines_and_columns_count_from_one_and_columns_count_characters() {
        assert_eq!(Position::of("a\nöb", 4), Position { line: 2, column: 2 });
        assert_eq!(Position::of("a\n", 2), Position { line: 2, column: 1 });
    }

    #[test]
    fn an_offset_outside_the_text_or_within_a_character_is_no_panic() {
        assert_eq!(Position::of("ö", 1), Position { line: 1, column: 1 });
        assert_eq!(Position::of("ab", 99), Position { line: 1, column: 3 });
        let span = Span { offset: usize::MAX, len: usize::MAX };
        assert!(caret(&source("ab"), span, Style::plain(40)).contains("s.kdl:1:3"));
    }

    #[test]
    fn carets_stand_below_wide_characters_and_tabs() {
        let text = "call\n\tname=\"着信\" ring 8";
        let offset = text.find("ring").map_or(0, |offset| offset);
        let block = caret(&source(text), Span { offset, len: 6 }, Style::plain(60));
        assert_eq!(block, " --> s.kdl:2:12\n  |\n2 |     name=\"着信\" ring 8\n  |                 ^^^^^^\n");
    }

    #[test]
    fn a_span_over_several_lines_is_marked_on_its_first() {
        let block = caret(&source("call {\n  ring 8\n}"), Span { offset: 0, len: 17 }, Style::plain(60));
        assert!(block.ends_with("1 | call {\n  | ^^^^^^\n"), "{block}");
    }

    #[test]
    fn a_long_line_on_a_narrow_screen_keeps_the_carets_on_it() {
        let text = format!("{:40}expect-log \"mgetty\" \"{}\"", "", "x".repeat(90));
        let block = caret(&source(&text), Span { offset: 40, len: 20 }, Style::plain(40));
        assert!(block.lines().all(|line| width(line) <= 40), "{block}");
        assert!(block.contains("1 | expect-log") && block.contains("  | ^^^^"), "{block}");
    }
}
