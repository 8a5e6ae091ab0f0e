//! Ports: inittab lines, units, mgetty's flags.

use std::time::Duration;

use super::{Rule, Subject};
use crate::audit::Finding;
use crate::audit::Severity::{Broken, Note, Warning};
use crate::audit::read::mgetty_command;
use crate::audit::source::Place;
use crate::scenario::{SPEEDS, format_duration};
use crate::server::restart::When;

/// Calls come no faster than this one after the other on one line.
const LIVELY: Duration = Duration::from_secs(30);

pub(super) const RULES: &[Rule] = &[none, twice, speed, flags, prompt, commented, idle, units, restarts, ringback, dos];

fn none(subject: &Subject<'_>) -> Vec<Finding> {
    let init = &subject.facts.init;
    if !subject.ports.is_empty() {
        return Vec::new();
    }
    let place = init.commented.first().map(|entry| entry.place.clone());
    let what = "no port is served: nobody can call";
    let why = match (&place, init.systemd) {
        (Some(_), _) => "the only lines with mgetty are comments",
        (None, true) => "no enabled unit runs mgetty",
        (None, false) => "no line of /etc/inittab, and no enabled unit, runs mgetty",
    };
    vec![Finding::new("no-port", Broken, what).at(place).why(why).mend("add a line as S0:2345:respawn:/sbin/mgetty -n 2 ttyS0, then `telinit q`; with systemd enable a unit that runs mgetty")]
}

fn twice(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, port) in subject.ports.iter().enumerate() {
        if let Some(first) = subject.ports[..index].iter().find(|other| other.device == port.device) {
            found.push(
                Finding::new("port-twice", Broken, format!("{} is served twice", port.device))
                    .at(port.entry.place.clone())
                    .on(&port.device)
                    .why(format!(
                        "it stands at {} already; two mgettys take the octets from each other",
                        first.entry.place
                    ))
                    .mend("remove one of the two"),
            );
        }
        if let Some(same) = subject.ports[..index].iter().find(|other| {
            other.entry.id == port.entry.id
                && other.entry.place.file == port.entry.place.file
                && port.entry.place.file == "/etc/inittab"
        }) {
            found.push(
                Finding::new("inittab-id-twice", Broken, format!("the id {} is used twice", port.entry.id))
                    .at(port.entry.place.clone())
                    .on(&port.device)
                    .why(format!("it is the id at {} too; init takes only one of the two", same.entry.place))
                    .mend("give it an id of its own"),
            );
        }
    }
    found
}

fn speed(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let said = port.speed.value.trim();
        if said.parse::<u32>().is_ok_and(|speed| SPEEDS.contains(&speed)) {
            continue;
        }
        found.push(
            Finding::new("port-speed", Broken, format!("mgetty refuses {said:?} as the port's speed and ends; init starts it again and again"))
                .at(port.speed.place.clone())
                .on(&port.device)
                .why("the speed of the port is one of the standard ones; what the modems agree on the line is another matter")
                .mend("use 38400, 57600 or 115200"),
        );
    }
    found
}

fn flags(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        for flag in &port.command.unknown {
            found.push(
                Finding::new("mgetty-flag", Broken, format!("mgetty does not know {flag} and ends"))
                    .at(port.entry.place.clone())
                    .on(&port.device)
                    .mend("remove it; mgetty(8) has the list"),
            );
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
                Finding::new("prompt-colon", Note, "the prompt has a colon: init and mgetty get it whole, the PPP Dialin Server page does not see this port any more")
                    .at(port.entry.place.clone())
                    .on(&port.device)
                    .why("the page takes a colon for the end of the command; added there again, the port would be served twice")
                    .mend("put the prompt into mgetty.config as login-prompt"),
            );
        }
        if port.command.prompt.is_some() && process.contains(['$', '`']) {
            found.push(
                Finding::new(
                    "prompt-shell",
                    Warning,
                    "a shell replaces `$` and backquotes in the prompt before mgetty sees it",
                )
                .at(port.entry.place.clone())
                .on(&port.device)
                .why("a command with quotes in it is started through /bin/sh")
                .mend("put the prompt into mgetty.config as login-prompt"),
            );
        }
    }
    found
}

fn commented(subject: &Subject<'_>) -> Vec<Finding> {
    let example = |place: &Place, device: String| {
        Finding::new(
            "commented-port",
            Note,
            format!(
                "{device} stands in a comment: it is not served, though the PPP Dialin Server page lists it as a port"
            ),
        )
        .at(place.clone())
    };
    let entries = subject.facts.init.commented.iter();
    entries
        .filter_map(|entry| Some(example(&entry.place, mgetty_command::read(&entry.process).device_name()?)))
        .collect()
}

fn idle(subject: &Subject<'_>) -> Vec<Finding> {
    let lines = subject.facts.init.idle.iter();
    let idle = lines.map(|(place, why)| {
        Finding::new("port-not-kept", Warning, "mgetty is named here and is not kept running")
            .at(place.clone())
            .why(why.clone())
    });
    let refused = subject.facts.init.refused.iter().map(|(place, why)| {
        Finding::new("inittab-refused", Broken, "init does not take this line: the port is not served")
            .at(place.clone())
            .why(format!("it says: {why}"))
            .mend("a line is id:runlevels:respawn:command, the id at most four characters")
    });
    idle.chain(refused).collect()
}

/// Units that do not start mgetty anew after a call, or only so often, or late.
fn restarts(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (place, name, restart) in &subject.facts.init.restarts {
        // pppd ends with status 16 when the caller hangs up, however politely, and login with 0.
        let kept = match restart.when {
            When::Always => None,
            When::Never => Some(("one call", "has no Restart=always: nothing starts mgetty anew after a call")),
            When::OnSuccess => Some((
                "calls until one fails",
                "has Restart=on-success: nothing starts mgetty anew after a failure, and to pppd a caller who hangs up is one (status 16)",
            )),
            When::OnFailure => Some((
                "calls until one ends well",
                "has Restart=on-failure: nothing starts mgetty anew after a success, as a logout is one",
            )),
            When::OnSignal => {
                Some(("one call", "is started anew only when a signal kills it: mgetty is not, after a call"))
            }
        };
        if let Some((so_many, why)) = kept {
            found.push(
                Finding::new("port-not-kept", Broken, format!("the port answers {so_many}, and then no more"))
                    .at(place.clone())
                    .why(format!("{name} {why}"))
                    .mend("Restart=always in the [Service] section"),
            );
            continue;
        }
        if restart.is_limited() && restart.interval >= LIVELY * restart.burst {
            found.push(
                Finding::new("start-limit", Broken, "after a few calls in a row the port is given up")
                    .at(place.clone())
                    .why(format!(
                        "mgetty is started anew after every call, and {name} may be started {} times within {}: the next start fails, and nothing starts it after that",
                        restart.burst,
                        format_duration(restart.interval)
                    ))
                    .mend("StartLimitIntervalSec=0 in the [Unit] section"),
            );
        }
        if restart.delay >= LIVELY {
            found.push(
                Finding::new("restart-pause", Warning, "after every call the port does not answer for a while")
                    .at(place.clone())
                    .why(format!("{name} has RestartSec={}", format_duration(restart.delay)))
                    .mend("a few seconds suffice: RestartSec=1"),
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
                "unit-without-text",
                Warning,
                format!("the unit {name} is enabled, and what it runs is not among the files"),
            )
            .at(place.clone())
            .why("its text lies outside /etc, or is gone")
            .mend("audit the whole machine (--root), or see `systemctl cat`"),
        );
    }
    if let Some(place) = &init.inittab_unread {
        found.push(
            Finding::new("inittab-unread", Broken, "the ports in /etc/inittab are not served")
                .at(place.clone())
                .why("this machine starts by systemd, which does not read inittab")
                .mend("write a unit that runs mgetty on the port and enable it"),
        );
    }
    found
}

fn ringback(subject: &Subject<'_>) -> Vec<Finding> {
    let ports = subject.ports.iter().filter(|port| port.command.ringback.is_some());
    ports
        .map(|port| {
            Finding::new("ringback", Note, "a first call is never answered, only a second one soon after it (ringback)")
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
                Finding::new("dos-line-ends", Broken, "lines end with CR LF, as DOS has it")
                    .at(source.at(*line))
                    .why("the CR counts as part of the last word of every line")
                    .mend(format!("sed -i 's/\\r$//' {path}")),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::audit::Severity::{Broken, Note, Warning};
    use crate::audit::tests::{codes, shows, with};

    const S0: &str = "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n";

    #[test]
    fn ports_that_are_not_served_as_they_look_are_found() {
        shows("no-port", Broken, &[("inittab", "#S0:2345:respawn:/sbin/mgetty ttyS0\n")]);
        shows("port-twice", Broken, &[("inittab", &format!("{S0}S9:2345:respawn:/sbin/mgetty -n 2 /dev/ttyS0\n"))]);
        shows("inittab-id-twice", Broken, &[("inittab", &format!("{S0}S0:2345:respawn:/sbin/mgetty -n 2 ttyS1\n"))]);
        shows("port-speed", Broken, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -s 33600 ttyS0\n")]);
        shows("mgetty-flag", Broken, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -Z ttyS0\n")]);
        shows("port-not-kept", Warning, &[("inittab", &format!("{S0}S9:2345:once:/sbin/mgetty ttyS9\n"))]);
        shows("inittab-refused", Broken, &[("inittab", &format!("{S0}ttyS9:2345:respawn:/sbin/mgetty ttyS9\n"))]);
        shows(
            "port-not-kept",
            Warning,
            &[("inittab", &format!("id:3:initdefault:\n{S0}S9:2:respawn:/sbin/mgetty ttyS9\n"))],
        );
        shows("commented-port", Note, &[("inittab", &format!("{S0}#T3:23:respawn:/sbin/mgetty ttyS3\n"))]);
        shows("prompt-colon", Note, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -p \"user: \" ttyS0\n")]);
        shows("prompt-shell", Warning, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -p \"$HOST \" ttyS0\n")]);
        shows("ringback", Note, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -R 60 ttyS0\n")]);
        shows("dos-line-ends", Broken, &[("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\r\n")]);
    }

    #[test]
    fn an_inittab_beside_units_is_not_read() {
        let unit =
            ("systemd/system/multi-user.target.wants/mgetty.service", "[Service]\nExecStart=/sbin/mgetty -n 2 ttyS0\n");
        shows("inittab-unread", Broken, &[unit]);
        let other = ("systemd/system/multi-user.target.wants/mgetty-x.service", "[Service]\n");
        shows("unit-without-text", Warning, &[unit, other]);
    }

    #[test]
    fn units_that_serve_only_so_many_calls_are_found() {
        let wanted = ("systemd/system/multi-user.target.wants/mgetty.service", "# a link\n");
        let path = "systemd/system/mgetty.service";
        let unit = |more: &str| format!("[Service]\nExecStart=/sbin/mgetty -n 2 ttyS0\n{more}");
        for restart in ["", "Restart=on-success", "Restart=on-failure", "Restart=on-abort"] {
            shows("port-not-kept", Broken, &[wanted, (path, &unit(restart))]);
        }
        shows("start-limit", Broken, &[wanted, (path, &unit("Restart=always\n[Unit]\nStartLimitIntervalSec=1h"))]);
        shows("restart-pause", Warning, &[wanted, (path, &unit("Restart=always\nRestartSec=2min"))]);
        for fine in ["Restart=always", "Restart=always\nRestartSec=5\n[Unit]\nStartLimitIntervalSec=0"] {
            let codes = codes(&with(&[wanted, (path, &unit(fine))]));
            for code in ["port-not-kept", "start-limit", "restart-pause"] {
                assert!(!codes.contains(&code), "{fine}: {codes:?}");
            }
        }
    }
}
