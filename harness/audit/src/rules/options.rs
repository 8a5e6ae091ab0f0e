//! pppd's options: words it does not know, files it does not read, values that do not do what they look like.

use super::{Check, Subject, option_problems};
use crate::Severity::{Note, Warning};
use crate::effective::OPTIONS;
use crate::registry::files::FILE_UNREAD;
use crate::registry::options as rule;
use crate::statements::spelled;
use crate::{Cue, Finding};
use offhook_etc::read::options::{self, Problem};
use offhook_etc::source::Place;

pub(super) const CHECKS: &[Check] = &[problems, missing, circles, too_many, unread_files, idle, control_lines];

fn problems(subject: &Subject<'_>) -> Vec<Finding> {
    let mut all: Vec<(Option<&str>, Problem)> = Vec::new();
    let mut any = false;
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        any = true;
        all.extend(ppp.problems.iter().map(|problem| (Some(port.device.as_str()), problem.clone())));
    }
    if !any && let Some(source) = subject.tree.source(OPTIONS) {
        all.extend(options::read(&source, false).1.into_iter().map(|problem| (None, problem)));
    }
    all.into_iter()
        .map(|(port, problem)| {
            let finding = option_problems::told(subject, problem);
            match port {
                Some(port) => finding.on(port),
                None => finding,
            }
        })
        .collect()
}

fn missing(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        for (place, file) in port.ppp.iter().flat_map(|ppp| &ppp.missing) {
            found.push(
                Finding::new(
                    &rule::OPTIONS_FILE_MISSING,
                    format!("pppd is told to read {file}, which does not exist, and ends"),
                )
                .at(place.clone())
                .on(&port.device),
            );
        }
    }
    found
}

fn circles(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        for (place, file) in port.ppp.iter().flat_map(|ppp| &ppp.circles) {
            found.push(
                Finding::new(
                    &rule::OPTIONS_FILE_CIRCLE,
                    format!("{file} names itself: pppd opens it until it can open no more, and ends"),
                )
                .at(place.clone())
                .on(&port.device),
            );
        }
    }
    found
}

fn too_many(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        if let Some((place, file)) = port.ppp.as_ref().and_then(|ppp| ppp.unread.as_ref()) {
            let text = format!("{file} is not read by this audit: options name too many files before it");
            let finding = Finding::new(&FILE_UNREAD, text).why("what it says is not part of this audit");
            found.push(finding.at(place.clone()).on(&port.device));
        }
    }
    found
}

fn unread_files(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let ppps: Vec<_> = subject.ports.iter().filter_map(|port| port.ppp.as_ref()).collect();
    let prefix = format!("{OPTIONS}.");
    for file in &subject.tree.etc.files {
        let Some(tty) = file.path.strip_prefix(&prefix).filter(|tty| !tty.contains('/')) else { continue };
        let leftover =
            [".dpkg-", "~", ".bak", ".orig", ".old", ".save", ".rpm", "pptp", "l2tp", "xl2tpd", "pptpd", "ttyXX"];
        if leftover.iter().any(|mark| tty.contains(mark))
            || !(tty.contains("tty")
                || tty.contains("cua")
                || tty.contains("dev")
                || tty.contains("term")
                || tty.contains("modem"))
        {
            continue;
        }
        let named = ppps.iter().any(|ppp| {
            ppp.tty == tty || ppp.options.iter().any(|option| option.parameter.as_deref() == Some(&file.path))
        });
        if named || ppps.is_empty() {
            continue;
        }
        let nearest =
            ppps.iter().find(|ppp| ppp.tty.rsplit('.').next() == tty.rsplit('.').next() || tty.starts_with("dev."));
        let (severity, fix) = match nearest {
            Some(ppp) => (Warning, format!("rename it to options.{}", ppp.tty)),
            None => (Note, String::new()),
        };
        let cue = nearest.map(|ppp| Cue::Text(format!("{prefix}{}", ppp.tty)));
        found.push(
            Finding::new(&rule::OPTIONS_FILE_UNREAD, "this options file belongs to no port: pppd does not read it")
                .severity(severity)
                .at(Place::file(file.path.clone()))
                .why("pppd reads options.TTY, where TTY is the device without /dev/, with a dot for each /")
                .fix(fix)
                .cue(cue),
        );
    }
    for port in subject.ports.iter().filter(|port| port.ppp.is_some()) {
        let of_port = format!("{prefix}{}", crate::effective::tty_of(&port.device));
        if !port.device.contains("tty") && !port.device.starts_with("term") && subject.tree.source(&of_port).is_some() {
            found.push(
                Finding::new(
                    &rule::OPTIONS_FILE_LINK,
                    format!("if /dev/{} is a link, pppd does not read this file", port.device),
                )
                .at(Place::file(of_port))
                .on(&port.device)
                .why("pppd uses the name of the device itself, not the name of a link to it")
                .fix(rule::OPTIONS_FILE_LINK.fix()),
            );
        }
    }
    found
}

fn idle(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(ppp) = &port.ppp else { continue };
        match ppp.number("idle") {
            Some((0, option)) => found.push(
                Finding::new(&rule::IDLE_ZERO, "pppd takes idle as 0 or less: no idle timeout")
                    .at(option.place.clone())
                    .on(&port.device),
            ),
            Some((_, option)) if ppp.ipv6() && ppp.winner(&["active-filter"]).is_none() => found.push(
                Finding::new(&rule::IDLE_IPV6, "for a caller with IPv6 the idle timeout comes later than configured")
                    .at(option.place.clone())
                    .on(&port.device)
                    .why("router solicitations count as traffic and come at growing intervals: 300 s become 900 s")
                    .fix(rule::IDLE_IPV6.fix()),
            ),
            _ => {}
        }
    }
    found
}

/// Seconds for which a line may be dead before it matters to the next caller.
const SOON: u64 = 300;

fn control_lines(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(option) = port.ppp.as_ref().and_then(|ppp| ppp.winner(&["local", "modem"])) else { continue };
        if option.name == "local" && !port.direct.value {
            let ppp = port.ppp.as_ref();
            let echoes = ppp.and_then(crate::effective::Ppp::echo_timeout);
            let idle = ppp.and_then(crate::effective::Ppp::longest_idle_call);
            let after = echoes.into_iter().chain(idle).min();
            let by = if after == echoes { "LCP echoes notice it" } else { "a time limit ends it" };
            let echo = after.is_some_and(|seconds| seconds <= SOON);
            let why = match after {
                None => "pppd keeps the line, and further calls are not answered".to_owned(),
                Some(seconds) => format!("{by} {} later; until then further calls are not answered", spelled(seconds)),
            };
            let severity = if echo { Note } else { Warning };
            found.push(
                Finding::new(
                    &rule::LOCAL_ON_MODEM,
                    "pppd does not notice that a caller hangs up: `local` ignores the carrier",
                )
                .severity(severity)
                .at(option.place.clone())
                .on(&port.device)
                .why(why)
                .fix(rule::LOCAL_ON_MODEM.fix()),
            );
        } else if option.name == "modem" && port.direct.value && option.place.file != OPTIONS {
            found.push(
                Finding::new(
                    &rule::MODEM_ON_DIRECT,
                    "`modem` on a direct line needs a cable that carries DCD; without it pppd hangs up at once",
                )
                .at(option.place.clone())
                .on(&port.device),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::{audited, shows, with};

    #[test]
    fn options_that_end_pppd_are_found() {
        let options =
            |code, severity, lines: &str| shows(code, severity, &[("ppp/options", &format!("auth\n{lines}"))]);
        options("option-unknown", Error, "lcp-echo-intervall 30\n");
        options("option-value", Warning, "idle 5m\n");
        options("option-value", Error, "idle");
        options("option-value", Warning, "ms-dns resolver\n");
        options("option-version", Warning, "ipx\n");
        options("option-version", Warning, "usepeerwins\n");
        options("option-value", Error, "mtu 70\n");
        options("option-value", Warning, "idle 08\n");
        options("option-value", Error, "10.99.99.1:10.99.99.100-200\n");
        options("option-value", Error, "call ../x\n");
        options("option-value", Error, "noproxyarp\nproxyarp\n");
        options("option-unknown", Error, "minconnect 60\n");
        options("options-quote", Error, "ipparam \"x\n");
        options("options-file-missing", Error, "file /etc/ppp/nosuch\n");
        options("options-file-circle", Error, &"file /etc/ppp/options\n".repeat(30));
        options("idle-zero", Note, "idle 0\n");
        options("idle-ipv6", Note, "idle 300\n");
        options("local-on-modem", Warning, "local\n");
    }

    #[test]
    fn an_option_unknown_to_the_version_of_the_machine_ends_pppd() {
        let shown = |release, severity, line| {
            let files = [("debian_version", release), ("ppp/options", line)];
            shows("option-version", severity, &files);
        };
        shown("12.5\n", Error, "auth\nipv6-up-script /etc/ppp/x\n");
        shown("13.1\n", Note, "auth\nipv6-up-script /etc/ppp/x\n");
        shown("13.1\n", Error, "auth\nipx\n");
    }

    #[test]
    fn echoes_that_come_too_late_do_not_make_local_harmless() {
        shows("local-on-modem", Note, &[("ppp/options", "auth\nlocal\nlcp-echo-interval 30\nlcp-echo-failure 4\n")]);
        shows(
            "local-on-modem",
            Warning,
            &[("ppp/options", "auth\nlocal\nlcp-echo-interval 30\nlcp-echo-failure 60\n")],
        );
        shows("local-on-modem", Warning, &[("ppp/options", "auth\nlocal\nlcp-echo-interval 30\n")]);
    }

    #[test]
    fn files_that_name_each_other_without_end_are_read_for_as_long_as_any_server_has_them() {
        let names = |next: &str| format!("{}lock\n", format!("file /etc/ppp/{next}\n").repeat(30));
        let (options, a, b, c) = (format!("auth\n{}", names("a")), names("b"), names("c"), names("d"));
        let changes = [("ppp/options", &*options), ("ppp/a", &*a), ("ppp/b", &*b), ("ppp/c", &*c), ("ppp/d", "lock\n")];
        shows("file-unread", Warning, &changes);
        let circle = [
            ("ppp/options", "auth\nfile /etc/ppp/a\n"),
            ("ppp/a", "call back\n"),
            ("ppp/peers/back", "file /etc/ppp/a\n"),
        ];
        shows("options-file-circle", Error, &circle);
    }

    #[test]
    fn files_of_options_that_no_port_has_are_found() {
        shows("options-file-unread", Warning, &[("ppp/options.dev.ttyS0", "lock\n")]);
        shows("options-file-unread", Note, &[("ppp/options.ttyS7", "lock\n")]);
        shows(
            "options-file-link",
            Note,
            &[("ppp/options.modem", "lock\n"), ("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 modem\n")],
        );
        shows(
            "modem-on-direct",
            Note,
            &[("inittab", "S0:2345:respawn:/sbin/mgetty -r ttyS0\n"), ("ppp/options.ttyS0", "modem\n")],
        );
    }

    #[test]
    fn a_word_behind_a_password_is_not_repeated() {
        let tree = with(&[("ppp/options", "auth\nuser me password hid den\n")]);
        let text = format!("{:?}", audited(&tree).findings);
        assert!(text.contains("option-unknown") && !text.contains("den\\\""), "{text}");
    }
}
