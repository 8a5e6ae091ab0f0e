//! mgetty.config: keys and values that do not do what they look like.

use super::{Check, Subject};
use crate::effective::Port;
use crate::registry::mgetty as rule;
use crate::{Cue, Finding};
use offhook_etc::read::mgetty_config::{self, Problem, Value};

pub(super) const CHECKS: &[Check] = &[problems, sections, raised, modes];

/// Times that mgetty raises to so many seconds (mgetty.c, after its arguments).
const LEAST: &[(&str, i64)] = &[("modem-check-time", 900), ("ringback-time", 30)];
/// Permission bits that are read like every number: with 0 in front octal, without decimal.
const MODES: &[&str] = &["port-mode", "fax-mode"];

fn problems(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(source) = subject.tree.mgetty("mgetty.config") else { return Vec::new() };
    let finding = |problem| match problem {
        Problem::Key(place, key, nearest) => {
            let fix =
                nearest.map_or_else(|| "remove the line".to_owned(), |nearest| format!("did you mean `{nearest}`?"));
            let cue = nearest.map(|nearest| Cue::Word { wrong: key.clone(), meant: nearest.to_string() });
            Finding::new(&rule::MGETTY_KEY, format!("mgetty does not know `{key}` and ignores the line"))
                .at(place)
                .fix(fix)
                .cue(cue)
        }
        Problem::Number(place, key) => {
            Finding::new(&rule::MGETTY_NUMBER, format!("`{key}` needs a number: mgetty ignores the line")).at(place)
        }
        Problem::Bool(place, key, value) => Finding::new(&rule::MGETTY_BOOL, format!("`{key} {value}` means no"))
            .at(place)
            .why("only words that begin with y or t, the word on, and an empty value mean yes")
            .fix(format!("write `{key} yes` or `{key} no`")),
        Problem::Flow(place, key) => {
            Finding::new(&rule::MGETTY_FLOW, format!("`{key}` needs rts, xon, both or none")).at(place)
        }
    };
    mgetty_config::problems(&source).into_iter().map(finding).collect()
}

fn sections(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(source) = subject.tree.mgetty("mgetty.config") else { return Vec::new() };
    let served = |name: &str| subject.ports.iter().any(|port| mgetty_config::same_port(name, &port.device));
    let sections = mgetty_config::sections(&source).into_iter().filter(|(name, _)| !served(name));
    sections
        .map(|(name, line)| match name.strip_prefix("/dev/").filter(|device| served(device)) {
            Some(device) => Finding::new(
                &rule::MGETTY_SECTION_PATH,
                format!("this section is ignored: mgetty looks for a section called {device}"),
            )
            .at(source.at(line))
            .on(device)
            .why("mgetty removes /dev/ from the device on its command line, but not from the name of a section")
            .fix(format!("write `port {device}`")),
            None => Finding::new(&rule::MGETTY_SECTION, "the section is for a port that is not served")
                .at(source.at(line))
                .why("a section is used if its name is the device on mgetty's command line, without /dev/"),
        })
        .collect()
}

/// A value of the ports, with its number; each line once, though several ports may have it.
fn numbers<'a>(subject: &'a Subject<'_>, key: &'a str) -> impl Iterator<Item = (&'a Port, &'a Value, i64)> {
    subject.ports.iter().filter_map(move |port| {
        let value = port.values.get(key)?;
        Some((port, value, mgetty_config::integer(&value.text)?))
    })
}

/// Times that are shorter than mgetty lets them be. A negative one turns the check off.
fn raised(subject: &Subject<'_>) -> Vec<Finding> {
    let finding = |(key, least): &(&str, i64)| {
        // On a direct line neither is looked at.
        let short =
            numbers(subject, key).filter(|(port, _, number)| !port.direct.value && (0..*least).contains(number));
        let of = short.map(|(port, value, number)| {
            Finding::new(&rule::MGETTY_TIME, format!("`{key} {number}` has no effect: mgetty makes it {least} seconds"))
                .at(value.place.clone())
                .on(&port.device)
                .why("mgetty takes its least value instead")
        });
        of.collect::<Vec<_>>()
    };
    LEAST.iter().flat_map(finding).collect()
}

/// Modes that look octal and are decimal.
fn modes(subject: &Subject<'_>) -> Vec<Finding> {
    let finding = |key: &&str| {
        let decimal = numbers(subject, key).filter_map(|(port, value, number)| {
            let digits = value.text.split_whitespace().next().filter(|digits| digits.starts_with(['6', '7']))?;
            // What is no mode in octal was meant in decimal.
            let octal = i64::from_str_radix(digits, 8).ok().filter(|_| digits.len() == 3)?;
            let what = format!("`{key} {digits}` is decimal: mgetty sets the mode 0{number:o}, not 0{octal:o}");
            Some(
                Finding::new(&rule::MGETTY_MODE, what)
                    .at(value.place.clone())
                    .on(&port.device)
                    .why("mgetty takes a number for octal only with a 0 in front")
                    .fix(format!("write `{key} 0{digits}`"))
                    .cue(Cue::Word { wrong: digits.to_owned(), meant: format!("0{digits}") }),
            )
        });
        decimal.collect::<Vec<_>>()
    };
    MODES.iter().flat_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::{codes, shows, with};

    #[test]
    fn what_mgetty_passes_over_is_found() {
        shows("mgetty-key", Warning, &[("mgetty/mgetty.config", "ringss 3\n")]);
        shows("mgetty-number", Warning, &[("mgetty/mgetty.config", "rings many\n")]);
        shows("mgetty-bool", Warning, &[("mgetty/mgetty.config", "data-only 1\n")]);
        shows("mgetty-flow", Warning, &[("mgetty/mgetty.config", "data-flow crtscts\n")]);
        shows("mgetty-section-path", Error, &[("mgetty/mgetty.config", "port /dev/ttyS0\n rings 3\n")]);
        shows("mgetty-section", Note, &[("mgetty/mgetty.config", "port ttyS7\n debug 9\n")]);
    }

    #[test]
    fn numbers_that_mgetty_takes_otherwise_are_found() {
        // Of mgetty 1.2.1 with 60 and with 160: it asks the modem after 900 s.
        shows("mgetty-time", Note, &[("mgetty/mgetty.config", "modem-check-time 160\n")]);
        // Its log with 600: data=600, and the device has the mode 1130.
        shows("mgetty-mode", Warning, &[("mgetty/mgetty.config", "port-mode 600\n")]);
        for fine in
            ["modem-check-time 900", "modem-check-time -1", "port-mode 0660", "port-mode 0x1b0", "port-mode 432"]
        {
            let found = codes(&with(&[("mgetty/mgetty.config", &format!("{fine}\n"))]));
            assert!(!found.contains(&"mgetty-time") && !found.contains(&"mgetty-mode"), "{fine}: {found:?}");
        }
    }
}
