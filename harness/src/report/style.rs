//! What the terminal can show: its width, colours, and characters beyond ASCII.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::fd::AsFd;

/// Columns where nothing is known: a file, a pipe, a CI log.
const DEFAULT_WIDTH: usize = 100;
/// Narrower than this nothing can be laid out.
const NARROWEST: usize = 40;

/// How to write for a particular reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of a line.
    pub width: usize,
    /// Whether to colour.
    pub colour: bool,
    /// Whether characters beyond ASCII can be shown.
    pub unicode: bool,
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// As expected.
    Good,
    /// Not as expected.
    Bad,
    /// Could not be found out.
    Warn,
    /// Beside the point.
    Dim,
    /// The name of something.
    Strong,
}

impl Style {
    /// The style for `stream`: colours and its width if it is a terminal, unless the environment says otherwise
    /// (`NO_COLOR` <https://no-color.org>, `TERM=dumb`, `COLUMNS`, `LC_ALL`, `LC_CTYPE`, `LANG`).
    ///
    /// `environment` is `std::env::var_os` but for tests.
    pub fn of(stream: &(impl IsTerminal + AsFd), environment: impl Fn(&str) -> Option<OsString>) -> Self {
        let terminal = stream.is_terminal();
        let size = terminal_size::terminal_size_of(stream).map(|(columns, _)| usize::from(columns.0));
        Self::from_environment(terminal, size, environment)
    }

    /// [`Style::of`] with what is known of the stream already.
    fn from_environment(terminal: bool, size: Option<usize>, environment: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        let text = |name: &str| set(name).and_then(|value| value.into_string().ok());
        let columns = text("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
        let dumb = text("TERM").is_some_and(|term| term == "dumb");
        // The first that is set decides, as setlocale(3) has it.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text).unwrap_or_default().to_lowercase();
        Self {
            width: columns.or(size).unwrap_or(DEFAULT_WIDTH).max(NARROWEST),
            colour: terminal && !dumb && set("NO_COLOR").is_none(),
            unicode: locale.contains("utf-8") || locale.contains("utf8"),
        }
    }

    /// No colours, ASCII: what every reader can read.
    pub const fn plain(width: usize) -> Self {
        Self { width, colour: false, unicode: false }
    }

    /// `text` in the colour that says `ink`.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Good => "32",
            Ink::Bad => "1;31",
            Ink::Warn => "1;33",
            Ink::Dim => "2",
            Ink::Strong => "1",
        };
        if self.colour && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// What stands for omitted text.
    pub const fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(terminal: bool, variables: &[(&str, &str)]) -> Style {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        Style::from_environment(terminal, terminal.then_some(132), find)
    }

    #[test]
    fn only_a_terminal_is_coloured_and_no_color_is_obeyed() {
        assert!(style(true, &[]).colour);
        assert!(style(true, &[("NO_COLOR", "")]).colour, "an empty NO_COLOR is as good as none");
        assert!(!style(true, &[("NO_COLOR", "1")]).colour);
        assert!(!style(true, &[("TERM", "dumb")]).colour);
        assert!(!style(false, &[]).colour);
    }

    #[test]
    fn the_width_is_that_of_the_environment_then_the_terminal_then_a_hundred() {
        assert_eq!(style(true, &[("COLUMNS", "72")]).width, 72);
        assert_eq!(style(true, &[("COLUMNS", "wide")]).width, 132);
        assert_eq!(style(false, &[]).width, 100);
        assert_eq!(style(true, &[("COLUMNS", "3")]).width, 40);
    }

    #[test]
    fn the_locale_that_decides_says_whether_there_is_more_than_ascii() {
        assert!(style(false, &[("LANG", "de_DE.UTF-8")]).unicode);
        assert!(!style(false, &[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]).unicode);
        assert!(!style(false, &[]).unicode);
    }
}
