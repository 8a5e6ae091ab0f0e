//! What is wrong with a text: one [`Problem`] a mistake, all of them at once in [`Errors`], and how they print.
//!
//! Problems go in from the reader; text for a person comes out, each problem as title, `file:line:column`,
//! the source line, carets with a reason, and a line of help.

use std::fmt;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::fault::Fault;
use offhook_base::Span;

/// A place with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What about it, a few words.
    pub text: String,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub fault: Fault,
    /// What is wrong, one sentence.
    pub message: String,
    /// Where, the most important place first.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// What is wrong in another file that this place names.
    pub elsewhere: Option<Box<FileProblems>>,
}

impl Problem {
    /// A mistake at `span`, with the reason `label`.
    pub fn new(fault: Fault, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self { fault, message: message.into(), labels: Vec::new(), help: None, elsewhere: None }.also(span, label)
    }

    /// The same with another place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: label.into() });
        self
    }

    /// The same with a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The mistakes of one file, or one thing wrong with the file itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblems {
    /// The file, as the user gave it.
    pub path: PathBuf,
    /// Its text; `None` if it could not be had.
    pub text: Option<Arc<str>>,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Problem>,
}

/// All mistakes of all files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// Files with mistakes, in the order in which they were read.
    pub files: Vec<FileProblems>,
}

impl Errors {
    /// What the first mistake is; empty if there is none.
    pub fn first_message(&self) -> &str {
        let first = self.files.iter().flat_map(|file| &file.problems).next();
        first.map_or("", |problem| problem.message.as_str())
    }
}

/// How problems print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours; for terminals only.
    pub colour: bool,
    /// Box-drawing characters instead of ASCII.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

impl Style {
    /// For files, pipes and logs: no colour, 100 columns.
    pub const PLAIN: Self = Self { colour: false, unicode: true, width: 100 };

    /// For `stream`: with colours if it is a terminal and NO_COLOR is not set.
    pub fn of(stream: &impl IsTerminal) -> Self {
        let colour = stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colour, ..Self::PLAIN }
    }
}

impl Errors {
    /// How many mistakes there are.
    pub fn count(&self) -> usize {
        self.files.iter().map(|file| file.problems.len()).sum()
    }

    /// All mistakes as text, and a last line that counts them.
    pub fn render(&self, style: Style) -> String {
        let theme = match (style.unicode, style.colour) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => {
                GraphicalTheme { characters: GraphicalTheme::ascii().characters, ..GraphicalTheme::unicode() }
            }
            (false, false) => GraphicalTheme::none(),
        };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false);
        let mut text = String::new();
        for file in &self.files {
            let path = printable(&file.path.display().to_string());
            let source = file.text.as_deref().map(|text| NamedSource::new(&path, printable(text)));
            for problem in &file.problems {
                let size = file.text.as_deref().map_or(0, str::len);
                let page = Page { problem, path: &path, source: source.as_ref(), size };
                // Writing to a String does not fail; should a label lie outside the text, the bare message is left.
                if handler.render_report(&mut text, &page).is_err() {
                    text.push_str(&format!("{path}: {}\n", problem.message));
                }
                text.push('\n');
            }
        }
        let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        text.push_str(&plural(self.count(), "error"));
        match self.files.as_slice() {
            [file] => text.push_str(&format!(" in {}\n", printable(&file.path.display().to_string()))),
            files => text.push_str(&format!(" in {}\n", plural(files.len(), "file"))),
        }
        text
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::PLAIN))
    }
}

impl std::error::Error for Errors {}

/// `text` with control characters replaced, octet for octet, so that spans hold and no terminal obeys a file.
fn printable(text: &str) -> String {
    let safe = |c: char| match c {
        '\n' | '\t' => c,
        '\r' => ' ',
        c if c.is_control() && c.len_utf8() == 1 => '?',
        c if c.is_control() => '¿',
        c => c,
    };
    text.chars().map(safe).collect()
}

/// One problem as miette wants to see it.
#[derive(Debug)]
struct Page<'a> {
    problem: &'a Problem,
    path: &'a str,
    source: Option<&'a NamedSource<String>>,
    size: usize,
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            Some(_) => f.write_str(&printable(&self.problem.message)),
            None => write!(f, "{}: {}", self.path, printable(&self.problem.message)),
        }
    }
}

impl std::error::Error for Page<'_> {}

impl Diagnostic for Page<'_> {
    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.problem.help.as_deref().map(|help| Box::new(printable(help)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source?;
        let label = |(number, label): (usize, &Label)| {
            let offset = label.span.offset.min(self.size);
            let (text, span) = (Some(printable(&label.text)), (offset, label.span.len.min(self.size - offset)));
            match number {
                0 => LabeledSpan::new_primary_with_span(text, span),
                _ => LabeledSpan::new_with_span(text, span),
            }
        };
        Some(Box::new(self.problem.labels.iter().enumerate().map(label)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str, span: Span) -> Errors {
        let problem = Problem::new(crate::fault::UNKNOWN_WORD, "unknown keyword `x`", span, "here").help("say `y`");
        let file = FileProblems { path: "a.kdl".into(), text: Some(text.into()), problems: vec![problem] };
        Errors { files: vec![file] }
    }

    #[test]
    fn a_problem_names_file_line_and_column() {
        let text = errors("a\n  x\n", Span { offset: 4, len: 1 }).to_string();
        assert!(text.contains("[a.kdl:2:3]"), "{text}");
        assert!(text.ends_with("1 error in a.kdl\n"), "{text}");
    }

    #[test]
    fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
        let hostile = errors("x \u{1b}[31m \u{9b}31m", Span { offset: 0, len: 1 });
        let text = hostile.to_string();
        assert!(!text.contains(['\u{1b}', '\u{9b}']), "{text:?}");
        assert!(
            hostile.render(Style { colour: true, ..Style::PLAIN }).contains('\u{1b}'),
            "colour is there when asked for"
        );
    }

    #[test]
    fn a_place_outside_the_text_is_drawn_at_its_end() {
        assert!(errors("x", Span { offset: 50, len: 9 }).to_string().contains("unknown keyword `x`"));
        assert!(errors("", Span::default()).to_string().contains("unknown keyword `x`"));
    }

    #[test]
    fn ascii_is_enough_where_asked_for() {
        let text = errors("x", Span { offset: 0, len: 1 }).render(Style { unicode: false, ..Style::PLAIN });
        assert!(text.is_ascii(), "{text}");
    }
}
