//! dialin.config: rules that never bite, or bite somebody else.

use super::{Check, Subject};
use crate::registry::caller_id as registered;
use crate::{Cue, Finding};
use offhook_etc::read::dialin;

pub(super) const CHECKS: &[Check] = &[dead, early, odd, programs];

fn rules<'a>(subject: &'a Subject<'_>) -> &'a [dialin::Rule] {
    subject.facts.rules.as_deref().unwrap_or_default()
}

fn dead(subject: &Subject<'_>) -> Vec<Finding> {
    let rules = rules(subject);
    let mut found = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let Some(first) = rules[..index].iter().find(|earlier| earlier.covers(rule)) else { continue };
        let same = first.allow == rule.allow;
        let found_by = if same { &registered::RULE_IDLE } else { &registered::RULE_DEAD };
        let why = format!(
            "{} at {} matches every such number, and the first rule that matches decides",
            first.token(),
            first.place
        );
        found.push(
            Finding::new(found_by, format!("the rule {} is never reached", rule.token()))
                .at(rule.place.clone())
                .why(why)
                .cue(first.place.line.map(Cue::Above))
                .fix(if same { String::new() } else { format!("move it above {}", first.token()) }),
        );
    }
    found
}

fn early(subject: &Subject<'_>) -> Vec<Finding> {
    let numbers = rules(subject).iter().find(|rule| !rule.is_all() && rule.number != "none");
    let Some(rule) = numbers else { return Vec::new() };
    let mut found = Vec::new();
    for port in subject.ports.iter().filter(|port| !port.direct.value && port.rings.value == 1) {
        if port.values.contains_key("get-cnd-chat") {
            continue;
        }
        let (_, lets_in) = dialin::decision(rules(subject), "none");
        let what = if lets_in {
            "the rules for numbers have no effect on this port: every caller is answered as one without caller ID"
        } else {
            "nobody is answered on this port: every caller counts as one without caller ID, and the rules deny those"
        };
        found.push(
            Finding::new(&registered::CALLER_ID_TOO_EARLY, what)
                .at(port.rings.place.clone().or_else(|| Some(port.entry.place.clone())))
                .on(&port.device)
                .why(format!("the number usually comes between the first and the second ring, and this port answers after the first; the rule {} at {} needs a number", rule.token(), rule.place)),
        );
    }
    found
}

fn odd(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rules(subject) {
        let token = rule.token();
        if rule.number.is_empty() {
            found.push(
                Finding::new(&registered::RULE_LONE_BANG, "a ! without a number denies every caller")
                    .at(rule.place.clone())
                    .why("the number after the blank is a rule of its own, which allows"),
            );
        } else if let Some(rest) = rule.number.strip_prefix('\u{feff}') {
            found.push(
                Finding::new(
                    &registered::RULE_NO_NUMBER,
                    format!("an invisible byte order mark stands before the rule {rest}: no number begins with it"),
                )
                .at(rule.place.clone())
                .why("mgetty takes it for part of the rule")
                .fix("save the file as UTF-8 without a byte order mark"),
            );
        } else if ["all", "none"].iter().any(|word| rule.number != *word && rule.number.eq_ignore_ascii_case(word)) {
            let word = rule.number.to_ascii_lowercase();
            found.push(
                Finding::new(&registered::RULE_NO_NUMBER, format!("no caller's number begins with {token}"))
                    .at(rule.place.clone())
                    .why(format!("mgetty knows the word {word} in small letters only"))
                    .fix(format!("write {}{word}", if rule.allow { "" } else { "!" })),
            );
        } else if rule.number == "#" {
            found.push(
                Finding::new(
                    &registered::RULE_COMMENT,
                    "a # after a rule does not begin a comment: every word after it is a rule",
                )
                .at(rule.place.clone())
                .why("only a line that begins with # is a comment"),
            );
        } else if rule.number.contains('!')
            || rule.number.starts_with('+')
            || rule.number.starts_with(|c: char| c.is_ascii_digit())
                && rule.number.contains(|c: char| !c.is_ascii_digit())
        {
            found.push(
                Finding::new(&registered::RULE_NO_NUMBER, format!("no caller's number begins with {token}"))
                    .at(rule.place.clone())
                    .why("numbers arrive as digits, and rules end at blanks, commas and line ends"),
            );
        }
    }
    found
}

/// Programs of mgetty.config that are not there.
fn programs(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let effects = [
        ("cnd-program", "every caller is answered: of its statuses only 1 denies"),
        ("cid-program", "the port answers after 117 rings: that is what status 127 asks for"),
    ];
    for port in subject.ports {
        for (key, effect) in effects {
            let Some(value) = port.values.get(key) else { continue };
            let Some(program) = value.text.split_whitespace().next() else { continue };
            // Of programs elsewhere nobody knows here.
            let known = program.starts_with("/etc/") && subject.tree.covers(program);
            let unread = program.strip_prefix("/etc/").is_some_and(|path| subject.tree.is_unread(path));
            let missing = (known && !unread && subject.tree.etc.file(program).is_none())
                .then(|| format!("{program} does not exist"));
            if let Some(why) = subject.facts.unstartable(program).or(missing) {
                found.push(
                    Finding::new(&registered::CALLER_PROGRAM_MISSING, format!("{why}, and {effect}"))
                        .at(value.place.clone())
                        .on(&port.device)
                        .why(format!("{key} names it, and the shell that is to start it ends with status 127")),
                );
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::{codes, shows, with};

    #[test]
    fn rules_that_are_never_reached_are_found() {
        shows("rule-dead", Warning, &[("mgetty/dialin.config", "!all\n555\n")]);
        shows("rule-dead", Warning, &[("mgetty/dialin.config", "all\n!555\n")]);
        shows("rule-dead", Warning, &[("mgetty/dialin.config", "555\n!5551234\n!all\n")]);
        shows("rule-idle", Note, &[("mgetty/dialin.config", "555\n5551234\n!all\n")]);
        assert!(!codes(&with(&[("mgetty/dialin.config", "!5551234\n555\n!all\n")])).contains(&"rule-dead"));
    }

    #[test]
    fn a_number_is_not_known_after_one_ring() {
        let inittab = ("inittab", "S0:2345:respawn:/sbin/mgetty -D ttyS0\n");
        shows("caller-id-too-early", Error, &[inittab]);
        assert!(!codes(&with(&[inittab, ("mgetty/dialin.config", "!none\n")])).contains(&"caller-id-too-early"));
        assert!(!codes(&with(&[inittab, ("mgetty/dialin.config", "")])).contains(&"caller-id-too-early"));
    }

    #[test]
    fn programs_that_are_not_there_are_found() {
        for key in ["cnd-program", "cid-program"] {
            let config = format!("{key} /etc/mgetty/who -v\n");
            shows("caller-program-missing", Error, &[("mgetty/mgetty.config", &config)]);
            let there = [("mgetty/mgetty.config", &*config), ("mgetty/who", "#!/bin/sh\n")];
            assert!(!codes(&with(&there)).contains(&"caller-program-missing"));
        }
        let elsewhere = [("mgetty/mgetty.config", "cid-program /usr/local/bin/who\n")];
        assert!(!codes(&with(&elsewhere)).contains(&"caller-program-missing"));
    }

    #[test]
    fn words_that_are_no_rules_are_found() {
        shows("rule-lone-bang", Warning, &[("mgetty/dialin.config", "! 555\n")]);
        shows("rule-comment", Warning, &[("mgetty/dialin.config", "555 # friend\n")]);
        shows("rule-no-number", Warning, &[("mgetty/dialin.config", "555!all\n")]);
        shows("rule-no-number", Warning, &[("mgetty/dialin.config", "555-1234\n")]);
        shows("rule-no-number", Warning, &[("mgetty/dialin.config", "\u{feff}555\n!all\n")]);
        shows("rule-no-number", Warning, &[("mgetty/dialin.config", "555\n!All\n")]);
    }
}
