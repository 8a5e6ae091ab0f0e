//! What pppd does about an option that it does not take as it stands, in words.
//!
//! In go the subject and a [`Problem`]; out comes a finding. A word that may be part of a password is not repeated.

use super::Subject;
use crate::Severity::{Error, Note, Warning};
use crate::registry::options as rule;
use crate::{Cue, Finding};
use offhook_etc::read::hosts::Host;
use offhook_etc::read::option_table::Known;
use offhook_etc::read::option_value::Fault;
use offhook_etc::read::options::{self, Problem};
use offhook_etc::read::version::PppVersion;
use offhook_etc::source::Place;

/// What stands for a word that may be part of a password.
const HIDDEN: &str = "a word";

/// The finding of a problem.
pub(super) fn told(subject: &Subject<'_>, problem: Problem) -> Finding {
    // A word that may be part of a password is not repeated.
    let word = |place: &Place, word: String| {
        let hidden = match (subject.tree.source(&place.file), place.line) {
            (Some(source), Some(line)) => {
                options::hides(source.octets, line) || line > 1 && options::hides(source.octets, line - 1)
            }
            _ => false,
        };
        if hidden { HIDDEN.to_owned() } else { format!("{word:?}") }
    };
    match problem {
        Problem::Unknown(place, text, nearest) => {
            let shown = word(&place, text.clone());
            // Where the word itself is not shown, it may be a password.
            let meant = nearest.filter(|_| shown != HIDDEN);
            let cue = meant.map(|near| Cue::Word { wrong: text, meant: near.to_owned() });
            let hint = nearest.map_or_else(
                || "remove it, or put quotes around what belongs together".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Finding::new(&rule::OPTION_UNKNOWN, format!("pppd does not know {shown} and ends: nobody gets PPP"))
                .at(place)
                .fix(hint)
                .cue(cue)
        }
        Problem::NoPlugin(place, name, plugin) => Finding::new(
            &rule::OPTION_UNKNOWN,
            format!("pppd does not know `{name}` and ends: the plugin {plugin} is not loaded before it"),
        )
        .at(place)
        .fix(format!("write `plugin {plugin}.so` above it, or remove it")),
        Problem::Version(place, name, known) => version(subject, place, &name, known),
        Problem::Missing(place, name) => {
            Finding::new(&rule::OPTION_VALUE, format!("`{name}` has no value, so pppd ends"))
                .at(place)
                .fix("give it a value")
        }
        Problem::Value(place, _, Fault::Name(text)) | Problem::Address(place, text) if is_nonsense(subject, &text) => {
            let what =
                format!("{} is no address and no host's name: pppd ends, and nobody gets PPP", word(&place, text));
            Finding::new(&rule::OPTION_VALUE, what)
                .at(place)
                .why("pppd takes one address, or a name that it can look up; it knows no ranges")
                .fix("write one address in digits; addresses of single callers go into the fourth column of the secrets files")
        }
        Problem::Address(place, text) => name_of_host(place.clone(), &word(&place, text)),
        Problem::Value(place, name, fault) => value(place, &name, &fault, &word),
        Problem::Runaway(place) => Finding::new(
            &rule::OPTIONS_QUOTE,
            "a quote is opened here and never closed: pppd takes the rest of the file as one word",
        )
        .at(place),
    }
}

fn is_nonsense(subject: &Subject<'_>, text: &str) -> bool {
    subject.facts.hosts.host(text) == Host::Nonsense
}

fn name_of_host(place: Place, shown: &str) -> Finding {
    Finding::new(
        &rule::OPTION_VALUE,
        format!("{shown} is a name that /etc/hosts does not have: pppd ends if no DNS server knows it"),
    )
    .severity(Warning)
    .at(place)
    .why("pppd looks names up whenever it starts")
    .fix("write the address in digits, or put the name into /etc/hosts")
}

/// An option that one version knows and the other does not.
fn version(subject: &Subject<'_>, place: Place, name: &str, known: Known) -> Finding {
    let (knows, other) = PppVersion::ALL.into_iter().fold((None, None), |(yes, no), version| {
        if known.by(version) { (Some(version), no) } else { (yes, Some(version)) }
    });
    let number = |version: Option<PppVersion>| version.map_or("", PppVersion::number);
    let (severity, what) = match subject.facts.ppp_version {
        Some(version) if !known.by(version) => {
            (Error, format!("pppd {version} does not know `{name}` and ends: nobody gets PPP"))
        }
        Some(_) => (Note, format!("pppd {} does not know `{name}`, and would end", number(other))),
        None => (
            Warning,
            format!(
                "pppd {} does not know `{name}` and ends: nobody gets PPP there; {} knows it",
                number(other),
                number(knows)
            ),
        ),
    };
    let cue = Cue::Text(name.to_owned());
    let finding = Finding::new(&rule::OPTION_VERSION, what).severity(severity).at(place).cue(cue);
    if severity == Error { finding.fix("remove it") } else { finding }
}

/// A value that pppd refuses, or takes for another.
fn value(place: Place, name: &str, fault: &Fault, word: &dyn Fn(&Place, String) -> String) -> Finding {
    let finding = |what: String| Finding::new(&rule::OPTION_VALUE, what);
    let found = match fault {
        Fault::NoNumber => finding(format!("`{name}` has no number, so pppd ends"))
            .fix("write a number in digits only; times are in seconds"),
        Fault::TakenAs(taken) => finding(format!("pppd takes `{name}` as {taken}, which is not what it looks like"))
            .severity(Warning)
            .why("a number that begins with 0 is octal, so 08 is 0; what follows the digits is ignored; what is too large is cut off")
            .fix("write a number in digits only, without a 0 before it; times are in seconds"),
        Fault::Range { number, limits, .. } => {
            finding(format!("`{name}` may be {limits}, and is {number}: pppd ends, and nobody gets PPP"))
                .why("pppd checks the value when it starts, and takes no other")
                .fix(format!("write a value of {limits}, or remove the option"))
        }
        Fault::Name(text) => return name_of_host(place.clone(), &word(&place, text.clone())),
        Fault::Netmask => finding("the netmask is none, so pppd ends".to_owned())
            .fix("remove it: a link between two hosts needs none"),
        Fault::NoAssignment => {
            finding(format!("`{name}` needs NAME=VALUE, so pppd ends")).fix("write NAME=VALUE, or remove it")
        }
        Fault::Disabled => finding(format!("`{name}` is forbidden by an option before it, so pppd ends"))
            .why(format!("`no{name}` does not only switch it off: pppd then refuses the option itself"))
            .fix("remove one of the two"),
        Fault::Outside => finding("`call` may not begin with / or hold .., so pppd ends".to_owned())
            .fix("name a file below /etc/ppp/peers, or use `file`"),
    };
    found.at(place)
}
