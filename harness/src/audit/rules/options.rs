//! pppd's options: words it does not know, files it does not read, values that do not do what they look like.

use super::{Rule, Subject};
use crate::audit::Finding;
use crate::audit::Severity::{Broken, Note, Warning};
use crate::audit::effective::OPTIONS;
use crate::audit::read::option_table::Known;
use crate::audit::read::options::{self, Problem};
use crate::audit::source::Place;

pub(super) const RULES: &[Rule] = &[problems, missing, unread_files, idle, control_lines];

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
            let finding = told(subject, problem);
            match port {
                Some(port) => finding.on(port),
                None => finding,
            }
        })
        .collect()
}

fn told(subject: &Subject<'_>, problem: Problem) -> Finding {
    // A word that may be part of a password is not repeated.
    let word = |place: &Place, word: String| {
        let hidden = match (subject.tree.source(&place.file), place.line) {
            (Some(source), Some(line)) => {
                options::hides(source.octets, line) || line > 1 && options::hides(source.octets, line - 1)
            }
            _ => false,
        };
        if hidden { "a word".to_owned() } else { format!("{word:?}") }
    };
    match problem {
        Problem::Unknown(place, text, nearest) => {
            let hint = nearest.map_or_else(
                || "remove it, or quote what belongs together".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            Finding::new(
                "option-unknown",
                Broken,
                format!("pppd does not know {} and ends: nobody gets PPP", word(&place, text)),
            )
            .at(place)
            .mend(hint)
        }
        Problem::Version(place, name, Known::Until249) => {
            Finding::new("option-version", Note, format!("`{name}` is known to pppd 2.4.9 and no longer to 2.5"))
                .at(place)
        }
        Problem::Version(place, name, _) => Finding::new(
            "option-version",
            Note,
            format!("`{name}` is known to pppd 2.5 and not to 2.4.9, which would end"),
        )
        .at(place),
        Problem::Missing(place, name) => {
            Finding::new("option-value", Broken, format!("`{name}` needs a value and the file ends: pppd ends"))
                .at(place)
                .mend("give it")
        }
        Problem::Number(place, name, taken) => {
            let what = match taken {
                Some(taken) => format!("`{name}` is taken for {taken}: what follows the digits is dropped"),
                None => format!("`{name}` needs a number: pppd ends"),
            };
            Finding::new("option-value", if taken.is_some() { Warning } else { Broken }, what)
                .at(place)
                .mend("write seconds, in digits alone")
        }
        Problem::Address(place, text) => Finding::new(
            "option-value",
            Warning,
            format!("{} is no address: pppd looks the name up, and ends if that fails", word(&place, text)),
        )
        .at(place)
        .mend("write the address in digits"),
        Problem::Runaway(place) => Finding::new(
            "options-quote",
            Broken,
            "a quote is opened here and never closed: the rest of the file is one word",
        )
        .at(place)
        .mend("close it"),
    }
}

fn missing(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        for (place, file) in port.ppp.iter().flat_map(|ppp| &ppp.missing) {
            found.push(
                Finding::new(
                    "options-file-missing",
                    Broken,
                    format!("pppd is told to read {file}, which is not there, and ends"),
                )
                .at(place.clone())
                .on(&port.device)
                .mend("make the file, or remove the option"),
            );
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
        let (severity, mend) = match nearest {
            Some(ppp) => (Warning, format!("call it options.{}", ppp.tty)),
            None => (Note, String::new()),
        };
        found.push(
            Finding::new("options-file-unread", severity, "no port has this file of options: pppd does not read it")
                .at(Place::file(file.path.clone()))
                .why("pppd looks for options.TTY, the device without /dev/, each / as a dot")
                .mend(mend),
        );
    }
    for port in subject.ports.iter().filter(|port| port.ppp.is_some()) {
        let of_port = format!("{prefix}{}", crate::audit::effective::tty_of(&port.device));
        if !port.device.contains("tty") && !port.device.starts_with("term") && subject.tree.source(&of_port).is_some() {
            found.push(
                Finding::new(
                    "options-file-link",
                    Note,
                    format!("if /dev/{} is a link, pppd does not read this file", port.device),
                )
                .at(Place::file(of_port))
                .on(&port.device)
                .why("pppd takes the name of the device itself, not of a link to it")
                .mend("name the device on the pppd line of login.config, or use its own name"),
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
                Finding::new("idle-zero", Note, "idle 0 means never, not at once")
                    .at(option.place.clone())
                    .on(&port.device),
            ),
            Some((_, option)) if ppp.ipv6() && ppp.winner(&["active-filter"]).is_none() => found.push(
                Finding::new("idle-ipv6", Note, "a caller with IPv6 is ended later than said")
                    .at(option.place.clone())
                    .on(&port.device)
                    .why("router solicitations count as traffic, at growing distances: 300 s become 900 s")
                    .mend("add noipv6 if nobody needs it"),
            ),
            _ => {}
        }
    }
    found
}

fn control_lines(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(option) = port.ppp.as_ref().and_then(|ppp| ppp.winner(&["local", "modem"])) else { continue };
        if option.name == "local" && !port.direct.value {
            let echo = port.ppp.as_ref().is_some_and(|ppp| {
                ppp.number("lcp-echo-interval").is_some() && ppp.number("lcp-echo-failure").is_some()
            });
            let severity = if echo { Note } else { Warning };
            found.push(
                Finding::new(
                    "local-on-modem",
                    severity,
                    "a caller who just hangs up is not noticed: `local` ignores carrier",
                )
                .at(option.place.clone())
                .on(&port.device)
                .why(if echo {
                    "LCP echoes notice it later"
                } else {
                    "pppd keeps the line, and further calls ring out"
                })
                .mend("write modem instead of local"),
            );
        } else if option.name == "modem" && port.direct.value && option.place.file != OPTIONS {
            found.push(
                Finding::new(
                    "modem-on-direct",
                    Note,
                    "`modem` on a direct line: the cable must carry carrier (DCD), or pppd hangs up at once",
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
    use crate::audit::Severity::{Broken, Note, Warning};
    use crate::audit::tests::{audited, shows, with};

    #[test]
    fn options_that_end_pppd_are_found() {
        let options =
            |code, severity, lines: &str| shows(code, severity, &[("ppp/options", &format!("auth\n{lines}"))]);
        options("option-unknown", Broken, "lcp-echo-intervall 30\n");
        options("option-value", Warning, "idle 5m\n");
        options("option-value", Broken, "idle");
        options("option-value", Warning, "ms-dns resolver\n");
        options("option-version", Note, "ipx\n");
        options("options-quote", Broken, "ipparam \"x\n");
        options("options-file-missing", Broken, "file /etc/ppp/nosuch\n");
        options("idle-zero", Note, "idle 0\n");
        options("idle-ipv6", Note, "idle 300\n");
        options("local-on-modem", Warning, "local\n");
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
