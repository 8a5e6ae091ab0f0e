//! Ports: inittab lines, units, mgetty's flags.

use std::time::Duration;

use super::{Check, Subject};
use crate::Severity::Warning;
use crate::registry::ports as rule;
use crate::{Cue, Finding};
use offhook_etc::read::inittab_units::Manager;
use offhook_etc::restart::When;
use offhook_etc::source::Place;
use offhook_scenario::format_duration;

/// Calls come no faster than this one after the other on one line.
const LIVELY: Duration = Duration::from_secs(30);

pub(super) const CHECKS: &[Check] =
    &[none, twice, speed, flags, prompt, commented, idle, units, restarts, ringback, dos];

fn none(subject: &Subject<'_>) -> Vec<Finding> {
    let init = &subject.facts.init;
    // Of what could not be read nobody knows.
    let unread = ["inittab", "systemd/system", "init"].iter().any(|path| subject.tree.is_unread(path));
    // What is not audited is told by itself.
    // An enabled unit may serve one, and its file was not read.
    let unread = unread || !init.without_text.is_empty();
    if unread || !subject.ports.is_empty() || init.entries.iter().any(|entry| entry.device.is_some()) {
        return Vec::new();
    }
    let place = init.commented.first().map(|entry| entry.place.clone());
    let what = "no port is served: nobody can call";
    let why = match (&place, init.manager) {
        (Some(_), _) => "the only lines with mgetty are comments",
        (None, Manager::Systemd) => "no enabled unit runs mgetty or pppd",
        (None, Manager::Upstart) => "no job of upstart runs mgetty or pppd",
        (None, Manager::Sysvinit) => "no line of /etc/inittab, and no enabled unit, runs mgetty or pppd",
    };
    vec![Finding::new(&rule::NO_PORT, what).at(place).why(why)]
}

fn twice(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let entries = &subject.facts.init.entries;
    for (index, entry) in entries.iter().enumerate() {
        let Some(device) = &entry.device else { continue };
        let Some(first) = entries[..index].iter().find(|other| other.device.as_ref() == Some(device)) else { continue };
        found.push(
            Finding::new(&rule::PORT_TWICE, format!("{device} is served twice"))
                .at(entry.place.clone())
                .on(device)
                .why(format!(
                    "{} serves it here, and {} at {}; two programs on one device take octets from each other",
                    entry.runs.name(),
                    first.runs.name(),
                    first.place
                )),
        );
    }
    for (entry, first) in &subject.facts.init.twice {
        let finding = Finding::new(&rule::INITTAB_ID_TWICE, format!("the id {} is used twice", entry.id))
            .at(entry.place.clone())
            .why(format!("{first} has the same id; init keeps only that one"));
        found.push(entry.device.iter().fold(finding, |finding, device| finding.on(device)));
    }
    found
}

fn speed(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        if port.speed_is_known() {
            continue;
        }
        let said = port.speed.value.trim();
        found.push(
            Finding::new(
                &rule::PORT_SPEED,
                format!("mgetty refuses {said:?} as the speed of the port and ends; init starts it again and again"),
            )
            .at(port.speed.place.clone())
            .on(&port.device)
            .why("the port needs a standard speed; the speed that modems agree on is another matter")
            .cue(Cue::Word { wrong: said.to_owned(), meant: "38400".to_owned() }),
        );
    }
    found
}

fn flags(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        for end in &port.command.ends {
            found.push(Finding::new(&rule::MGETTY_FLAG, end.to_string()).at(port.entry.place.clone()).on(&port.device));
        }
    }
    found
}

fn prompt(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports.iter().filter(|port| port.entry.place.file == "/etc/inittab") {
        let process = &port.entry.process;
        if port.command.prompt.is_some() && process.contains(':') {
            found.push(
                Finding::new(&rule::PROMPT_COLON, "the prompt contains a colon: it works, but Webmin's PPP Dialin Server page does not list this port")
                    .at(port.entry.place.clone())
                    .on(&port.device)
                    .why("the page takes the colon for the end of the command; if the port is added there again, it is served twice")
                    .fix(rule::PROMPT_COLON.fix()),
            );
        }
        if port.command.prompt.is_some() && process.contains(['$', '`']) {
            found.push(
                Finding::new(
                    &rule::PROMPT_SHELL,
                    "a shell replaces `$` and backquotes in the prompt before mgetty sees it",
                )
                .at(port.entry.place.clone())
                .on(&port.device)
                .why("init starts a command with quotes through /bin/sh"),
            );
        }
    }
    found
}

fn commented(subject: &Subject<'_>) -> Vec<Finding> {
    let finding = |place: &Place, device: String| {
        Finding::new(
            &rule::COMMENTED_PORT,
            format!("{device} is commented out: it is not served, although Webmin's PPP Dialin Server page lists it"),
        )
        .at(place.clone())
    };
    let entries = subject.facts.init.commented.iter();
    entries.filter_map(|entry| Some(finding(&entry.place, entry.device.clone()?))).collect()
}

fn idle(subject: &Subject<'_>) -> Vec<Finding> {
    let lines = subject.facts.init.idle.iter();
    let idle = lines.map(|(place, why)| {
        Finding::new(&rule::PORT_NOT_KEPT, "this names a program for a port, but does not keep it running")
            .severity(Warning)
            .fix("use the action respawn, and a runlevel that is used")
            .at(place.clone())
            .why(why.clone())
    });
    let refused = subject.facts.init.refused.iter().map(|refused| {
        let (rule, who, what) = match refused.by {
            Manager::Sysvinit => (&rule::INITTAB_REFUSED, "init", "line"),
            Manager::Systemd => (&rule::UNIT_REFUSED, "systemd", "unit"),
            Manager::Upstart => (&rule::UNIT_REFUSED, "upstart", "job"),
        };
        let finding = Finding::new(rule, format!("{who} does not accept this {what}: the port is not served"))
            .at(refused.place.clone())
            .why(format!("{who} logs: {}", refused.said));
        refused.device.iter().fold(finding, |finding, device| finding.on(device))
    });
    idle.chain(refused).collect()
}

/// Units that do not start mgetty again after a call, or only so often, or late.
fn restarts(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, name, restart) in &subject.facts.init.restarts {
        // pppd ends with status 16 when the caller hangs up, however politely, and login with 0.
        let kept = match restart.when {
            When::Always => None,
            When::Never => Some(("one call", "has no Restart=always: nothing starts mgetty again after a call")),
            When::OnSuccess => Some((
                "calls until one fails",
                "has Restart=on-success: nothing starts mgetty again after a failure, and a caller who hangs up is a failure to pppd (status 16)",
            )),
            When::OnFailure => Some((
                "calls until one ends well",
                "has Restart=on-failure: nothing starts mgetty again after a success, such as a logout",
            )),
            When::OnSignal => Some((
                "one call",
                "is started again only after a signal killed it, and no signal ends mgetty after a call",
            )),
        };
        if let Some((so_many, why)) = kept {
            found.push(
                Finding::new(&rule::PORT_NOT_KEPT, format!("the port answers {so_many}, and then no other call"))
                    .at(place.clone())
                    .why(format!("{name} {why}"))
                    .fix("set Restart=always in the [Service] section"),
            );
            continue;
        }
        if restart.is_limited() && restart.interval >= LIVELY * restart.burst {
            found.push(
                Finding::new(&rule::START_LIMIT, "after a few calls in a row systemd gives the port up")
                    .at(place.clone())
                    .why(format!(
                        "mgetty is started again after every call, and {name} may be started {} times within {}: the next start fails, and systemd does not try again",
                        restart.burst,
                        format_duration(restart.interval)
                    )),
            );
        }
        if restart.delay >= LIVELY {
            found.push(
                Finding::new(&rule::RESTART_PAUSE, "after every call the port does not answer for a while")
                    .at(place.clone())
                    .why(format!("{name} has RestartSec={}", format_duration(restart.delay))),
            );
        }
    }
    found
}

fn units(subject: &Subject<'_>) -> Vec<Finding> {
    let init = &subject.facts.init;
    let mut found = Vec::new();
    for (place, name) in &init.without_text {
        found.push(
            Finding::new(
                &rule::UNIT_WITHOUT_TEXT,
                format!("the unit {name} is enabled, but its file is not among those that were read"),
            )
            .at(place.clone())
            .why(if subject.tree.whole {
                "the file is in none of systemd's directories"
            } else {
                "the file is outside /etc, or does not exist: whether it serves a port is not known"
            })
            .fix(if subject.tree.whole {
                "install the package that has it, or disable the unit"
            } else {
                rule::UNIT_WITHOUT_TEXT.fix()
            }),
        );
    }
    if let Some(place) = &init.inittab_unread {
        found.push(
            Finding::new(&rule::INITTAB_UNREAD, "the ports in /etc/inittab are not served")
                .at(place.clone())
                .why(format!("this machine uses {}, which does not read inittab", init.manager.name())),
        );
    }
    found
}

fn ringback(subject: &Subject<'_>) -> Vec<Finding> {
    let ports = subject.ports.iter().filter(|port| port.command.ringback.is_some());
    ports
        .map(|port| {
            Finding::new(&rule::RINGBACK, "the port answers only a second call soon after a first one (ringback)")
                .at(port.entry.place.clone())
                .on(&port.device)
        })
        .collect()
}

fn dos(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for path in ["/etc/inittab", "/etc/mgetty/mgetty.config", "/etc/mgetty/login.config", "/etc/mgetty/dialin.config"] {
        let Some(source) = subject.tree.source(path) else { continue };
        if let Some((line, _)) = source.lines().iter().find(|(_, line)| line.ends_with('\r')) {
            found.push(
                Finding::new(&rule::DOS_LINE_ENDS, "lines end with CR LF, as on DOS")
                    .at(source.at(*line))
                    .why("the CR is part of the last word of every line")
                    .fix(format!("sed -i 's/\\r$//' {path}")),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::{codes, shows, with};

    const S0: &str = "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n";

    #[test]
    fn ports_that_are_not_served_as_they_look_are_found() {
        shows("no-port", Error, &[("inittab", "#S0:2345:respawn:/sbin/mgetty ttyS0\n")]);
        shows("port-twice", Error, &[("inittab", &format!("{S0}S9:2345:respawn:/sbin/mgetty -n 2 /dev/ttyS0\n"))]);
        shows("inittab-id-twice", Error, &[("inittab", &format!("{S0}S0:2345:respawn:/sbin/mgetty -n 2 ttyS1\n"))]);
        shows("port-speed", Error, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -s 33600 ttyS0\n")]);
        shows("mgetty-flag", Error, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -Z ttyS0\n")]);
        shows("port-not-kept", Warning, &[("inittab", &format!("{S0}S9:2345:once:/sbin/mgetty ttyS9\n"))]);
        shows("inittab-refused", Error, &[("inittab", &format!("{S0}ttyS9:2345:respawn:/sbin/mgetty ttyS9\n"))]);
        shows(
            "port-not-kept",
            Warning,
            &[("inittab", &format!("id:3:initdefault:\n{S0}S9:2:respawn:/sbin/mgetty ttyS9\n"))],
        );
        shows("commented-port", Note, &[("inittab", &format!("{S0}#T3:23:respawn:/sbin/mgetty ttyS3\n"))]);
        shows("prompt-colon", Note, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -p \"user: \" ttyS0\n")]);
        shows("prompt-shell", Warning, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -p \"$HOST \" ttyS0\n")]);
        shows("ringback", Note, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -R 60 ttyS0\n")]);
        shows("dos-line-ends", Error, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\r\n")]);
    }

    #[test]
    fn of_files_that_could_not_be_read_nothing_is_claimed() {
        use offhook_etc::tree::Unread;

        let unread = |path: &str| Unread { path: format!("/copy/etc/{path}").into(), why: "permission denied".into() };
        let mut tree = with(&[("inittab", ""), ("mgetty/login.config", "")]);
        tree.unread = vec![unread("inittab")];
        let found: Vec<_> = crate::tests::audited(&tree).findings.iter().map(crate::Finding::code).collect();
        assert!(!found.contains(&"no-port") && found.contains(&"file-unread"), "{found:?}");
        let mut tree = with(&[("mgetty/login.config", ""), ("mgetty/dialin.config", "")]);
        tree.unread = vec![unread("mgetty/login.config"), unread("mgetty/dialin.config")];
        let audit = crate::tests::audited(&tree);
        let said: Vec<_> = audit.ports[0].statements.iter().map(|said| said.text.as_str()).collect();
        assert!(said.contains(&"whether PPP is recognised is not known: login.config could not be read"), "{said:?}");
        assert!(said.contains(&"which callers are answered is not known: dialin.config could not be read"), "{said:?}");
        assert!(audit.findings.iter().all(|finding| finding.code() != "autoppp-off"));
    }

    #[test]
    fn an_inittab_beside_units_is_not_read() {
        let unit = ("systemd/system/mgetty.service", "[Service]\nExecStart=/sbin/mgetty -n 2 ttyS0\n");
        let wanted = ("systemd/system/multi-user.target.wants/mgetty.service", "-> ../mgetty.service");
        shows("inittab-unread", Error, &[unit, wanted]);
        let other =
            ("systemd/system/multi-user.target.wants/mgetty-x.service", "-> /lib/systemd/system/mgetty-x.service");
        shows("unit-without-text", Warning, &[unit, wanted, other]);
    }

    #[test]
    fn units_that_serve_only_so_many_calls_are_found() {
        let wanted = ("systemd/system/multi-user.target.wants/mgetty.service", "-> ../mgetty.service");
        let path = "systemd/system/mgetty.service";
        let unit = |more: &str| format!("[Service]\nExecStart=/sbin/mgetty -n 2 ttyS0\n{more}");
        for restart in ["", "Restart=on-success", "Restart=on-failure", "Restart=on-abort"] {
            shows("port-not-kept", Error, &[wanted, (path, &unit(restart))]);
        }
        shows("start-limit", Error, &[wanted, (path, &unit("Restart=always\n[Unit]\nStartLimitIntervalSec=1h"))]);
        shows("restart-pause", Warning, &[wanted, (path, &unit("Restart=always\nRestartSec=2min"))]);
        for fine in ["Restart=always", "Restart=always\nRestartSec=5\n[Unit]\nStartLimitIntervalSec=0"] {
            let codes = codes(&with(&[wanted, (path, &unit(fine))]));
            for code in ["port-not-kept", "start-limit", "restart-pause"] {
                assert!(!codes.contains(&code), "{fine}: {codes:?}");
            }
        }
    }
}
