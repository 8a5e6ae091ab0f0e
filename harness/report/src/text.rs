//! Text on a screen of limited width: measured in columns, not in octets or characters.
//!
//! In: text from anywhere, also from a wire or a log. Out: text with no control character in it, cut, padded or
//! wrapped to columns (UAX #11), so that a name in any script keeps a table straight.

use std::fmt::Write as _;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that `text` takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `text` with control characters written as `\n`, `\t`, `\x1b`, so that it can neither break a line nor steer a
/// terminal.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            // Bidirectional controls would reorder what stands around them.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            _ if character.is_control() => {
                let _ = write!(shown, "\\x{:02x}", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown
}

/// `text`, or as much of its beginning as fits into `columns` together with `ellipsis`.
pub fn fit(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (head, _) = split_at_column(text, columns.saturating_sub(width(ellipsis)));
    format!("{}{}", head.trim_end(), ellipsis)
}

/// `text` followed by blanks up to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{:blanks$}", "")
}

/// Breaks `text` at blanks into lines of at most `columns`; a word longer than a line is broken where the line ends.
/// Never empty, and no column is narrower than one character.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    wrap_hanging(text, columns, 0)
}

/// `lead` and the wrapped `text` after it, every further line indented to the column where `text` begins plus
/// `hang`. Ends with a newline.
pub fn hang(lead: &str, text: &str, hang: usize, columns: usize) -> String {
    let start = width(lead);
    // Where the lead leaves no room worth having, a line may be longer than asked for rather than one letter wide.
    let room = columns.saturating_sub(start).max(16);
    let mut shown = String::new();
    for (index, line) in wrap_hanging(text, room, hang).iter().enumerate() {
        let lead = if index == 0 { lead.to_owned() } else { " ".repeat(start + hang) };
        let _ = writeln!(shown, "{}", format!("{lead}{line}").trim_end());
    }
    shown
}

/// [`wrap`], all lines but the first `hang` columns shorter.
fn wrap_hanging(text: &str, columns: usize, hang: usize) -> Vec<String> {
    let mut room = columns.max(1);
    let mut lines = Vec::new();
    let mut rest = text.trim_end();
    loop {
        let (head, tail) = split_at_column(rest, room);
        if tail.is_empty() {
            break;
        }
        // A blank right after the head means that the head is whole words; else go back to the last blank in it.
        let cut = if tail.starts_with(' ') { Some(head.len()) } else { head.rfind(' ') };
        let indent = rest.len() - rest.trim_start().len();
        let (line, next) = match cut {
            Some(cut) if cut > indent => rest.split_at(cut),
            _ if head.is_empty() => rest.split_at(rest.chars().next().map_or(0, char::len_utf8)),
            _ => (head, tail),
        };
        lines.push(line.trim_end().to_owned());
        rest = next.trim_start();
        room = columns.saturating_sub(hang).max(1);
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

/// A time span for people, in at most seven columns: `0.012s`, `1.32s`, `42.1s`, `6m21s`, `3h12m`, `2d04h`.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    // Cut, not rounded: a span shown as `60.0s` or `5m60s` would be none.
    let (millis, centis, tenths) = (time.subsec_millis(), time.subsec_millis() / 10, time.subsec_millis() / 100);
    match seconds {
        0 => format!("0.{millis:03}s"),
        1..10 => format!("{seconds}.{centis:02}s"),
        10..60 => format!("{seconds}.{tenths}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// `count` things: `1 step`, `2 steps`.
pub fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// Cuts where the next character would pass `columns`.
fn split_at_column(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    for (offset, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        if used > columns {
            return text.split_at(offset);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_and_combining_characters_are_measured_in_columns() {
        assert_eq!(width("着信"), 4);
        assert_eq!(fit("着信着信", 7, "…"), "着信着…");
        assert_eq!(pad("e\u{301}", 3), "e\u{301}  ");
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        assert_eq!(printable("a\x1b[31m\r\n\u{202e}b"), "a\\x1b[31m\\r\\n\\u{202e}b");
    }

    #[test]
    fn lines_break_at_blanks_and_long_words_where_the_line_ends() {
        assert_eq!(wrap("the modem is off hook", 9), ["the modem", "is off", "hook"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("着信", 1), ["着", "信"]);
    }

    #[test]
    fn further_lines_hang_below_the_text() {
        let shown = hang("1.0  ", "[LCP ConfReq id=0x1 <mru 1500>]", 2, 22);
        assert_eq!(shown, "1.0  [LCP ConfReq\n       id=0x1 <mru\n       1500>]\n");
        assert_eq!(
            hang("", &"x".repeat(40), 4, 16),
            format!("{0}\n    {1}\n    {1}\n", "x".repeat(16), "x".repeat(12))
        );
    }

    #[test]
    fn spans_have_three_figures_and_never_sixty_seconds() {
        let shown = [12, 1_329, 59_999, 119_999, 381_400, 11_520_000].map(|ms| span(Duration::from_millis(ms)));
        assert_eq!(shown, ["0.012s", "1.32s", "59.9s", "1m59s", "6m21s", "3h12m"]);
        assert_eq!(span(Duration::from_secs(187_200)), "2d04h");
    }
}
