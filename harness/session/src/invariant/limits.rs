//! Whether idle and session limits hold: pppd's `idle N`, which ends a link on which no datagram passes for so long, and
//! `maxconnect N`, which ends one that is up for so long (pppd(8)).
//!
//! In: the frames of each call, and when it was cleared. What a caller sends counts as soon as it is sent, whether the server gets
//! it or not, so a limit is taken to begin rather later than it does. Out: the first call that outlived one.

use std::time::Duration;

use offhook_clock::Instant;
use offhook_ppp::frame::Frame;
use offhook_telephony::trace::EventKind;

use super::{Judged, Seen};
use offhook_base::format_duration;
use offhook_scenario::Ppp;

/// What pppd, mgetty and the modem may take from the limit to the end of the call: three Terminate-Requests, each waited for, and
/// a process that stands still meanwhile.
const SLACK: Duration = Duration::from_secs(60);

/// Protocols below are datagrams, of the network layer (RFC 1661 §2).
const CONTROL: u16 = 0x4000;
/// Protocols from here on are those of the link, not of a network.
const LINK: u16 = 0xc000;

/// Whether every link ended in time.
pub(super) fn judge(seen: &Seen<'_>) -> Judged {
    let end = seen.trace.last().map_or(Instant::ZERO, |event| event.at);
    let mut limited = 0_usize;
    for (number, _) in seen.calls.iter().enumerate().filter(|(_, call)| call.interface.is_some()) {
        let Some(frames) = Frames::of(seen, number) else { continue };
        let (idle, session) = limits(seen, frames.port);
        let ended = frames.cleared.unwrap_or(end);
        let ends = [("a datagram", frames.last, idle), ("the link was up", frames.first, session)];
        for (since, at, limit) in ends {
            let Some(limit) = limit else { continue };
            limited += 1;
            if ended > at + limit + SLACK {
                let told = |time: Duration| format_duration(Duration::from_secs(time.as_secs()));
                let expected = format!("a link to be ended {} after {since}", told(limit));
                return Err((expected, format!("call {} lasted {} more", number + 1, told(ended.since(at) - limit))));
            }
        }
    }
    Ok(match limited {
        0 => "no link has a limit".to_owned(),
        _ => "every link ended within its limits".to_owned(),
    })
}

/// When the link of a call came up, when its last datagram passed, and when the call was cleared.
struct Frames<'a> {
    port: Option<&'a str>,
    first: Instant,
    last: Instant,
    cleared: Option<Instant>,
}

impl<'a> Frames<'a> {
    fn of(seen: &Seen<'a>, call: usize) -> Option<Self> {
        let own = || seen.trace.iter().filter(|event| event.call == Some(call));
        let network = own().filter_map(|event| match &event.what {
            EventKind::Frame { octets, .. } => {
                let protocol = Frame::parse(octets).ok()?.protocol;
                (protocol < LINK).then_some((event.at, protocol < CONTROL))
            }
            _ => None,
        });
        let network: Vec<(Instant, bool)> = network.collect();
        let datagram = network.iter().rev().find(|(_, datagram)| *datagram);
        // A link without a datagram is idle since its network was negotiated.
        let ((first, _), (last, _)) = (*network.first()?, *datagram.or(network.last())?);
        let cleared = own().find(|event| matches!(event.what, EventKind::Cleared { .. })).map(|event| event.at);
        let port = own().find_map(|event| event.port.as_deref());
        Some(Self { port, first, last, cleared })
    }
}

/// `idle` and `maxconnect` of a port, whose own options come after those of all.
fn limits(seen: &Seen<'_>, device: Option<&str>) -> (Option<Duration>, Option<Duration>) {
    let server = &seen.scenario.server;
    let own = server.ports.iter().find(|port| Some(&*port.device) == device).and_then(|port| port.ppp.as_ref());
    let of = |ppp: &Ppp| (ppp.idle, written(ppp, "maxconnect"));
    let ((idle, session), own) = (of(&server.ppp), own.map(of).unwrap_or_default());
    let some = |limit: Option<Duration>| limit.filter(|limit| !limit.is_zero());
    (some(own.0.or(idle)), some(own.1.or(session)))
}

/// Whole seconds of an option that is written as it is.
fn written(ppp: &Ppp, name: &str) -> Option<Duration> {
    let words = |line: &String| {
        let mut words = line.split_whitespace();
        (words.next() == Some(name)).then(|| words.next()?.parse().ok()).flatten()
    };
    ppp.extra.iter().rev().find_map(words).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::Ipv4Addr;

    use super::*;
    use crate::CallSummary;
    use crate::invariant::Census;
    use offhook_scenario::{Act, Call, Port, Scenario, Server};
    use offhook_telephony::trace::{End, Event};

    /// One call of `lasts` seconds, its network negotiated at 20 s, a datagram at 30 s.
    fn judged(idle: Option<u64>, extra: &[&str], lasts: u64) -> Judged {
        let ppp = Ppp {
            idle: idle.map(Duration::from_secs),
            extra: extra.iter().map(|line| (*line).to_owned()).collect(),
            ..Ppp::default()
        };
        let server = Server { ports: vec![Port::new("ttyS0")], ppp, ..Server::default() };
        let scenario = Scenario::new("", server, vec![Act::Calls(vec![Call::new("ttyS0")])]);
        let event = |seconds, what| Event {
            at: Instant::from_millis(seconds * 1000),
            port: Some("ttyS0".to_owned()),
            call: Some(0),
            what,
        };
        let frame =
            |octets: &[u8]| EventKind::Frame { from: End::Caller, octets: octets.to_vec(), text: String::new() };
        let trace = [
            event(20, frame(&[0x80, 0x21, 1, 1, 0, 4])),
            event(30, frame(&[0x21, 0x45])),
            // An Echo-Request is no datagram, and the caller's last words are none.
            event(40, frame(&[0xff, 3, 0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 0])),
            event(lasts, EventKind::Cleared { by: End::Server, abrupt: false }),
        ];
        let address = Ipv4Addr::new(10, 0, 0, 2);
        let calls = [CallSummary { interface: Some((address, address)), ..CallSummary::default() }];
        let census = Census::default();
        let census = (&census, &census);
        let seen = Seen {
            scenario: &scenario,
            trace: &trace,
            calls: &calls,
            census,
            not_ready: &[],
            held: &[],
            signalled: &[],
        };
        judge(&seen)
    }

    // pppd(8), idle: "disconnect if the link is idle for n seconds"; maxconnect: "terminate the connection when it has been available
    // for network traffic for n seconds".
    #[test]
    fn a_link_that_outlives_a_limit_is_told() {
        assert_eq!(judged(None, &[], 9000).unwrap(), "no link has a limit");
        assert_eq!(judged(Some(300), &[], 340).unwrap(), "every link ended within its limits");
        let (expected, actual) = judged(Some(300), &[], 500).unwrap_err();
        assert_eq!((&*expected, &*actual), ("a link to be ended 5m after a datagram", "call 1 lasted 2m50s more"));
        assert!(judged(None, &["nodetach", "maxconnect 60"], 130).is_ok());
        let (expected, actual) = judged(None, &["maxconnect 60"], 500).unwrap_err();
        assert_eq!((&*expected, &*actual), ("a link to be ended 1m after the link was up", "call 1 lasted 7m more"));
        assert_eq!(judged(None, &["maxconnect 0"], 9000).unwrap(), "no link has a limit");
    }
}
