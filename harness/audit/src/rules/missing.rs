//! Programs that the files name and the machine does not have, and what does not work without them. Known with the server's
//! root directory only.

use super::{Check, Subject};
use crate::Finding;
use crate::Severity::Warning;
use crate::effective::Answers;
use crate::registry::programs as rule;
use crate::starting;
use offhook_etc::programs::started_by;
use offhook_etc::read::program::Program;
use offhook_report::text::printable;

pub(super) const CHECKS: &[Check] = &[serving, ppp, autoppp, logins, scripts];

/// What init is to start on a port.
fn serving(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in &subject.facts.init.entries {
        // What is misspelled is told as that.
        let misspelled = matches!(entry.runs.program, Program::Resembles { .. });
        let program = entry.runs.words.first().filter(|_| !misspelled);
        let Some(why) = program.and_then(|program| subject.facts.unstartable(program)) else { continue };
        let what = match &entry.device {
            Some(device) => format!("nobody is answered on {}: {why}", printable(device)),
            None => format!("nobody is answered: {why}"),
        };
        let finding = Finding::new(&rule::PROGRAM_MISSING, what).at(entry.place.clone());
        let finding = entry.device.iter().fold(finding, |finding, device| finding.on(device));
        found.push(finding.why(format!("{} is to start it, and cannot", subject.facts.init.manager.name())));
    }
    found
}

/// pppd, and what it has to start before it says anything.
fn ppp(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for port in subject.ports.iter().filter(|port| port.unserved.is_none()) {
        for (place, why) in port.ppp.iter().flat_map(|ppp| starting::missing_programs(subject.facts, ppp)) {
            let what = format!("nobody gets in by PPP: {why}");
            match found.iter_mut().find(|known| known.what == what && known.place.as_ref() == Some(&place)) {
                Some(known) => known.ports.push(port.device.clone()),
                None => found.push(
                    Finding::new(&rule::PPP_PROGRAM_MISSING, what)
                        .at(place)
                        .on(&port.device)
                        .why("a caller who begins with PPP is answered and disconnected"),
                ),
            }
        }
    }
    found
}

/// A program of the administrator's own that takes callers by PPP.
fn autoppp(subject: &Subject<'_>) -> Vec<Finding> {
    let line = subject.facts.ppp_line().filter(|line| line.program() != "pppd" && has_mgetty(subject));
    let why = line.and_then(|line| Some((line, subject.facts.unstartable(line.words.first()?)?)));
    let finding = why.map(|(line, why)| {
        let finding = Finding::new(&rule::PPP_PROGRAM_MISSING, format!("nobody gets in by PPP: {why}"));
        finding.at(line.place.clone()).why("a caller who begins with PPP is answered and disconnected")
    });
    finding.into_iter().collect()
}

/// What a name at the prompt starts.
fn logins(subject: &Subject<'_>) -> Vec<Finding> {
    if !has_mgetty(subject) {
        return Vec::new();
    }
    let facts = subject.facts;
    let usual = facts.login_line("somebody");
    let of_usual = facts.unstartable(facts.login_program("somebody")).map(|why| {
        let finding = Finding::new(&rule::LOGIN_PROGRAM_MISSING, format!("nobody can log in at the prompt: {why}"));
        finding.at(usual.map(|line| line.place.clone())).why("whoever gives a name is disconnected")
    });
    let lines = facts.login.iter().filter(|_| facts.login_ignored.is_none()).flat_map(|login| &login.lines);
    let special = lines.filter(|line| Some(*line) != usual && line.pattern != "/AutoPPP/");
    let of_others = special.filter_map(|line| {
        let why = facts.unstartable(line.words.first()?)?;
        let what = format!("whoever gives a name like {} is disconnected: {why}", printable(&line.pattern));
        let finding = Finding::new(&rule::LOGIN_PROGRAM_MISSING, what).severity(Warning);
        Some(finding.at(line.place.clone()).why("mgetty cannot execute the program of the line"))
    });
    of_usual.into_iter().chain(of_others).collect()
}

fn has_mgetty(subject: &Subject<'_>) -> bool {
    subject.ports.iter().any(|port| port.server == Answers::Mgetty && port.unserved.is_none())
}

/// What pppd starts besides.
fn scripts(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        // What comes of `pty` is not known: it is no option for a server anyway.
        let known = |name: &str| name == "pty" || starting::BEFORE.contains(&name);
        let others = ppp.options.iter().filter(|option| !known(&option.name));
        let missing = others.filter_map(|option| Some((option, subject.facts.unstartable(&started_by(option)?)?)));
        let finding = |(option, why): (&offhook_etc::read::options::Opt, String)| {
            let what = format!("`{}` has pppd run a program in vain: {why}", option.name);
            Finding::new(&rule::SCRIPT_MISSING, what).at(option.place.clone()).why("pppd logs it, and goes on")
        };
        missing.map(finding).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use offhook_etc::installed::{Presence, Programs};
    use offhook_etc::source::Tree;

    use crate::Severity::{self, Error, Warning};
    use crate::tests::{audited, with};
    use crate::{Audit, Finding};

    /// A correct server with those changes, without those programs.
    fn without(missing: &[&str], changes: &[(&str, &str)]) -> Audit {
        let missing = missing.iter().map(|program| ((*program).to_owned(), Presence::Missing));
        audited(&Tree { programs: Some(Programs::of(missing)), ..with(changes) })
    }

    fn told(audit: &Audit) -> Vec<(&'static str, Severity, &str)> {
        let worse = |finding: &&Finding| finding.severity < Severity::Note;
        audit.findings.iter().filter(worse).map(|finding| (finding.code(), finding.severity, &*finding.what)).collect()
    }

    #[test]
    fn without_mgetty_nobody_is_answered_and_nothing_else_is_said_of_the_port() {
        let audit = without(&["/sbin/mgetty"], &[]);
        let on = |device| ("program-missing", Error, device);
        assert_eq!(
            told(&audit),
            [
                on("nobody is answered on ttyS0: /sbin/mgetty does not exist"),
                on("nobody is answered on ttyS1: /sbin/mgetty does not exist")
            ]
        );
        let said: Vec<_> = audit.ports[0].statements.iter().map(|said| said.text.as_str()).collect();
        assert_eq!(said, ["nobody is answered: /sbin/mgetty does not exist", "57600 bit/s at the port, data only"]);
    }

    #[test]
    fn without_pppd_nobody_gets_in_by_ppp_and_a_danger_is_latent() {
        let open = [
            ("mgetty/login.config", "/AutoPPP/ - a_ppp /usr/sbin/pppd\n* - - /bin/login @\n"),
            ("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\nnoauth\n"),
        ];
        let audit = without(&["/usr/sbin/pppd"], &open);
        let missing = "nobody gets in by PPP: /usr/sbin/pppd does not exist";
        assert!(told(&audit).contains(&("ppp-program-missing", Error, missing)), "{:#?}", told(&audit));
        let danger = audit.findings.iter().find(|finding| finding.code() == "noauth-undoes-auth");
        assert_eq!(danger.and_then(|danger| danger.latent.as_deref()), Some("not yet, because of ppp-program-missing"));
        let said: Vec<_> = audit.ports[0].statements.iter().map(|said| said.text.as_str()).collect();
        let auth = "nobody gets in by PPP: pppd does not start, because /usr/sbin/pppd does not exist";
        assert!(said.contains(&auth) && !said.iter().any(|text| text.contains("alice")), "{said:#?}");
    }

    #[test]
    fn without_login_nobody_logs_in_and_a_line_of_its_own_is_a_warning() {
        let login = "/AutoPPP/ - a_ppp /usr/sbin/pppd auth -chap +pap\nbbs* - - /opt/bbs\n* - - /bin/login @\n";
        let audit = without(&["/bin/login", "/opt/bbs"], &[("mgetty/login.config", login)]);
        assert_eq!(
            told(&audit),
            [
                ("login-program-missing", Error, "nobody can log in at the prompt: /bin/login does not exist"),
                (
                    "login-program-missing",
                    Warning,
                    "whoever gives a name like bbs* is disconnected: /opt/bbs does not exist"
                ),
            ]
        );
        let said = audit.ports[0].statements.iter().find(|said| said.topic == crate::Topic::Login);
        assert!(said.is_some_and(|said| said.text.ends_with("is disconnected: /bin/login does not exist")));
        // What mgetty starts where no line decides.
        let audit = without(&["/bin/login"], &[("mgetty/login.config", "")]);
        assert!(told(&audit).iter().any(|(code, ..)| *code == "login-program-missing"));
    }

    #[test]
    fn a_program_that_pppd_waits_for_ends_it_and_another_does_not() {
        let options = |more: &str| format!("192.168.32.1:192.168.32.105\n{more}\n");
        let audit = |more: &str| without(&["/opt/x"], &[("ppp/options.ttyS0", &options(more))]);
        let codes = |audit: &Audit| audit.findings.iter().map(Finding::code).collect::<Vec<_>>();
        let ends = audit("connect '/opt/x -v'");
        assert!(codes(&ends).contains(&"ppp-program-missing") && !codes(&ends).contains(&"script-missing"));
        let goes_on = audit("disconnect /opt/x");
        assert!(!codes(&goes_on).contains(&"ppp-program-missing") && codes(&goes_on).contains(&"script-missing"));
    }

    #[test]
    fn a_program_of_the_administrators_own_is_missed_too() {
        let login = [("mgetty/login.config", "/AutoPPP/ - - /opt/in\n* - - /bin/login @\n")];
        let audit = without(&["/opt/in"], &login);
        assert!(told(&audit).contains(&(
            "ppp-program-missing",
            Error,
            "nobody gets in by PPP: /opt/in does not exist"
        )));
        let ppp = audit.ports[0].statements.iter().find(|said| said.topic == crate::Topic::Ppp);
        assert_eq!(ppp.map(|said| &*said.text), Some("PPP is recognised, and the call ends: /opt/in does not exist"));
    }
}
