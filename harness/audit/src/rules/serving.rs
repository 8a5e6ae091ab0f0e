//! Options of pppd that do not go with a server that mgetty calls: what keeps a port, what ends pppd, what talks past the
//! caller.
//!
//! In goes the subject; out come findings for each port.

use super::{Check, Subject};
use crate::Severity::{Error, Warning};
use crate::effective::{Answers, Ppp};
use crate::registry::serving as rule;
use crate::starting;
use crate::{Cue, Finding};
use offhook_etc::read::version::PppVersion;

pub(super) const CHECKS: &[Check] =
    &[persist, waiting, demand, past_the_caller, connect, echoes, default_route, plugins, user];

fn persist(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|port, _| {
        let option = port.begins_again().filter(|_| port.server == Answers::Mgetty)?;
        Some(
            Finding::new(&rule::PERSIST, "after the first call pppd keeps the port, and no further call is answered")
                .at(option.place.clone())
                .why("persist has pppd begin again on the dead line when a call is over; it never gives the port back to mgetty"),
        )
    })
}

fn waiting(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|port, ppp| {
        // Where init starts pppd, nobody else would serve the line meanwhile.
        let option = ppp.winner(&["passive", "-p", "silent"]).filter(|_| port.server == Answers::Mgetty)?;
        Some(
            Finding::new(
                &rule::WAITS,
                "pppd waits without end for a caller who does not speak PPP, until carrier is lost",
            )
            .at(option.place.clone())
            .why("without this option it gives up after 30 s; the time of idle only begins once the network is up"),
        )
    })
}

fn demand(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let option = ppp.demand_in_vain()?;
        Some(
            Finding::new(&rule::DEMAND, "pppd ends: demand needs a connect script, and nobody gets PPP")
                .at(option.place.clone())
                .why("demand is for calling out when there is traffic"),
        )
    })
}

fn past_the_caller(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let option = ppp.winner(&["pty", "socket", "notty"])?;
        Some(
            Finding::new(
                &rule::PAST_THE_CALLER,
                format!("`{}` has pppd talk to something else than the caller", option.name),
            )
            .at(option.place.clone())
            .why("with this option pppd does not use the port as the line of the call"),
        )
    })
}

fn connect(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let option = ppp.winner(&["connect", "init"])?;
        Some(
            Finding::new(
                &rule::CONNECT,
                format!("`{}` runs its program on a line that is connected already", option.name),
            )
            .at(option.place.clone())
            .why("mgetty has answered; a program that dials or talks to the modem sends that text to the caller"),
        )
    })
}

fn echoes(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| match (ppp.positive("lcp-echo-interval"), ppp.positive("lcp-echo-failure")) {
        (Some((_, option)), None) => Some(
            Finding::new(&rule::ECHO_HALF, "LCP echoes are sent, but no missing answer ever ends a call")
                .at(option.place.clone())
                .why("lcp-echo-failure is not set, or 0")
                .cue(Cue::Text("lcp-echo-failure 4".to_owned())),
        ),
        (None, Some((_, option))) => Some(
            Finding::new(&rule::ECHO_HALF, "lcp-echo-failure has no effect: no LCP echoes are sent")
                .at(option.place.clone())
                .why("lcp-echo-interval is not set, or 0")
                .cue(Cue::Text("lcp-echo-interval 30".to_owned())),
        ),
        _ => None,
    })
}

fn default_route(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let option = ppp.on("defaultroute", &["nodefaultroute", "-defaultroute"])?;
        let replaces = ppp.on("replacedefaultroute", &["noreplacedefaultroute"]);
        let metric = ppp.winner(&["defaultroute-metric"]);
        let what = if replaces.is_some() {
            "each call takes the server's default route: while it lasts, the server sends all packets to the caller"
        } else if metric.is_some() {
            "each call adds a default route to the caller beside the server's own"
        } else {
            "a call becomes the server's default route if it has none at that moment"
        };
        let place = replaces.unwrap_or(option).place.clone();
        Some(
            Finding::new(&rule::DEFAULT_ROUTE, what)
                .at(place)
                .why("defaultroute is for who calls a provider, not for who is called"),
        )
    })
}

fn missing(plugin: &str) -> String {
    format!("the plugin {plugin} does not exist: pppd ends, and nobody gets PPP")
}

fn plugins(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for port in subject.ports {
        for (plugin, option) in port.ppp.iter().flat_map(Ppp::plugins) {
            let there = |version: &PppVersion| plugin.shipped(*version);
            let looked_for = starting::looked_for(subject.facts, &plugin);
            let (severity, what) = match subject.facts.ppp_version {
                _ if looked_for == Some(true) => continue,
                _ if looked_for == Some(false) => (Error, missing(plugin.name)),
                Some(version) if there(&version) => continue,
                None if PppVersion::ALL.iter().all(there) => continue,
                None if PppVersion::ALL.iter().any(there) => {
                    (Warning, format!("the plugin {} is not there with every version of pppd", plugin.name))
                }
                _ if plugin.of_another_package() || plugin.by_path() => (
                    Warning,
                    format!("the plugin {} is not part of pppd's package; if it is missing, pppd ends", plugin.name),
                ),
                _ => (Error, missing(plugin.name)),
            };
            found.push(
                Finding::new(&rule::PLUGIN_MISSING, what)
                    .severity(severity)
                    .at(option.place.clone())
                    .on(&port.device)
                    .why("a plugin is a file of /usr/lib/pppd/VERSION, named with its .so, or a file with its whole path"),
            );
        }
    }
    found
}

fn user(subject: &Subject<'_>) -> Vec<Finding> {
    subject.each(|_, ppp| {
        let user = starting::other_user(ppp)?;
        Some(
            Finding::new(
                &rule::PPPD_USER,
                format!("mgetty starts pppd as {user}, who may not execute it: nobody gets PPP"),
            )
            .at(ppp.line.place.clone())
            .why(
                "only root and the group dip may execute pppd; and who is not root may not use options such as noauth",
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::{codes, shows, with};

    #[test]
    fn options_that_do_not_go_with_a_server_are_found() {
        let options =
            |code, severity, lines: &str| shows(code, severity, &[("ppp/options", &format!("auth\n{lines}"))]);
        options("persist-keeps-port", Error, "persist\n");
        options("waits-for-ever", Note, "passive\n");
        options("waits-for-ever", Note, "silent\n");
        options("demand-without-connect", Error, "demand\n");
        options("past-the-caller", Error, "pty /bin/cat\n");
        options("connect-under-mgetty", Warning, "connect /usr/sbin/chat\n");
        options("echo-half", Warning, "lcp-echo-interval 30\n");
        options("echo-half", Warning, "lcp-echo-interval 30\nlcp-echo-failure 0\n");
        options("default-route", Warning, "defaultroute\n");
        options("default-route", Warning, "defaultroute\nreplacedefaultroute\n");
        options("plugin-missing", Error, "plugin passwordfd-none.so\n");
        options("plugin-missing", Warning, "plugin passprompt.so\n");
        options("plugin-missing", Warning, "plugin pptpd-logwtmp.so\n");
        shows("pppd-user", Error, &[("mgetty/login.config", "/AutoPPP/ ppp a_ppp /usr/sbin/pppd auth +pap\n")]);
    }

    #[test]
    fn what_is_harmless_or_undone_is_not() {
        let of = |lines: &str| codes(&with(&[("ppp/options", &format!("auth\n{lines}"))]));
        assert!(!of("persist\nnopersist\n").contains(&"persist-keeps-port"));
        assert!(!of("defaultroute\nnodefaultroute\n").contains(&"default-route"));
        assert!(!of("lcp-echo-interval 30\nlcp-echo-failure 4\n").contains(&"echo-half"));
        assert!(!of("plugin radius.so\n").contains(&"plugin-missing"));
        // pppd stays in the foreground in any case: its line is its standard input.
        assert_eq!(of("updetach\nnodetach\n"), ["silent-caller"]);
    }
}
