//! login.config (login.c): which program a caller gets, by what was typed at the prompt or recognised there.
//!
//! In goes the file; out come its lines in order. The first whose pattern fits decides; without one it is `/bin/login`.

use super::mgetty_config::{argument, lines_of_words};
use crate::source::{Place, Source};

/// Arguments that mgetty passes on at most, the program's name counted.
pub const MOST_ARGUMENTS: usize = 10;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// What the user name has to be; `*` at either end stands for anything.
    pub pattern: String,
    /// The user whose rights the program gets; `-`: root.
    pub user: String,
    /// What utmp shows.
    pub utmp: String,
    /// The program and its arguments.
    pub words: Vec<String>,
    /// How many of the words the program gets.
    pub most: usize,
}

/// A file that mgetty reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginConfig {
    /// Lines in order.
    pub lines: Vec<Line>,
    /// Lines with too few words, which mgetty passes over.
    pub short: Vec<Place>,
}

/// Reads the lines.
pub fn read(source: &Source<'_>) -> LoginConfig {
    let mut config = LoginConfig::default();
    let mut with_callback = false;
    for (number, mut words) in lines_of_words(source) {
        if words.first().is_some_and(|word| word == "!version") {
            // Other versions than 1 and 2 are logged, and count as 1.
            with_callback = words.get(1).is_some_and(|version| argument(version) == 2);
            continue;
        }
        if with_callback && words.len() > 1 {
            let qualifier = words.remove(1);
            // A line for callers who are called back, which nobody is who calls.
            if qualifier.starts_with(['y', 'Y']) {
                continue;
            }
        }
        if words.len() < 4 {
            config.short.push(source.at(number));
            continue;
        }
        let rest = words.split_off(3);
        let mut words = words.into_iter();
        let mut next = || words.next().unwrap_or_default();
        let (pattern, user, utmp) = (next(), next(), next());
        config.lines.push(Line { place: source.at(number), pattern, user, utmp, words: rest, most: MOST_ARGUMENTS });
    }
    config
}

impl LoginConfig {
    /// The line for that name: the first that fits.
    pub fn line_for(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.fits(name))
    }
}

impl Line {
    /// pppd as init starts it: with all of its words, and without a pattern.
    pub fn of_init(place: Place, words: Vec<String>) -> Self {
        let (pattern, user, utmp) = (String::new(), "-".to_owned(), "-".to_owned());
        Self { place, pattern, user, utmp, words, most: usize::MAX }
    }

    /// Whether the pattern fits `name`.
    pub fn fits(&self, name: &str) -> bool {
        let pattern = self.pattern.as_str();
        match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
            _ if pattern == "*" => true,
            (Some(rest), Some(_)) => name.contains(rest.strip_suffix('*').unwrap_or(rest)),
            (Some(end), None) => name.ends_with(end),
            (None, Some(start)) => name.starts_with(start),
            (None, None) => pattern == name,
        }
    }

    /// The program's name without its directories.
    pub fn program(&self) -> &str {
        let path = self.words.first().map_or("", String::as_str);
        path.rsplit('/').next().unwrap_or(path)
    }

    /// Arguments as the program gets them: `@` and friends are not replaced.
    pub fn arguments(&self) -> &[String] {
        let end = self.words.len().min(self.most);
        self.words.get(1..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(text: &str) -> LoginConfig {
        read(&Source { path: "/etc/mgetty/login.config", octets: text.as_bytes(), mode: 0o600, uid: 0 })
    }

    #[test]
    fn the_first_line_that_fits_decides() {
        let config = of("# x\n*\t-\t-\t/bin/login @\n/AutoPPP/ - a_ppp /usr/sbin/pppd auth +pap\n");
        assert_eq!(config.line_for("/AutoPPP/").unwrap().program(), "login");
        assert_eq!(config.lines[1].arguments(), ["auth", "+pap"]);
    }

    #[test]
    fn patterns_have_their_star_at_either_end() {
        let config = of("ppp* - - /a\n*net - - /b\nU* uucp @ /usr/sbin/uucico -l -u @\n");
        assert_eq!(config.line_for("pppbob").unwrap().program(), "a");
        assert_eq!(config.line_for("slipnet").unwrap().program(), "b");
        assert!(config.line_for("bob").is_none());
    }

    #[test]
    fn version_2_has_a_callback_column_and_short_lines_are_passed_over() {
        let config = of("!version 2\nann y ann @ /bin/ann @\nbob n bob @ /bin/login @\nPORT=1\n");
        assert_eq!((config.lines[0].user.as_str(), config.lines[0].program()), ("bob", "login"));
        assert_eq!((config.lines.len(), config.short.len()), (1, 1));
        assert_eq!(of("!version 3\nbob - - /bin/login @\n").lines[0].program(), "login");
    }

    #[test]
    fn a_backslash_joins_lines_and_comments_go_on_too() {
        let config = of("# off \\\n* - - /bin/login @\n/AutoPPP/ - - \\\n  /usr/sbin/pppd auth\n");
        assert_eq!(config.lines.len(), 1);
        assert_eq!((config.lines[0].place.line, config.lines[0].arguments()), (Some(3), &["auth".to_owned()][..]));
    }
}
