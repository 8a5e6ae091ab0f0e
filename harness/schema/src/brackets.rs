//! A look at a text without reading it: where its comments, texts and braces are, and which of them are not closed.
//!
//! The KDL parser says that something is not closed, and little of where. Lines and their indentation say more: here
//! every text that is not closed on its line, every comment and long text without an end, and every brace without its
//! other half is found, each once. The parser has the last word.

use std::ops::Range;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Comments, with their signs.
    pub(crate) comments: Vec<Range<usize>>,
    /// Texts that are not closed on their line: from the first quote of the line to its end, less the braces there.
    pub(crate) open_texts: Vec<Range<usize>>,
    /// A comment or a text of several lines that is never closed: its opening signs.
    pub(crate) endless: Option<(Range<usize>, Endless)>,
    /// Braces of blocks: where, and whether it opens one.
    braces: Vec<(usize, bool)>,
}

/// What has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endless {
    Comment,
    Text,
}

/// A brace without its other half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Odd {
    /// Opens a block that is not closed; where it could be closed: before the line that begins there.
    Unclosed { at: usize, before: Option<usize> },
    /// Closes nothing.
    Extra { at: usize },
}

/// Looks at `text`.
pub(crate) fn look(text: &str) -> Seen {
    let mut seen = Seen::default();
    let octets = text.as_bytes();
    let (mut at, mut first_quote, mut line_end) = (0, None, 0);
    while let Some(octet) = octets.get(at) {
        let rest = text.get(at..).unwrap_or("");
        match octet {
            b'\n' => {
                first_quote = None;
                at += 1;
            }
            b'/' if rest.starts_with("//") => {
                let len = rest.find('\n').unwrap_or(rest.len());
                seen.comments.push(at..at + len);
                at += len;
            }
            b'/' if rest.starts_with("/*") => match comment(rest) {
                Some(len) => {
                    seen.comments.push(at..at + len);
                    at += len;
                }
                None => {
                    seen.endless = Some((at..at + 2, Endless::Comment));
                    return seen;
                }
            },
            b'#' => match raw(rest) {
                Raw::Not(signs) => at += signs,
                Raw::Closed(len) => at += len,
                Raw::Endless(open) => {
                    seen.endless = Some((at..at + open, Endless::Text));
                    return seen;
                }
            },
            b'"' if rest.starts_with("\"\"\"") => match closing(rest, 3) {
                Some(len) => at += len,
                None => {
                    seen.endless = Some((at..at + 3, Endless::Text));
                    return seen;
                }
            },
            b'"' => {
                if line_end <= at {
                    line_end = at + rest.find('\n').unwrap_or(rest.len());
                }
                let line = text.get(at..line_end).unwrap_or("");
                let first = *first_quote.get_or_insert(at);
                match closing(line, 1) {
                    Some(len) => at += len,
                    None => {
                        let tail =
                            line.len() - line.trim_end_matches(|c: char| c.is_whitespace() || "{};".contains(c)).len();
                        let end = at + (line.len() - tail).max(1);
                        seen.open_texts.push(first..end);
                        at = end;
                    }
                }
            }
            b'{' | b'}' => {
                seen.braces.push((at, *octet == b'{'));
                at += 1;
            }
            _ => at += 1,
        }
    }
    seen
}

/// The length of a comment that may have others in it.
fn comment(rest: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    let octets = rest.as_bytes();
    while let Some(pair) = octets.get(at..at + 2) {
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth = depth.saturating_sub(1),
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// What begins with `#`.
enum Raw {
    /// No raw text; so many signs.
    Not(usize),
    /// A raw text of this length.
    Closed(usize),
    /// A raw text that is never closed, with the length of its opening signs.
    Endless(usize),
}

fn raw(rest: &str) -> Raw {
    let after = rest.trim_start_matches('#');
    let signs = rest.len() - after.len();
    let quotes = if after.starts_with("\"\"\"") { 3 } else { usize::from(after.starts_with('"')) };
    if quotes == 0 {
        return Raw::Not(signs);
    }
    let open = signs + quotes;
    let end = format!("{}{}", "\"".repeat(quotes), "#".repeat(signs));
    match rest.get(open..).and_then(|rest| rest.find(&end)) {
        Some(len) => Raw::Closed(open + len + end.len()),
        None => Raw::Endless(open),
    }
}

/// The length of a text that begins and ends with so many quotes, with its quotes.
fn closing(rest: &str, quotes: usize) -> Option<usize> {
    let octets = rest.as_bytes();
    let end = &b"\"\"\""[..quotes.min(3)];
    let mut at = quotes;
    while at < octets.len() {
        match octets.get(at) {
            Some(b'\\') => at += 2,
            _ if octets.get(at..at + quotes) == Some(end) => return Some(at + quotes),
            _ => at += 1,
        }
    }
    None
}

impl Seen {
    /// The braces without their other half, judged by indentation where the counts differ.
    pub(crate) fn odd(&self, text: &str) -> Vec<Odd> {
        let opens = self.braces.iter().filter(|(_, opens)| *opens).count();
        let closes = self.braces.len() - opens;
        let mut odd = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut spare = closes.saturating_sub(opens);
        let mut lacking = opens.saturating_sub(closes);
        for (at, opens) in self.braces.iter().copied() {
            if opens {
                open.push(at);
                continue;
            }
            let alone = before_on_line(text, at).trim().is_empty();
            // A brace on a line of its own closes what began at the same indentation.
            while lacking > 0
                && alone
                && open.len() > 1
                && open.last().is_some_and(|last| indentation(text, *last) > indentation(text, at))
            {
                if let Some(last) = open.pop() {
                    odd.push(unclosed(text, last, at));
                    lacking -= 1;
                }
            }
            let strange = match open.last() {
                None => true,
                Some(last) if alone => indentation(text, *last) != indentation(text, at),
                Some(last) => line_start(text, *last) != line_start(text, at),
            };
            if open.is_empty() || strange && spare > 0 {
                odd.push(Odd::Extra { at });
                spare = spare.saturating_sub(1);
            } else {
                open.pop();
            }
        }
        odd.extend(open.into_iter().rev().map(|last| unclosed(text, last, text.len())));
        odd
    }
}

/// A block that is not closed before `end`: where it probably ends.
fn unclosed(text: &str, at: usize, end: usize) -> Odd {
    let own = indentation(text, at);
    let mut before = None;
    let mut start = at;
    while let Some(newline) = text.get(start..end).and_then(|rest| rest.find('\n')) {
        start += newline + 1;
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        if start < text.len() && !line.trim().is_empty() && indentation(text, start) <= own {
            before = Some(start);
            break;
        }
    }
    Odd::Unclosed { at, before }
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

fn before_on_line(text: &str, at: usize) -> &str {
    text.get(line_start(text, at)..at).unwrap_or("")
}

/// Blanks at the start of the line that `at` is in.
fn indentation(text: &str, at: usize) -> usize {
    let line = text.get(line_start(text, at)..).unwrap_or("");
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_texts_and_comments_are_none() {
        let text = "a \"{\" { // {\n /* { /* } */ } */ b #\"}\"# \"\"\"\n }\n\"\"\"\n}\n";
        assert_eq!(look(text).odd(text), []);
    }

    #[test]
    fn the_block_that_is_not_closed_is_known_by_its_indentation() {
        let text = "a {\n  b {\n    c\n  d\n}\n";
        assert_eq!(look(text).odd(text), [Odd::Unclosed { at: 8, before: Some(16) }]);
        let text = "a {\n  b {\n    c\n  }\n";
        assert_eq!(look(text).odd(text), [Odd::Unclosed { at: 2, before: None }]);
    }

    #[test]
    fn a_brace_too_many_is_the_one_that_does_not_fit() {
        let text = "a {\n  b {\n    c }\n  }\n  d\n}\n";
        assert_eq!(look(text).odd(text), [Odd::Extra { at: 16 }]);
        let text = "a {\n  b\n}\n}\n";
        assert_eq!(look(text).odd(text), [Odd::Extra { at: 10 }]);
    }

    #[test]
    fn a_text_that_is_not_closed_on_its_line_leaves_the_brace_behind_it() {
        let text = "a \"b c=\"d\" {\n}\n";
        let seen = look(text);
        assert_eq!(seen.open_texts.first(), Some(&(2..10)));
        let text = "a \"b {\n}\n";
        assert_eq!(look(text).open_texts.first(), Some(&(2..4)));
        assert_eq!(look(text).odd(text), []);
    }
}
