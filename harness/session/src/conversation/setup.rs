//! A call's settings out of the scenario: its lines, its caller ID, its PPP, its transfers.

use std::collections::BTreeSet;

use offhook_caller::TransferRequest;
use offhook_clock::Instant;
use offhook_telephony::exchange::CallSetup;

use crate::exchange_clock;
use crate::numbering::identity;
use crate::port_session::PortSession;
use offhook_base::guest::EPOCH;
use offhook_scenario::{Call, Direction, ForwardWhen, PATIENCE, Server, Transfer, Verb};

/// HTTP's port.
const HTTP: u16 = 80;

/// The port sessions whose lines a call may get, those that its number leads to first.
pub(super) fn lines(server: &Server, script: &Call, sessions: &[PortSession]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut numbers = vec![script.to.as_str()];
    // Forwarding may lead in a circle.
    for next in 0..=server.forwards.len() {
        let Some(number) = numbers.get(next).copied() else { break };
        let from_here = || server.forwards.iter().filter(|forward| forward.from == number);
        if !from_here().any(|forward| forward.when == ForwardWhen::Always) {
            let group = server.hunt_groups.iter().find(|group| group.number == number);
            let devices =
                group.map_or_else(|| vec![number], |group| group.devices.iter().map(String::as_str).collect());
            let session = |device: &str| sessions.iter().position(|session| session.device == device);
            found.extend(devices.into_iter().filter_map(session));
        }
        numbers.extend(from_here().map(|forward| forward.to.as_str()));
    }
    let mut seen = BTreeSet::new();
    found.retain(|session| seen.insert(*session));
    found
}

/// The call as the exchange gets it, its caller having so much patience as his first `ring` needs.
pub(super) fn call(script: &Call, stack: &str, now: Instant, server: &Server) -> CallSetup {
    let rings = script.steps.iter().find_map(|step| match step.on(stack).0 {
        Verb::Ring { count } => Some(*count),
        _ => None,
    });
    // A number that nobody stated is nobody's to read.
    let port = server.ports.iter().find(|port| port.device == script.to);
    let called = port.map_or_else(|| Some(script.to.clone()), |port| port.number.clone());
    let (rings, stamp) = (rings.unwrap_or(PATIENCE), exchange_clock(EPOCH, now));
    CallSetup { rings, stamp, called, ..identity(script) }
}

/// The transfer of step `number`, or why its URL is none.
pub(super) fn transfer(transfer: &Transfer, number: usize) -> Result<TransferRequest, String> {
    let url = &transfer.url;
    let wrong = |what: &str| format!("\"{url}\" is no URL for a transfer: {what}");
    let rest = url.strip_prefix("http://").ok_or_else(|| wrong("it has to begin with http://"))?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| wrong("its port is no number from 0 to 65535"))?),
        None => (authority, HTTP),
    };
    if host.is_empty() {
        return Err(wrong("it names no host"));
    }
    Ok(TransferRequest {
        id: u32::try_from(number).unwrap_or(u32::MAX),
        host: host.to_owned(),
        port,
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        upload: (transfer.direction == Direction::Upload).then_some(transfer.size),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use offhook_base::Span;
    use offhook_scenario::{Forward, HuntGroup, Port};

    fn fetch(url: &str) -> Result<(String, u16, String), String> {
        let stated =
            Transfer { direction: Direction::Fetch, url: url.to_owned(), size: 1, at_least: None, at_most: None };
        transfer(&stated, 0).map(|request| (request.host, request.port, request.path))
    }

    #[test]
    fn a_url_is_host_port_and_path() {
        assert_eq!(fetch("http://www.lan"), Ok(("www.lan".into(), 80, "/".into())));
        assert_eq!(fetch("http://10.0.0.7:8080/a/b?c"), Ok(("10.0.0.7".into(), 8080, "/a/b?c".into())));
        assert!(fetch("https://www.lan/").unwrap_err().contains("http://"));
        assert!(fetch("http://:80/").unwrap_err().contains("no host"));
        assert!(fetch("http://a:99999/").unwrap_err().contains("port"));
    }

    fn sessions() -> Vec<PortSession> {
        ["ttyS0", "ttyS1", "ttyS2"].iter().map(|device| PortSession::new(&Port::new(*device)).unwrap()).collect()
    }

    #[test]
    fn a_call_may_get_every_line_that_its_number_can_lead_to() {
        let forward = |from: &str, to: &str, when| Forward {
            from: from.to_owned(),
            to: to.to_owned(),
            when,
            span: Span::default(),
        };
        let forwards = vec![
            forward("ttyS0", "ttyS1", ForwardWhen::Busy),
            forward("ttyS1", "ttyS2", ForwardWhen::Always),
            forward("ttyS2", "ttyS0", ForwardWhen::NoAnswer { rings: 3 }),
        ];
        let server = Server { forwards, ..Server::default() };
        assert_eq!(lines(&server, &Call::new("ttyS0"), &sessions()), [0, 2]);
        assert_eq!(lines(&server, &Call::new("ttyS1"), &sessions()), [2, 0]);
    }

    #[test]
    fn a_hunt_group_s_number_is_the_lines_of_its_ports_in_order() {
        let sessions = sessions();
        let devices = vec!["ttyS2".to_owned(), "ttyS0".to_owned()];
        let group = HuntGroup { number: "5550000".to_owned(), span: Span::default(), devices };
        let server = Server { hunt_groups: vec![group], ..Server::default() };
        assert_eq!(lines(&server, &Call::new("5550000"), &sessions), [2, 0]);
        assert_eq!(lines(&server, &Call::new("ttyS1"), &sessions), [1]);
        assert!(lines(&server, &Call::new("ttyS9"), &sessions).is_empty());
    }
}
