//! pppd's options: files, and the arguments of a command line.
//!
//! In go words; out come [`Opt`]s in order, each with its place and whether it came by the command line, and the
//! [`Problem`]s for which pppd stops. Which value wins is for whoever puts a port together.

use std::net::Ipv4Addr;

use super::option_table::{Known, known, nearest};
use super::words::{Word, words};
use crate::source::{Place, Source};

/// One option with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    /// Its name as written; a pair of addresses, a speed and a device have the word itself.
    pub name: String,
    /// What kind of word it is.
    pub kind: OptionKind,
    /// The parameter, if it takes one.
    pub parameter: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// It came by the command line, or a file named there: options files of ports do not override it.
    pub command_line: bool,
}

/// What a word among the options is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// A named option.
    Named(Known),
    /// `LOCAL:REMOTE`.
    Addresses,
    /// A speed.
    Speed,
    /// A device.
    Device,
}

/// Why pppd stops, or what it takes otherwise than it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No option is called that; the nearest one.
    Unknown(Place, String, Option<&'static str>),
    /// An option that not every version knows.
    Version(Place, String, Known),
    /// A parameter is missing at the end.
    Missing(Place, String),
    /// A parameter that is no number; what pppd takes instead, if anything.
    Number(Place, String, Option<u64>),
    /// A parameter that is no address.
    Address(Place, String),
    /// A quote runs to the end of the file.
    Runaway(Place),
}

/// Options whose parameter is a number.
const NUMBERS: &[&str] = &[
    "idle",
    "maxconnect",
    "lcp-echo-interval",
    "lcp-echo-failure",
    "mru",
    "mtu",
    "lcp-restart",
    "lcp-max-configure",
    "lcp-max-terminate",
    "lcp-max-failure",
    "pap-timeout",
    "pap-restart",
    "chap-interval",
    "chap-restart",
    "ipcp-restart",
    "unit",
    "maxfail",
    "holdoff",
];

/// The options of a file.
pub fn read(source: &Source<'_>, command_line: bool) -> (Vec<Opt>, Vec<Problem>) {
    let words = words(source.octets);
    let texts: Vec<(String, Place)> =
        words.iter().map(|word| (word.text.clone(), Place::line(source.path, word.line))).collect();
    let (options, mut problems) = parsed(&texts, command_line);
    problems.extend(words.iter().filter(|word| word.runaway).map(|word| Problem::Runaway(source.at(word.line))));
    (options, problems)
}

/// The options among arguments, or words of a file, each with its place.
pub fn parsed(words: &[(String, Place)], command_line: bool) -> (Vec<Opt>, Vec<Problem>) {
    let (mut options, mut problems) = (Vec::new(), Vec::new());
    let mut rest = words.iter();
    while let Some((word, place)) = rest.next() {
        let place = place.clone();
        let mut option =
            Opt { name: word.clone(), kind: OptionKind::Device, parameter: None, place: place.clone(), command_line };
        if let Some((parameters, by)) = known(word) {
            option.kind = OptionKind::Named(by);
            if parameters > 0 {
                match rest.next() {
                    Some((parameter, _)) => option.parameter = Some(parameter.clone()),
                    None => {
                        problems.push(Problem::Missing(place, word.clone()));
                        break;
                    }
                }
            }
            if matches!(by, Known::Until249 | Known::Since252) {
                problems.push(Problem::Version(place.clone(), word.clone(), by));
            }
            problems.extend(value_problem(&option));
        } else if word.bytes().all(|octet| octet.is_ascii_digit()) && !word.is_empty() {
            option.kind = OptionKind::Speed;
        } else if word.contains(':') && !word.starts_with('/') {
            option.kind = OptionKind::Addresses;
            let halves = word.split_once(':').unwrap_or_default();
            if [halves.0, halves.1].iter().any(|half| !half.is_empty() && address(half).is_none()) {
                problems.push(Problem::Address(place, word.clone()));
            }
        } else if !is_device(word) {
            problems.push(Problem::Unknown(place, word.clone(), nearest(word)));
            continue;
        }
        options.push(option);
    }
    (options, problems)
}

fn value_problem(option: &Opt) -> Option<Problem> {
    let value = option.parameter.as_deref()?;
    let name = option.name.as_str();
    if matches!(name, "ms-dns" | "ms-wins" | "netmask") && address(value).is_none() {
        return Some(Problem::Address(option.place.clone(), name.to_owned()));
    }
    if NUMBERS.contains(&name) {
        match number(value) {
            (Some(_), true) => {}
            (taken, _) => return Some(Problem::Number(option.place.clone(), name.to_owned(), taken)),
        }
    }
    None
}

/// strtoul(3) with base 0: the number, and whether the text is all of it.
pub fn number(text: &str) -> (Option<u64>, bool) {
    let text = text.trim_start();
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    let length = digits.chars().take_while(|c| c.is_digit(radix)).count();
    let taken = u64::from_str_radix(&digits[..length], radix).ok();
    (taken, taken.is_some() && length == digits.len())
}

/// A dotted address; `None`: a name or nonsense.
fn address(text: &str) -> Option<Ipv4Addr> {
    text.parse()
        .ok()
        .or_else(|| text.strip_prefix("0x").and_then(|hex| u32::from_str_radix(hex, 16).ok()).map(Ipv4Addr::from))
}

/// Words that pppd takes for a device because there is one of that name.
fn is_device(word: &str) -> bool {
    word.starts_with("/dev/") || word.starts_with("tty") || word.starts_with("cua") || word.starts_with("term/")
}

/// Files that options name by `file`, in a file of options or of login lines.
pub fn named_files(octets: &[u8]) -> Vec<String> {
    let all = words(octets);
    let pairs = all.windows(2).filter(|pair| pair[0].text == "file" && pair[1].text.starts_with('/'));
    let called = all.windows(2).filter(|pair| pair[0].text == "call" && !pair[1].text.starts_with('/'));
    let called = called.map(|pair| format!("/etc/ppp/peers/{}", pair[1].text));
    pairs.map(|pair| pair[1].text.clone()).chain(called).collect()
}

/// Whether that line of a file of options holds a password, or the end of one.
pub fn hides(octets: &[u8], line: usize) -> bool {
    let words: Vec<Word> = words(octets);
    let secret = |word: &Word| matches!(word.text.as_str(), "password" | "passwordfd");
    let on = |word: &Word| (word.line..=word.last_line).contains(&line);
    // All of a line that has the option, and wherever its parameter is; who does not quote has the rest behind it.
    words.iter().enumerate().any(|(index, word)| {
        let parameter = words.get(index + 1);
        secret(word) && (on(word) || parameter.is_some_and(on))
    }) || words.iter().any(|word| word.runaway && on(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Vec<Opt>, Vec<Problem>) {
        let source = Source { path: "/etc/ppp/options", octets: text.as_bytes(), mode: 0o644, uid: 0 };
        read(&source, false)
    }

    #[test]
    fn options_may_share_a_line_and_have_their_parameter_on_the_next() {
        let (options, problems) = of("lock auth idle\n300 10.0.0.1:10.0.0.2 57600 /dev/ttyS0\n");
        let names: Vec<_> = options.iter().map(|option| option.name.as_str()).collect();
        assert_eq!(names, ["lock", "auth", "idle", "10.0.0.1:10.0.0.2", "57600", "/dev/ttyS0"]);
        assert_eq!(options[2].parameter.as_deref(), Some("300"));
        assert_eq!(problems, []);
    }

    #[test]
    fn what_pppd_stops_for_is_a_problem() {
        let (_, problems) = of("Auth\nidle 5m\nms-dns nosuch\nidle");
        let at = |line| Place::line("/etc/ppp/options", line);
        assert_eq!(problems[0], Problem::Unknown(at(1), "Auth".into(), Some("auth")));
        assert_eq!(problems[1], Problem::Number(at(2), "idle".into(), Some(5)));
        assert_eq!(problems[2], Problem::Address(at(3), "ms-dns".into()));
        assert_eq!(problems[3], Problem::Missing(at(4), "idle".into()));
    }

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        assert_eq!(number("0x10"), (Some(16), true));
        assert_eq!(number("010"), (Some(8), true));
        assert_eq!(number("0"), (Some(0), true));
        assert_eq!(number("5m"), (Some(5), false));
        assert_eq!(number("m"), (None, false));
    }

    #[test]
    fn lines_with_a_password_are_known() {
        let text = b"user me\npassword\nhidden\nlock\n";
        assert_eq!((1..=4).map(|line| hides(text, line)).collect::<Vec<_>>(), [false, true, true, false]);
    }
}
