//! mgetty.config (conf_mg.c, config.c): `key value` lines, a global part, then sections that begin with `port NAME`.
//!
//! In go the file and a port's name; out come the values that hold for the port, with their places, and what mgetty
//! passes over as "something foul".

use std::collections::BTreeMap;

use crate::source::{Place, Source};

/// What a key's value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Decimal, `0` octal, `0x` hexadecimal.
    Int,
    /// Empty, `y...`, `t...` or `on` is true; everything else false.
    Bool,
    /// `rts`, `hard`, `xon`, `soft`, `both`, `none`.
    Flow,
    /// Text or chat.
    Text,
}

use Type::{Bool, Flow, Int, Text};

/// Every key of mgetty 1.2.1, in the order of names.
const KEYS: &[(&str, Type)] = &[
    ("answer-chat", Text),
    ("answer-chat-timeout", Int),
    ("autobauding", Bool),
    ("blocking", Bool),
    ("cid-program", Text),
    ("cnd-program", Text),
    ("data-flow", Flow),
    ("data-only", Bool),
    ("debug", Int),
    ("direct", Bool),
    ("diskspace", Int),
    ("fax-group", Text),
    ("fax-id", Text),
    ("fax-max-speed", Int),
    ("fax-min-speed", Int),
    ("fax-mode", Int),
    ("fax-only", Bool),
    ("fax-owner", Text),
    ("fax-rec-flow", Flow),
    ("fax-send-flow", Flow),
    ("fax-server-file", Text),
    ("fax-spool-in", Text),
    ("fido-send-emsi", Bool),
    ("force-init-chat", Text),
    ("get-cnd-chat", Text),
    ("gettydefs", Text),
    ("ignore-carrier", Bool),
    ("init-chat", Text),
    ("issue-file", Text),
    ("login-conf-file", Text),
    ("login-env-ttyprompt-hack", Bool),
    ("login-prompt", Text),
    ("login-time", Int),
    ("modem-check-time", Int),
    ("modem-quirks", Int),
    ("modem-type", Text),
    ("msn-list", Text),
    ("need-dsr", Bool),
    ("notify", Text),
    ("open-delay", Int),
    ("port-group", Text),
    ("port-mode", Int),
    ("port-owner", Text),
    ("post-init-chat", Text),
    ("prompt-waittime", Int),
    ("ringback", Bool),
    ("ringback-time", Int),
    ("rings", Int),
    ("speed", Int),
    ("statistics-chat", Text),
    ("statistics-file", Text),
    ("switchbd", Int),
    ("term", Text),
    ("toggle-dtr", Bool),
    ("toggle-dtr-waittime", Int),
];

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The text after the key.
    pub text: String,
    /// Its line.
    pub place: Place,
}

/// The values that hold for one port, by key.
pub type Values = BTreeMap<String, Value>;

/// A line that does not do what it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No such key; the nearest.
    Key(Place, String, Option<&'static str>),
    /// A value that is no number.
    Number(Place, String),
    /// A value that reads like yes and means no.
    Bool(Place, String, String),
    /// A value that is no kind of flow control.
    Flow(Place, String),
}

/// One line: its number, key and value.
fn lines(source: &Source<'_>) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut joined = String::new();
    let mut first = None;
    for (number, line) in source.lines() {
        let line = line.trim_end();
        let start = *first.get_or_insert(number);
        if let Some(head) = line.strip_suffix('\\') {
            joined.push_str(head);
            continue;
        }
        joined.push_str(line);
        first = None;
        let text = std::mem::take(&mut joined);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        found.push((start, key.to_owned(), value.trim().to_owned()));
    }
    found
}

/// The values for the port called `device` (without `/dev/`).
pub fn values(source: &Source<'_>, device: &str) -> Values {
    let mut values = Values::new();
    let mut applies = true;
    for (line, key, value) in lines(source) {
        if key == "port" {
            applies = same_port(&value, device);
        } else if applies && type_of(&key).is_some() {
            values.insert(key, Value { text: value, place: source.at(line) });
        }
    }
    values
}

/// What is wrong in it, whatever the port.
pub fn problems(source: &Source<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (line, key, value) in lines(source) {
        let place = source.at(line);
        match type_of(&key) {
            _ if key == "port" => {}
            None => {
                let alike = |known: &str| strsim::damerau_levenshtein(known, &key);
                let nearest = KEYS.iter().map(|(known, _)| *known).min_by_key(|known| alike(known));
                problems.push(Problem::Key(place, key.clone(), nearest.filter(|known| alike(known) <= 3)));
            }
            Some(Int) if integer(&value).is_none() => problems.push(Problem::Number(place, key)),
            Some(Bool) if !truth(&value) && !is_no(&value) => problems.push(Problem::Bool(place, key, value)),
            Some(Flow) if !matches!(value.as_str(), "rts" | "hard" | "xon" | "soft" | "both" | "none") => {
                problems.push(Problem::Flow(place, key));
            }
            Some(_) => {}
        }
    }
    problems
}

/// Ports that have a section of their own, with its line.
pub fn sections(source: &Source<'_>) -> Vec<(String, usize)> {
    let ports = lines(source).into_iter().filter(|(_, key, _)| key == "port");
    ports.map(|(line, _, name)| (name, line)).collect()
}

fn type_of(key: &str) -> Option<Type> {
    KEYS.binary_search_by(|(known, _)| (*known).cmp(key)).ok().and_then(|at| KEYS.get(at)).map(|(_, kind)| *kind)
}

/// Whether a section's name is the port's: `?` stands for any character on either side. mgetty takes `/dev/` off its
/// command line's device and not off the section's name, which therefore never fits with it.
pub fn same_port(section: &str, device: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (section.chars().collect(), device.chars().collect());
    let blank = |rest: &[char]| rest.iter().all(|c| *c == '?');
    let common = a.len().min(b.len());
    a.iter().zip(&b).all(|(x, y)| x == y || *x == '?' || *y == '?') && blank(&a[common..]) && blank(&b[common..])
}

/// What mgetty takes for a number.
pub fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (value, _) = super::options::number(digits);
    value.and_then(|value| i64::try_from(value).ok()).map(|value| sign * value)
}

/// What mgetty takes for true.
pub fn truth(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.is_empty() || text.starts_with('y') || text.starts_with('t') || text == "on"
}

/// What people write for false.
fn is_no(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with('n') || text.starts_with('f') || text == "off" || text == "0"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source<'_> {
        Source { path: "/etc/mgetty/mgetty.config", octets: text.as_bytes(), mode: 0o644, uid: 0 }
    }

    #[test]
    fn keys_stand_in_order_so_that_each_is_found() {
        assert!(KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_ports_section_overrides_the_global_part_for_that_port_alone() {
        let text =
            "speed 38400\nrings 2\nport ttyS0\n  rings 4\n  init-chat \"\" ATZ \\\n   OK\nport ttyS1\n  rings 9\n";
        let values = values(&source(text), "ttyS0");
        assert_eq!(values["rings"], Value { text: "4".into(), place: Place::line("/etc/mgetty/mgetty.config", 4) });
        assert_eq!(values["speed"].text, "38400");
        assert_eq!(values["init-chat"].text, "\"\" ATZ    OK");
    }

    #[test]
    fn a_question_mark_stands_for_any_character() {
        assert!(same_port("ttyS?", "ttyS1") && same_port("ttyS0", "ttyS0") && same_port("ttyS0?", "ttyS0"));
        assert!(
            !same_port("/dev/ttyS0", "ttyS0"),
            "as mgetty 1.2.1 answers after one ring, whatever such a section says"
        );
        assert!(!same_port("ttyS0", "ttyS1") && !same_port("ttyS", "ttyS1"));
    }

    #[test]
    fn what_mgetty_finds_foul_is_told() {
        let found = problems(&source("ringss 3\nspeed fast\ndata-only 1\ndirect no\ndata-flow maybe\nfax-id\n"));
        assert!(matches!(&found[0], Problem::Key(_, key, Some("rings")) if key == "ringss"));
        assert!(matches!(&found[1], Problem::Number(_, key) if key == "speed"));
        assert!(matches!(&found[2], Problem::Bool(_, key, value) if key == "data-only" && value == "1"));
        assert!(matches!(&found[3], Problem::Flow(_, key) if key == "data-flow"));
        assert_eq!(found.len(), 4);
    }
}
