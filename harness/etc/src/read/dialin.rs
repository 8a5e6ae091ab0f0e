//! dialin.config (cnd.c, `cndlookup`): which caller IDs are answered.
//!
//! In goes the file; out come its tokens in order. The first that is a prefix of the number decides; at the end: allow.

use crate::source::{Place, Source};

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where it stands.
    pub place: Place,
    /// Without a `!` before it.
    pub allow: bool,
    /// Digits, `all`, `none`, or whatever else stands there; empty for a lone `!`.
    pub number: String,
}

/// The tokens of the file.
pub fn read(source: &Source<'_>) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (number, line) in source.lines() {
        // Only the first octet of a line that is no blank begins a comment.
        if line.trim_start_matches([' ', '\t']).starts_with('#') {
            continue;
        }
        for token in line.split([' ', '\t', ',']).filter(|token| !token.is_empty()) {
            let (allow, number_text) = match token.strip_prefix('!') {
                Some(rest) => (false, rest),
                None => (true, token),
            };
            rules.push(Rule { place: source.at(number), allow, number: number_text.to_owned() });
        }
    }
    // A line end of DOS that stands alone is no token worth a word.
    rules.retain(|rule| rule.number != "\r");
    rules
}

impl Rule {
    /// Whether it fits that number; a caller without caller ID is `none`.
    pub fn fits(&self, number: &str) -> bool {
        fits(&self.number, number)
    }

    /// Whether it fits everybody.
    pub fn is_all(&self) -> bool {
        self.number == "all" || self.number.is_empty()
    }

    /// As it stands in the file.
    pub fn token(&self) -> String {
        format!("{}{}", if self.allow { "" } else { "!" }, self.number)
    }

    /// Whether it fits every number that `other` fits.
    pub fn covers(&self, other: &Self) -> bool {
        self.is_all() || !other.is_all() && other.number.starts_with(&self.number)
    }
}

/// Whether a token without its `!` fits that number: it is `all`, or the number begins with it.
pub fn fits(token: &str, number: &str) -> bool {
    token == "all" || number.starts_with(token)
}

/// The rule that decides for `number`, and whether the call is answered.
pub fn decision<'a>(rules: &'a [Rule], number: &str) -> (Option<&'a Rule>, bool) {
    let rule = rules.iter().find(|rule| rule.fits(number));
    (rule, rule.is_none_or(|rule| rule.allow))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Vec<Rule> {
        read(&Source { path: "/etc/mgetty/dialin.config", octets: text.as_bytes(), mode: 0o644, uid: 0 })
    }

    fn answered(text: &str, number: &str) -> bool {
        decision(&rules(text), number).1
    }

    #[test]
    fn the_first_prefix_decides_and_the_end_allows() {
        assert!(answered("5551234, !555\n", "5551234"));
        assert!(!answered("!555 5551234", "5551234"));
        assert!(answered("!555\n", "212"));
        assert!(!answered("555\n!all\n", "none"));
        assert!(!answered("!none\n", "none"));
    }

    #[test]
    fn only_whole_words_are_wildcards() {
        assert!(answered("!allison\n", "5551234"));
        assert!(!answered("! 555\n", "5551234"), "a lone ! denies everybody");
        assert!(answered("555!all\n", "212"));
    }

    #[test]
    fn a_hash_within_a_line_is_no_comment() {
        let found = rules("555 # my friend\n  # all of this\n");
        assert_eq!(found.iter().map(Rule::token).collect::<Vec<_>>(), ["555", "#", "my", "friend"]);
    }
}
