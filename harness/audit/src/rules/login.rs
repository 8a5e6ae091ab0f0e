//! login.config: whether PPP is recognised, and what is started.

use super::{Check, Subject};
use crate::Severity::{Note, Warning};
use crate::effective::{Answers, Port};
use crate::registry::login as rule;
use crate::{Cue, Finding};
use offhook_etc::read::login_config::MOST_ARGUMENTS;
use offhook_etc::source::Place;

pub(super) const CHECKS: &[Check] = &[ignored, shadowed, off, arguments, programs, silent];

fn ignored(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(why) = &subject.facts.login_ignored else { return Vec::new() };
    let place = subject.tree.mgetty("login.config").map(|source| Place::file(source.path));
    vec![
        Finding::new(
            &rule::LOGIN_CONFIG_IGNORED,
            "mgetty ignores login.config: every caller gets /bin/login, and PPP does not work",
        )
        .at(place)
        .why(why.clone()),
    ]
}

fn shadowed(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(login) = &subject.facts.login else { return Vec::new() };
    let Some(first) = login.line_for("/AutoPPP/") else { return Vec::new() };
    let Some(meant) = login.lines.iter().find(|line| line.pattern == "/AutoPPP/") else { return Vec::new() };
    if first == meant {
        return Vec::new();
    }
    vec![
        Finding::new(&rule::AUTOPPP_SHADOWED, "PPP is not recognised: the /AutoPPP/ line is never reached")
            .at(meant.place.clone())
            .why(format!("the line `{}` at {} is above it and matches first", first.pattern, first.place))
            .cue(first.place.line.map(Cue::Above)),
    ]
}

fn off(subject: &Subject<'_>) -> Vec<Finding> {
    let served = subject.ports.iter().any(|port| port.server == Answers::Mgetty);
    if subject.facts.login_ignored.is_some() || subject.facts.login_unread || !served {
        return Vec::new();
    }
    let login = subject.facts.login.as_ref();
    if subject.facts.ppp_line().is_some()
        || login.is_some_and(|login| login.lines.iter().any(|line| line.pattern == "/AutoPPP/"))
    {
        return Vec::new();
    }
    let accounts = &subject.facts.pap.entries.iter().chain(&subject.facts.chap.entries);
    let meant = accounts.clone().any(|entry| entry.rank(None, "\u{0}").is_some() && entry.some_address());
    let by_hand = subject.facts.users.iter().any(offhook_etc::read::accounts::User::gets_pppd);
    let place = subject.tree.mgetty("login.config").map(|source| Place::file(source.path));
    let (severity, what) = if meant && !by_hand {
        (Warning, "PPP is not recognised, although there are PPP accounts: callers who begin with PPP get /bin/login")
    } else {
        (Note, "PPP is not recognised: callers log in by text and start pppd themselves")
    };
    vec![
        Finding::new(&rule::AUTOPPP_OFF, what)
            .severity(severity)
            .at(place)
            .why("login.config has no /AutoPPP/ line")
            .fix(rule::AUTOPPP_OFF.fix()),
    ]
}

fn arguments(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for line in subject.facts.login.iter().flat_map(|login| &login.lines) {
        if line.words.len() > MOST_ARGUMENTS {
            found.push(
                Finding::new(
                    &rule::LOGIN_ARGUMENTS,
                    format!("mgetty passes on at most {} arguments and drops the rest", MOST_ARGUMENTS - 1),
                )
                .at(line.place.clone()),
            );
        }
        if line.words.iter().any(|word| word.contains(['"', '\''])) {
            found.push(
                Finding::new(
                    &rule::LOGIN_QUOTES,
                    "quotes do not group words here: the program gets them as part of its arguments",
                )
                .at(line.place.clone())
                .why("mgetty splits the line at blanks only"),
            );
        }
    }
    for place in subject.facts.login.iter().flat_map(|login| &login.short) {
        found.push(
            Finding::new(&rule::LOGIN_SHORT, "the line has fewer than four words, and mgetty ignores it")
                .at(place.clone()),
        );
    }
    found
}

/// Lines whose program cannot be executed: execv(3) does not search.
fn programs(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for line in subject.facts.login.iter().flat_map(|login| &login.lines) {
        let Some(program) = line.words.first().filter(|program| !program.contains('/')) else { continue };
        let who = if line.pattern == "/AutoPPP/" { "who begins with PPP" } else { "who matches this line" };
        let finding = Finding::new(
            &rule::LOGIN_PROGRAM,
            format!("a caller {who} is disconnected: mgetty executes {program:?}, which is not a path"),
        )
        .at(line.place.clone());
        found.push(if line.utmp.starts_with('/') {
            let whole = format!("{} {} - {} {}", line.pattern, line.user, line.utmp, line.words.join(" "))
                .trim_end()
                .to_owned();
            finding
                .why(format!("the third word is the name for utmp, and {} stands there", line.utmp))
                .fix(format!("add a word for utmp: {whole}"))
                .cue(Cue::Text(whole))
        } else {
            finding.why("the fourth word is the program, and mgetty does not search for it")
        });
    }
    found
}

fn silent(subject: &Subject<'_>) -> Vec<Finding> {
    const WHY: &str = "mgetty 1.2.1 looks at login-time only after the next octet that it receives";
    let by_mgetty = || subject.ports.iter().filter(|port| port.server == Answers::Mgetty);
    let time = |port: &Port| port.values.get("login-time").map(|value| value.place.clone());
    if let Some(port) = by_mgetty().find(|port| !port.direct.value) {
        let what = "a caller who connects and sends nothing keeps the line";
        return vec![Finding::new(&rule::SILENT_CALLER, what).at(time(port)).why(WHY)];
    }
    // There is no line to keep: only who set a time expects something of it.
    let place = by_mgetty().find_map(time);
    let what = "login-time ends nothing where nobody types: the prompt stays";
    place.into_iter().map(|place| Finding::new(&rule::SILENT_CALLER, what).at(place).why(WHY)).collect()
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use offhook_etc::RawFile;

    use crate::tests::{GOOD, audited, codes, shows, tree_with, with};

    #[test]
    fn ppp_that_is_not_recognised_is_found() {
        shows(
            "autoppp-shadowed",
            Error,
            &[("mgetty/login.config", "* - - /bin/login @\n/AutoPPP/ - - /usr/sbin/pppd auth +pap\n")],
        );
        shows("autoppp-off", Warning, &[("mgetty/login.config", "* - - /bin/login @\n")]);
        let nobody = [("mgetty/login.config", "* - - /bin/login @\n"), ("ppp/pap-secrets", "#\n")];
        shows("autoppp-off", Note, &nobody);
        shows(
            "login-arguments",
            Error,
            &[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap a b c d e f g h i\n")],
        );
        shows(
            "login-quotes",
            Error,
            &[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap ipparam \"a b\"\n")],
        );
        shows("login-short", Warning, &[("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap\nPORT=1\n")]);
        shows("login-program", Error, &[("mgetty/login.config", "/AutoPPP/ - /usr/sbin/pppd auth -chap +pap\n")]);
        assert!(codes(&with(&[])).contains(&"silent-caller"));
        // Measured with login-time 60 on a direct line: the prompt is there after ten minutes.
        let direct = |config: &str| codes(&with(&[("mgetty/mgetty.config", &format!("direct yes\n{config}"))]));
        assert!(direct("login-time 60\n").contains(&"silent-caller") && !direct("").contains(&"silent-caller"));
    }

    #[test]
    fn login_config_is_ignored_for_its_mode_and_for_its_owner_but_not_in_a_copy() {
        let others: Vec<_> = GOOD.iter().filter(|(path, _)| *path != "mgetty/login.config").copied().collect();
        let with_login = |mode: u32, uid: u32| {
            let mut login = RawFile::text("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd auth +pap\n");
            (login.mode, login.uid) = (mode, uid);
            tree_with(&others, vec![login])
        };
        let ignored = |tree: &_| codes(tree).contains(&"login-config-ignored");
        assert!(ignored(&with_login(0o644, 0)));
        assert!(ignored(&with_login(0o600, 1000)));
        assert!(!ignored(&with_login(0o600, 0)));
        // A copy: everything belongs to the one who copied.
        let mut copy = with_login(0o600, 1000);
        copy.etc.files.iter_mut().for_each(|file| file.uid = 1000);
        assert!(!ignored(&offhook_etc::source::Tree::of(copy.etc.clone(), false)));
        copy.etc.files.iter_mut().for_each(|file| file.mode = 0o644);
        assert!(ignored(&offhook_etc::source::Tree::of(copy.etc.clone(), false)));
        assert!(audited(&offhook_etc::source::Tree::of(copy.etc, true)).findings.iter().all(|f| f.severity >= Note));
    }
}
