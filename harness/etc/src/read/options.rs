//! pppd's options: files, and the arguments of a command line.
//!
//! In go words; out come [`Opt`]s in order, each with its place and whether it came by the command line, and the
//! [`Problem`]s for which pppd stops. Which value wins is for whoever puts a port together.

use super::number::is_speed;
use super::option_table::{Known, nearest, row};
use super::option_value::{self, Fault};
use super::version::PppVersion;
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
    /// An option of a plugin that is not loaded before it.
    NoPlugin(Place, String, &'static str),
    /// A parameter is missing at the end.
    Missing(Place, String),
    /// A parameter that is not what it has to be, or is taken for something else.
    Value(Place, String, Fault),
    /// A pair of addresses with a word that is none; that word.
    Address(Place, String),
    /// A quote runs to the end of the file.
    Runaway(Place),
}

impl Problem {
    /// Whether pppd ends for it; `None`: that depends on what a DNS server says, or on a version that is not known.
    pub fn ends(&self, version: Option<PppVersion>) -> Option<bool> {
        match self {
            Self::Unknown(..) | Self::NoPlugin(..) | Self::Missing(..) => Some(true),
            Self::Version(_, _, known) => version.map(|version| !known.by(version)),
            Self::Value(_, _, fault) => fault.ends(version),
            // Only a name is left for a DNS server: who resolves names takes the rest out.
            Self::Address(..) => None,
            Self::Runaway(_) => Some(false),
        }
    }

    /// Where it is.
    pub const fn place(&self) -> &Place {
        match self {
            Self::Unknown(place, ..)
            | Self::Version(place, ..)
            | Self::NoPlugin(place, ..)
            | Self::Missing(place, _)
            | Self::Value(place, ..)
            | Self::Address(place, _)
            | Self::Runaway(place) => place,
        }
    }
}

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
        if let Some(row) = row(word) {
            option.kind = OptionKind::Named(row.known);
            if row.takes != super::option_table::Takes::Nothing {
                match rest.next() {
                    Some((parameter, _)) => option.parameter = Some(parameter.clone()),
                    None => {
                        problems.push(Problem::Missing(place, word.clone()));
                        break;
                    }
                }
            }
            if matches!(row.known, Known::Until249 | Known::Since252) {
                problems.push(Problem::Version(place.clone(), word.clone(), row.known));
            }
            let faults = option.parameter.iter().filter_map(|value| option_value::fault(row.takes, value));
            problems.extend(faults.map(|fault| Problem::Value(place.clone(), word.clone(), fault)));
        } else if is_speed(word) {
            option.kind = OptionKind::Speed;
        } else if word.contains(':') && !word.starts_with('/') {
            option.kind = OptionKind::Addresses;
            let halves = word.split_once(':').unwrap_or_default();
            let names = [halves.0, halves.1]
                .into_iter()
                .filter(|half| !half.is_empty() && super::number::inet_addr(half).is_none());
            problems.extend(names.map(|name| Problem::Address(place.clone(), name.to_owned())));
        } else if !is_device(word) {
            problems.push(Problem::Unknown(place, word.clone(), nearest(word)));
            continue;
        }
        options.push(option);
    }
    (options, problems)
}

/// strtoul(3) with base 0: the number, and whether the text is all of it.
pub fn number(text: &str) -> (Option<u64>, bool) {
    super::number::unsigned(text).map_or((None, false), |(value, whole)| (Some(value), whole))
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
        assert_eq!(problems[1], Problem::Value(at(2), "idle".into(), Fault::TakenAs(5)));
        assert_eq!(problems[2], Problem::Value(at(3), "ms-dns".into(), Fault::Name("nosuch".into())));
        assert_eq!(problems[3], Problem::Missing(at(4), "idle".into()));
    }

    #[test]
    fn a_speed_is_any_number_that_is_not_0() {
        let (options, problems) = of("57600 0x10 10.0.0.1:10.0.0.2 5x 0");
        assert_eq!(options.iter().filter(|option| option.kind == OptionKind::Speed).count(), 2);
        assert!(matches!(&*problems, [Problem::Unknown(_, a, _), Problem::Unknown(_, b, _)] if a == "5x" && b == "0"));
    }

    #[test]
    fn whether_pppd_ends_may_depend_on_its_version() {
        let ends = |text: &str| PppVersion::ALL.map(|version| of(text).1[0].ends(Some(version)));
        assert_eq!(ends("usepeerwins"), [Some(true), Some(false)]);
        assert_eq!(ends("ipx"), [Some(false), Some(true)]);
        assert_eq!(ends("deflate 8"), [Some(false), Some(true)]);
        assert_eq!(of("usepeerwins").1[0].ends(None), None);
        assert_eq!(of("mtu 100").1[0].ends(None), Some(true));
        assert_eq!(of("idle 08").1[0].ends(None), Some(false));
    }

    #[test]
    fn each_half_of_a_pair_that_is_no_address_is_told() {
        let (_, problems) = of("dialserver:10.99.99.100-200
10.0.0.1:
");
        assert!(matches!(&*problems, [Problem::Address(_, a), Problem::Address(_, b)]
            if a == "dialserver" && b == "10.99.99.100-200"));
    }

    #[test]
    fn lines_with_a_password_are_known() {
        let text = b"user me\npassword\nhidden\nlock\n";
        assert_eq!((1..=4).map(|line| hides(text, line)).collect::<Vec<_>>(), [false, true, true, false]);
    }
}
