//! Programs on ports: those that are not audited, misspelled ones, pppd started by init, and files that close a port.

use super::{Check, Subject};
use crate::Finding;
use crate::Severity::{Error, Warning};
use crate::effective::{Answers, Port};
use crate::registry::programs as rule;
use offhook_etc::read::inittab_units::{Entry, Manager};
use offhook_etc::read::program::Program;
use offhook_etc::source::Place;

pub(super) const CHECKS: &[Check] = &[others, misspelled, unended, detaches, starts_over, no_device, closed, logins];

fn about(finding: Finding, entry: &Entry) -> Finding {
    entry.device.iter().fold(finding.at(entry.place.clone()), |finding, device| finding.on(device))
}

fn device(entry: &Entry) -> &str {
    entry.device.as_deref().unwrap_or("a port")
}

fn others(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in subject.facts.init.entries.iter().filter(|entry| entry.device.is_some()) {
        let Program::Other(known) = &entry.runs.program else { continue };
        let what = format!("{} is served by {}, which is not audited", device(entry), known.name);
        found.push(about(Finding::new(&rule::PORT_NOT_AUDITED, what).why(known.does), entry));
    }
    found
}

fn misspelled(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in &subject.facts.init.misspelled {
        let Program::Resembles { name, meant } = &entry.runs.program else { continue };
        let what = format!("{} is not served: {name} looks like a misspelling of {meant}", device(entry));
        let finding = Finding::new(&rule::PROGRAM_MISSPELLED, what).why("init starts it again and again, in vain");
        found.push(about(finding.fix(format!("write {meant}")), entry));
    }
    found
}

fn unended(subject: &Subject<'_>) -> Vec<Finding> {
    let place = subject.facts.init.unended.iter();
    place
        .map(|place| {
            Finding::new(&rule::INITTAB_UNENDED, "no line end follows this line: not every init takes it")
                .at(place.clone())
                .why("sysvinit from 3.14 on ignores a last line without one")
        })
        .collect()
}

fn pppd<'a>(subject: &Subject<'a>) -> impl Iterator<Item = &'a Port> {
    subject.ports.iter().filter(|port| port.server == Answers::Pppd)
}

fn detaches(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in pppd(subject) {
        let stays = port.ppp.as_ref().is_some_and(|ppp| ppp.winner(&["nodetach", "-detach"]).is_some());
        if !stays {
            let (severity, why) = match subject.facts.init.manager {
                Manager::Sysvinit | Manager::Upstart => (
                    Warning,
                    "init starts the next one at once, and disables the line for five minutes after ten in vain",
                ),
                Manager::Systemd => (Error, "systemd ends it as soon as the process that it started ends"),
            };
            let what = format!("pppd on {} goes on in the background: none of its options is nodetach", port.device);
            let finding = Finding::new(&rule::PPPD_DETACHES, what).severity(severity);
            found.push(about(finding.why(why), &port.entry));
        }
    }
    found
}

/// pppd that is told to wait for its caller does not start over.
const WAITS: &[&str] = &["passive", "-p", "silent"];

fn starts_over(subject: &Subject<'_>) -> Vec<Finding> {
    let waiting = pppd(subject).filter_map(|port| Some((port, port.ppp.as_ref()?)));
    waiting
        .filter(|(_, ppp)| ppp.winner(WAITS).is_none())
        .map(|(port, ppp)| {
            let what = "a caller who comes just before pppd starts over is cut off, and it starts over all the time";
            let local = ppp.on("local", &["modem"]).is_some();
            let when = if local { "" } else { "where DCD is on without a call, as on most cables, " };
            let next = if port.begins_again().is_some() {
                "pauses and begins again"
            } else {
                "ends, and init starts the next"
            };
            let why =
                format!("{when}pppd sends ten Configure-Requests, 3 s apart, {next}: the last of them leaves no time");
            let finding = Finding::new(&rule::PPPD_STARTS_OVER, what).why(why).fix(rule::PPPD_STARTS_OVER.fix());
            about(finding, &port.entry)
        })
        .collect()
}

fn no_device(subject: &Subject<'_>) -> Vec<Finding> {
    let entries = subject.facts.init.entries.iter();
    let lost = entries.filter(|entry| entry.runs.program == Program::Pppd && entry.device.is_none());
    lost.map(|entry| about(Finding::new(&rule::PPPD_NO_DEVICE, "pppd is started without a port, and ends"), entry))
        .collect()
}

fn closed(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        let Some(file) = &port.closed else { continue };
        let what = format!("nobody is answered on {}: {} closes the port", port.device, file.file);
        found.push(
            Finding::new(&rule::PORT_CLOSED, what)
                .at(file.clone())
                .on(&port.device)
                .why("while the file exists, mgetty counts the rings and never answers"),
        );
    }
    found
}

fn logins(subject: &Subject<'_>) -> Vec<Finding> {
    if subject.ports.iter().all(|port| port.server == Answers::Pppd) || subject.tree.etc.file("/etc/nologin").is_none()
    {
        return Vec::new();
    }
    vec![
        Finding::new(&rule::LOGINS_CLOSED, "nobody but root can log in at the prompt: /etc/nologin exists")
            .at(Place::file("/etc/nologin"))
            .why("login refuses all other users while the file exists"),
    ]
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::{audited, codes, shows, with};

    const S0: &str = "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n";

    fn inittab(line: &str) -> String {
        format!("{S0}{line}\n")
    }

    #[test]
    fn every_program_on_a_port_is_told() {
        shows("port-not-audited", Note, &[("inittab", &inittab("S1:2345:respawn:/sbin/getty -L ttyS1 9600"))]);
        shows("program-misspelled", Error, &[("inittab", &inittab("S1:2345:respawn:/usr/sbin/mgety -D ttyS1"))]);
        shows("inittab-unended", Warning, &[("inittab", S0.trim_end())]);
        shows("port-twice", Error, &[("inittab", &inittab("S1:2345:respawn:/sbin/getty -L ttyS0 9600"))]);
        let console = [("inittab", &*inittab("1:2345:respawn:/sbin/getty 38400 tty1"))];
        assert!(!codes(&with(&console)).contains(&"port-not-audited"));
    }

    #[test]
    fn a_serial_getty_beside_mgetty_fights_for_the_port() {
        let wants = "systemd/system/multi-user.target.wants/mgetty@ttyS0.service";
        let getty = "systemd/system/getty.target.wants/serial-getty@ttyS0.service";
        shows(
            "port-twice",
            Error,
            &[
                (wants, "-> ../mgetty@.service"),
                (getty, "-> /lib/systemd/system/serial-getty@.service"),
                ("systemd/system/mgetty@.service", "[Service]\nExecStart=/sbin/mgetty -n 2 %I\nRestart=always\n"),
            ],
        );
    }

    #[test]
    fn pppd_that_init_starts_is_audited_as_any_other() {
        let open = "S1:2345:respawn:/usr/sbin/pppd /dev/ttyS1 115200 nodetach noauth local 10.0.0.1:10.0.0.2";
        shows("noauth-undoes-auth", crate::Severity::Danger, &[("inittab", &inittab(open))]);
        let audit = audited(&with(&[("inittab", &inittab(open))]));
        let said: Vec<_> = audit.ports[1].statements.iter().map(|said| said.text.as_str()).collect();
        assert_eq!(audit.ports[1].device, "ttyS1");
        assert!(
            said.iter().any(|text| text.contains("init starts pppd /dev/ttyS1 115200 nodetach noauth")),
            "{said:?}"
        );
        assert!(!said.iter().any(|text| text.contains("prompt") && !text.contains("at once")), "{said:?}");
        let alone = [("inittab", &*inittab(open)), ("ppp/options", "lock\nnoipv6\n")];
        let danger = |finding: &&crate::Finding| finding.code() == "no-auth" && finding.concerns("ttyS1");
        let found = audited(&with(&alone)).findings;
        assert_eq!(found.iter().find(danger).map(|finding| finding.severity), Some(crate::Severity::Danger));
        shows("pppd-detaches", Warning, &[("inittab", &inittab("S1:2345:respawn:/usr/sbin/pppd ttyS1 auth +pap"))]);
        let waiting = "S1:2345:respawn:/usr/sbin/pppd ttyS1 nodetach auth +pap";
        shows("pppd-starts-over", Note, &[("inittab", &inittab(waiting))]);
        let passive = inittab(&format!("{waiting} passive persist"));
        let passive = codes(&with(&[("inittab", &*passive)]));
        for code in ["pppd-starts-over", "waits-for-ever", "persist-keeps-port"] {
            assert!(!passive.contains(&code), "{code}");
        }
        shows("pppd-no-device", Error, &[("inittab", &inittab("S1:2345:respawn:/usr/sbin/pppd call nosuch"))]);
        let called =
            [("inittab", &*inittab("S1:2345:respawn:/usr/sbin/pppd call in")), ("ppp/peers/in", "ttyS1\nnodetach\n")];
        assert_eq!(audited(&with(&called)).ports[1].device, "ttyS1");
        assert!(!codes(&with(&called)).contains(&"pppd-detaches"));
    }

    #[test]
    fn files_that_close_are_told() {
        shows("port-closed", Warning, &[("nologin.ttyS0", "closed\n")]);
        shows("logins-closed", Warning, &[("nologin", "\n")]);
        let audit = audited(&with(&[("nologin.ttyS0", "closed\n")]));
        assert!(audit.ports[0].statements[0].text.starts_with("nobody is answered"));
        assert!(audit.ports[1].statements[0].text.starts_with("the modem answers"));
    }
}
