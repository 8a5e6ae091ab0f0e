//! dialin.config: rules that never bite, or bite somebody else.

use super::{Rule, Subject};
use crate::audit::Finding;
use crate::audit::Severity::{Broken, Note, Warning};
use crate::audit::read::dialin;

pub(super) const RULES: &[Rule] = &[dead, early, odd];

fn rules<'a>(subject: &'a Subject<'_>) -> &'a [dialin::Rule] {
    subject.facts.rules.as_deref().unwrap_or_default()
}

fn dead(subject: &Subject<'_>) -> Vec<Finding> {
    let rules = rules(subject);
    let mut found = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let Some(first) = rules[..index].iter().find(|earlier| earlier.covers(rule)) else { continue };
        let (code, severity) = if first.allow == rule.allow { ("rule-idle", Note) } else { ("rule-dead", Warning) };
        let why = format!(
            "{} at {} fits every such number, and the first rule that fits decides",
            first.token(),
            first.place
        );
        found.push(
            Finding::new(code, severity, format!("the rule {} is never reached", rule.token()))
                .at(rule.place.clone())
                .why(why)
                .mend(if first.allow == rule.allow {
                    String::new()
                } else {
                    format!("move it above {}", first.token())
                }),
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
            "rules for numbers bite nobody here: every caller is answered as one without caller ID"
        } else {
            "nobody is answered here: every caller counts as one without caller ID, which the rules deny"
        };
        found.push(
            Finding::new("caller-id-too-early", Broken, what)
                .at(port.rings.place.clone().or_else(|| Some(port.entry.place.clone())))
                .on(&port.device)
                .why(format!("the number comes between the first and the second ring, and this port answers after the first; {} at {} looks for a number", rule.token(), rule.place))
                .mend("answer after 2 rings or more (-n 2)"),
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
                Finding::new("rule-lone-bang", Warning, "a ! that stands alone denies every caller")
                    .at(rule.place.clone())
                    .why("the number after the blank is a rule of its own, which allows")
                    .mend("write the ! and the number together"),
            );
        } else if rule.number == "#" {
            found.push(
                Finding::new(
                    "rule-comment",
                    Warning,
                    "a # behind a rule begins no comment: every word after it is a rule",
                )
                .at(rule.place.clone())
                .why("only a line whose first character is # is a comment")
                .mend("put the comment on a line of its own"),
            );
        } else if rule.number.contains('!')
            || rule.number.starts_with('+')
            || rule.number.starts_with(|c: char| c.is_ascii_digit())
                && rule.number.contains(|c: char| !c.is_ascii_digit())
        {
            found.push(
                Finding::new("rule-no-number", Warning, format!("no caller's number begins with {token}"))
                    .at(rule.place.clone())
                    .why("numbers come as digits alone, and rules are parted by blanks, commas and line ends")
                    .mend("write the digits alone, one rule a line"),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::audit::Severity::{Broken, Note, Warning};
    use crate::audit::tests::{codes, shows, with};

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
        shows("caller-id-too-early", Broken, &[inittab]);
        assert!(!codes(&with(&[inittab, ("mgetty/dialin.config", "!none\n")])).contains(&"caller-id-too-early"));
        assert!(!codes(&with(&[inittab, ("mgetty/dialin.config", "")])).contains(&"caller-id-too-early"));
    }

    #[test]
    fn words_that_are_no_rules_are_found() {
        shows("rule-lone-bang", Warning, &[("mgetty/dialin.config", "! 555\n")]);
        shows("rule-comment", Warning, &[("mgetty/dialin.config", "555 # friend\n")]);
        shows("rule-no-number", Warning, &[("mgetty/dialin.config", "555!all\n")]);
        shows("rule-no-number", Warning, &[("mgetty/dialin.config", "555-1234\n")]);
    }
}
