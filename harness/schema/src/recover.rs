//! A KDL text with slips in it, made into one that can be parsed: what is damaged is told and blanked, the rest stays.
//!
//! Every octet keeps its place, so that places in the repaired text are places in the text. A repair may lose what stood
//! beside a slip, and never invents a word: readers leave out of account what lies in a damaged place, and do not say of a
//! block with such a place in it that something is missing.

use std::ops::Range;

use kdl::KdlDocument;

use crate::brackets::{Endless, Odd, look};
use crate::fault;
use crate::problem::Problem;
use crate::syntax::{first_problem, token};
use offhook_base::Span;

/// Slips that are told of one text. Whoever has more has another kind of file.
const MOST_SLIPS: usize = 50;
/// Octets that are parsed for one text, all attempts together, besides the first: a bound for hostile files.
const MOST_OCTETS: usize = 16 << 20;

/// What is left of a text.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// The document without what was damaged; `None`: nothing could be made of it.
    pub(crate) document: Option<KdlDocument>,
    /// The text as it was parsed at last.
    pub(crate) text: String,
    /// The slips, in no particular order.
    pub(crate) problems: Vec<Problem>,
    /// Where the text was changed.
    pub(crate) damaged: Vec<Span>,
}

/// Makes what can be made of a text that is not KDL.
pub(crate) fn recover(text: &str) -> Recovered {
    let mut work = Work { text: text.as_bytes().to_vec(), problems: Vec::new(), damaged: Vec::new(), parsed: 0 };
    work.close();
    let mut document = None;
    for _ in 0..MOST_SLIPS {
        let Some(now) = work.parse() else { break };
        match now {
            Ok(good) => {
                document = Some(good);
                break;
            }
            Err((problem, at)) => {
                // What is wrong where the text was changed follows from what has been told, unless nothing has.
                if work.problems.is_empty() || at < text.len() && !work.is_damaged(at) {
                    work.problems.push(problem);
                }
                if !work.repair(at) {
                    break;
                }
            }
        }
    }
    Recovered { document, text: work.text().to_owned(), problems: work.problems, damaged: work.damaged }
}

struct Work {
    text: Vec<u8>,
    problems: Vec<Problem>,
    damaged: Vec<Span>,
    parsed: usize,
}

impl Work {
    fn text(&self) -> &str {
        // Only whole characters are ever replaced, each octet by an ASCII one.
        std::str::from_utf8(&self.text).unwrap_or("")
    }

    /// Puts `with` in the place of each octet of `range`, but not of the ends of lines.
    fn replace(&mut self, range: Range<usize>, with: u8) {
        if let Some(octets) = self.text.get_mut(range) {
            octets.iter_mut().filter(|octet| **octet != b'\n').for_each(|octet| *octet = with);
        }
    }

    fn damage(&mut self, range: Range<usize>) {
        self.damaged.push(Span { offset: range.start, len: range.len().max(1) });
    }

    fn is_damaged(&self, at: usize) -> bool {
        self.damaged.iter().any(|place| (place.offset..place.offset + place.len).contains(&at))
    }

    fn tell(&mut self, message: &str, range: Range<usize>, label: &str, help: &str) {
        let at = Span { offset: range.start, len: range.len() };
        self.problems.push(Problem::new(fault::SYNTAX, message, at, label).help(help));
    }

    /// Finds and repairs everything that is opened and not closed, and the reverse.
    fn close(&mut self) {
        let seen = look(self.text());
        for comment in seen.comments {
            self.replace(comment, b' ');
        }
        for open in seen.open_texts {
            let start = word_start(self.text(), open.start);
            // What is told begins at the last quote of the line, as nothing can follow it.
            let last = self.text().get(open.clone()).and_then(|line| line.rfind('"')).unwrap_or(0) + open.start;
            self.tell("this text is not closed on its line", last..open.end, "closing quote missing", "add a \"");
            self.replace(start..open.end, b' ');
            self.damage(start..open.end);
        }
        if let Some((open, what)) = seen.endless {
            let (message, help) = match what {
                Endless::Comment => ("this comment is not closed", "add a */"),
                Endless::Text => ("this text is not closed", "add the same quotes at its end"),
            };
            self.tell(message, open.clone(), "opened here", help);
            let (start, end) = (word_start(self.text(), open.start), self.text.len());
            self.replace(start..end, b' ');
            self.damage(start..end);
            self.close_all();
            return;
        }
        let text = self.text().to_owned();
        for odd in look(&text).odd(&text) {
            match odd {
                Odd::Extra { at } => {
                    self.tell("this } closes nothing", at..at + 1, "no block is open here", "remove it, or add a {");
                    self.replace(at..at + 1, b' ');
                    self.damage(at..at + 1);
                }
                Odd::Unclosed { at, before } => {
                    self.tell("this block is not closed", at..at + 1, "opened here", "add a }");
                    if !before.is_some_and(|line| self.close_before(line)) {
                        self.text.push(b'}');
                        self.damage(at..self.text.len());
                    }
                }
            }
        }
    }

    /// After everything to the end was blanked: closes what is still open, at the end.
    fn close_all(&mut self) {
        let text = self.text().to_owned();
        for odd in look(&text).odd(&text) {
            if let Odd::Unclosed { .. } = odd {
                self.text.push(b'}');
            }
        }
    }

    /// Closes a block before the line that begins at `line`, if there is room for a brace.
    fn close_before(&mut self, line: usize) -> bool {
        let Some(end) = line.checked_sub(1) else { return false };
        match (self.text.get(line).copied(), end.checked_sub(1).and_then(|at| self.text.get(at)).copied()) {
            // The indentation gives an octet.
            (Some(b' ' | b'\t'), _) => {
                self.set(end, b'}');
                self.set(line, b'\n');
                self.damage(end..end + 1);
            }
            // So does the end of an empty line, or of one that ends in a blank.
            (_, Some(b'\n' | b'\r' | b' ' | b'\t')) => {
                self.set(end - 1, b'}');
                self.damage(end - 1..end);
            }
            _ => return false,
        }
        true
    }

    fn set(&mut self, at: usize, octet: u8) {
        if let Some(place) = self.text.get_mut(at) {
            *place = octet;
        }
    }

    /// Parses what there is; `None`: enough has been parsed for this text.
    fn parse(&mut self) -> Option<Result<KdlDocument, (Problem, usize)>> {
        self.parsed += self.text.len();
        if self.parsed > MOST_OCTETS {
            return None;
        }
        Some(KdlDocument::parse(self.text()).map_err(|error| first_problem(self.text(), &error)))
    }

    /// Whether nothing is wrong up to the end of the line of `at` by now.
    fn is_good_to(&mut self, at: usize) -> bool {
        let end = line_of(self.text(), at).end;
        match self.parse() {
            Some(Ok(_)) => true,
            Some(Err((_, next))) => next > end,
            None => false,
        }
    }

    /// Repairs the slip at `at`, losing as little as will do.
    fn repair(&mut self, at: usize) -> bool {
        let text = self.text().to_owned();
        let line = line_of(&text, at);
        let content = text.get(line.clone()).unwrap_or("");
        let tail = content.len() - content.trim_end_matches(|c: char| c.is_whitespace() || "{};".contains(c)).len();
        let end = (line.end - tail).max(line.start);
        let (word, place) = token(&text, Span { offset: at, len: 0 });
        let value = word.find('=').map_or(0, |sign| sign + 1);
        let plain = !word.is_empty() && !word.contains(['"', '{', '}', '(', ')', '[', ']', '/', '\\', '#', ';', ',']);
        let start = place.offset;
        let (segment, name_end) = segment(&text, &line, at);
        let comma = if word.ends_with(',') { start + place.len - 1..start + place.len } else { 0..0 };
        let comment = if word.starts_with('#') && word.trim_matches('#').is_empty() { start..line.end } else { 0..0 };
        let attempts: [(Range<usize>, u8); 8] = [
            // A comma alone, or what was meant to be a comment.
            (comma, b' '),
            (comment, b' '),
            // A value that is neither number nor text: as if it were some text.
            (if plain { start + value..start + place.len } else { 0..0 }, b'x'),
            (start..start + place.len, b' '),
            (start..end, b' '),
            (name_end..end, b' '),
            (segment..end, b' '),
            (line, b' '),
        ];
        let before = self.text.clone();
        for (range, with) in attempts {
            if range.is_empty() {
                continue;
            }
            self.replace(range.clone(), with);
            if self.is_good_to(at) {
                self.damage(range);
                return true;
            }
            self.text.clone_from(&before);
        }
        false
    }
}

/// The line that `at` is in, without its end.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |len| at + len);
    start..end
}

/// Where the node around `at` begins on its line, and where its name ends.
fn segment(text: &str, line: &Range<usize>, at: usize) -> (usize, usize) {
    let before = text.get(line.start..at.min(line.end)).unwrap_or("");
    let start = line.start + before.rfind(['{', ';', '}']).map_or(0, |sign| sign + 1);
    let rest = text.get(start..line.end).unwrap_or("");
    let blank = rest.len() - rest.trim_start().len();
    let name = rest.trim_start().find(char::is_whitespace).unwrap_or(rest.trim_start().len());
    (start + blank, start + blank + name)
}

/// Where the word around `at` begins.
fn word_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or("");
    before.rfind(|c: char| c.is_whitespace() || "{};".contains(c)).map_or(0, |sign| sign + 1)
}
