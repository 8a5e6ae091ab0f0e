//! What the terminal can show: its width, colours, and characters beyond ASCII.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::os::fd::AsFd;

/// Columns where nothing is known: a file, a pipe, a CI log.
const DEFAULT_WIDTH: usize = 100;
/// Narrower than this nothing can be laid out.
const NARROWEST: usize = 40;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// In files and pipes too.
    Always,
    /// Not at all.
    Never,
}

/// How to write for a particular reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of a line.
    pub width: usize,
    /// Whether entries of a table are cut to fit the columns; if not, they are whole, for grep.
    pub cut: bool,
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
    /// (`NO_COLOR` <https://no-color.org>, else `CLICOLOR_FORCE` and `CLICOLOR` <https://bixense.com/clicolors>,
    /// `TERM=dumb`, `COLUMNS`, `LC_ALL`, `LC_CTYPE`, `LANG`).
    ///
    /// `environment` is `std::env::var_os` but for tests.
    pub fn of(stream: &(impl IsTerminal + AsFd), environment: impl Fn(&str) -> Option<OsString>) -> Self {
        let terminal = stream.is_terminal();
        Self::from_environment(terminal, Self::columns_of(stream), environment)
    }

    /// Columns that `stream` has now, if it is a terminal. They change when its window does.
    pub fn columns_of(stream: &impl AsFd) -> Option<usize> {
        terminal_size::terminal_size_of(stream)
            .map(|(columns, _)| usize::from(columns.0))
            .filter(|columns| *columns > 0)
    }

    /// [`Style::of`] with what is known of the stream already.
    fn from_environment(terminal: bool, size: Option<usize>, environment: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        let text = |name: &str| set(name).and_then(|value| value.into_string().ok());
        let columns = text("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
        let zero = |name: &str| text(name).map(|value| value == "0");
        // Who asks for no colour gets none, who forces it gets it in a pipe too.
        let colour = if set("NO_COLOR").is_some() {
            false
        } else if zero("CLICOLOR_FORCE") == Some(false) {
            true
        } else {
            terminal && text("TERM").is_none_or(|term| term != "dumb") && zero("CLICOLOR") != Some(true)
        };
        // The first that is set decides, as setlocale(3) has it.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text).unwrap_or_default().to_lowercase();
        Self {
            width: columns.or(size).unwrap_or(DEFAULT_WIDTH).max(NARROWEST),
            cut: terminal,
            colour,
            unicode: locale.contains("utf-8") || locale.contains("utf8"),
        }
    }

    /// No colours, ASCII: what every reader can read.
    pub const fn plain(width: usize) -> Self {
        Self { width, cut: true, colour: false, unicode: false }
    }

    /// This style, coloured as the user chose.
    #[must_use]
    pub const fn colored(self, choice: ColorChoice) -> Self {
        match choice {
            ColorChoice::Auto => self,
            ColorChoice::Always => Self { colour: true, ..self },
            ColorChoice::Never => Self { colour: false, ..self },
        }
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
        assert!(!style(true, &[("CLICOLOR", "0")]).colour);
        assert!(!style(false, &[]).colour);
    }

    #[test]
    fn colour_can_be_forced_into_a_pipe_but_no_color_wins() {
        assert!(style(false, &[("CLICOLOR_FORCE", "1")]).colour);
        assert!(!style(false, &[("CLICOLOR_FORCE", "0")]).colour);
        assert!(!style(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).colour);
    }

    #[test]
    fn what_the_user_chose_wins_over_the_environment() {
        assert!(style(false, &[("NO_COLOR", "1")]).colored(ColorChoice::Always).colour);
        assert!(!style(true, &[]).colored(ColorChoice::Never).colour);
        assert!(style(true, &[]).colored(ColorChoice::Auto).colour);
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
