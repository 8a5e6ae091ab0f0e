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

/// The lines of a file as mgetty puts them together (config.c, `fgetline` and `norm_line`), each with the number of its first
/// and its words: a backslash at the very end joins lines, also behind a comment; blanks become one.
pub(super) fn lines_of_words(source: &Source<'_>) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut joined = String::new();
    let mut first = None;
    for (number, line) in source.lines() {
        let start = *first.get_or_insert(number);
        if let Some(head) = line.strip_suffix('\\') {
            joined.push_str(head);
            continue;
        }
        joined.push_str(&line);
        first = None;
        let text = std::mem::take(&mut joined);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        found.push((start, text.split_whitespace().map(str::to_owned).collect()));
    }
    // What a backslash at the end of the file joins to nothing counts as well.
    if let Some(start) = first.filter(|_| !joined.trim().is_empty() && !joined.trim_start().starts_with('#')) {
        found.push((start, joined.split_whitespace().map(str::to_owned).collect()));
    }
    found
}

/// One line: its number, key and value.
fn lines(source: &Source<'_>) -> Vec<(usize, String, String)> {
    let line = |(number, words): (usize, Vec<String>)| {
        let mut words = words.into_iter();
        let key = words.next().unwrap_or_default();
        (number, key, words.collect::<Vec<_>>().join(" "))
    };
    lines_of_words(source).into_iter().map(line).collect()
}

/// The values for the port called `device` (without `/dev/`).
pub fn values(source: &Source<'_>, device: &str) -> Values {
    let mut values = Values::new();
    let mut applies = true;
    for (line, key, value) in lines(source) {
        if key == "port" {
            applies = same_port(&value, device);
        } else if applies && is_taken(&key, &value) {
            values.insert(key, Value { text: value, place: source.at(line) });
        }
    }
    values
}

/// Whether mgetty takes a line; of one that it does not the value before stays.
fn is_taken(key: &str, value: &str) -> bool {
    match type_of(key) {
        Some(Int) => integer(value).is_some(),
        Some(Flow) => is_flow(value),
        Some(Bool | Text) => true,
        None => false,
    }
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
            Some(Flow) if !is_flow(&value) => {
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

/// What mgetty takes for a number in its file, strtol(3) with base 0: the leading digits, whatever follows them.
pub fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    Some(
        match hex.filter(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit())) {
            Some(rest) => leading(rest, 16),
            None if digits.starts_with('0') => leading(digits, 8),
            None => leading(digits, 10),
        } * if digits.len() < text.len() { -1 } else { 1 },
    )
}

/// What mgetty takes for a number on its command line, atoi(3): 0 without digits.
pub fn argument(text: &str) -> i64 {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    sign * leading(digits, 10)
}

fn leading(digits: &str, radix: u32) -> i64 {
    let digits = digits.chars().map_while(|digit| digit.to_digit(radix));
    digits.fold(0, |value: i64, digit| value.saturating_mul(i64::from(radix)).saturating_add(i64::from(digit)))
}

/// What mgetty takes for flow control: it compares the begins of two words, and all of the others.
fn is_flow(text: &str) -> bool {
    ["rts", "hard", "xon", "soft"].iter().any(|begin| text.starts_with(begin)) || matches!(text, "both" | "none")
}

/// What mgetty takes for true.
pub fn truth(text: &str) -> bool {
    text.is_empty() || text.starts_with(['y', 'Y', 't', 'T']) || text.starts_with("on")
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
        assert_eq!(values["init-chat"].text, "\"\" ATZ OK", "blanks become one");
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
    fn numbers_are_read_as_strtol_and_atoi_read_them() {
        let read = ["38400 # the modem", "0x10", "010", "-5", "0", "99999999999999999999"].map(integer);
        assert_eq!(read, [Some(38_400), Some(16), Some(8), Some(-5), Some(0), Some(i64::MAX)]);
        assert_eq!((integer("many"), integer("-"), integer("")), (None, None, None));
        assert_eq!(["38400bps", " 010", "-r", "fast", "+3"].map(argument), [38_400, 10, 0, 0, 3]);
    }

    #[test]
    fn words_for_yes_and_for_flow_control_are_compared_by_their_begins() {
        assert!(["", "yes", "T", "on", "only"].into_iter().all(truth) && !["1", "ON", "off"].into_iter().any(truth));
        assert!(is_flow("rtscts") && is_flow("hardware") && is_flow("none") && !is_flow("nones") && !is_flow("RTS"));
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
