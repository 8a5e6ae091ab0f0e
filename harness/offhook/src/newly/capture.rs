//! A scenario of a recorded call: what the capture shows of the server, and calls that expect what came.
//!
//! In: the events of a capture, ours or decoded. Out: a scenario whose server is the least that explains them, and one call for each
//! that was recorded. What a capture does not tell is a comment.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use offhook_ppp::frame::{CHAP, Frame, IPCP, LCP, PAP};
use offhook_ppp::ipcp::IpcpOption;
use offhook_ppp::lcp::LcpOption;
use offhook_ppp::options::Options;
use offhook_ppp::packet::{Code, Packet, Repr};
use offhook_ppp::{chap, pap};
use offhook_telephony::trace::{End, Event, EventKind};

use super::comment;
use crate::words::Quoted;

/// What was seen of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    from: Option<String>,
    rings: u32,
    answered: bool,
    frames: usize,
    /// By which protocol the server asked who the caller is.
    asked: Option<&'static str>,
    user: Option<String>,
    password: Option<String>,
    /// Whether it was accepted.
    accepted: Option<bool>,
    /// The caller's address, and the server's, as both have acknowledged.
    local: Option<Ipv4Addr>,
    peer: Option<Ipv4Addr>,
    /// Who sent the first Terminate-Request.
    ended: Option<End>,
}

/// The scenario of these events; `name` is what the capture is called.
pub fn scenario(name: &str, events: &[Event]) -> String {
    let calls = seen(events);
    let mut text = format!("{}\n\n", comment(&format!("Written from the capture {name}.")));
    let first = calls.first().cloned().unwrap_or_default();
    let _ = writeln!(text, "scenario {} {{", Quoted("what was recorded happens again"));
    text.push_str(
        "    server {\n        // The capture does not tell the server's files: this is the least that explains it.\n",
    );
    let _ = writeln!(text, "        port \"ttyS0\" answer-after={}", first.rings.max(1));
    text.push_str("        ppp {\n");
    if let (Some(local), Some(peer)) = (first.peer, first.local) {
        let _ = writeln!(text, "            addresses local=\"{local}\" remote=\"{peer}\"");
    }
    if let Some(asked) = first.asked {
        let _ = writeln!(text, "            require-auth \"{asked}\"");
    }
    text.push_str("        }\n");
    if let Some((user, asked)) = first.user.as_ref().zip(first.asked) {
        let password = first.password.as_deref().filter(|_| first.accepted == Some(true)).unwrap_or("secret");
        if first.password.is_none() {
            text.push_str("        // CHAP does not send it: the password is made up.\n");
        }
        let _ = writeln!(text, "        account {} password={} file=\"{asked}\"", Quoted(user), Quoted(password));
    }
    text.push_str("    }\n");
    if calls.is_empty() {
        text.push_str("    // The capture has no call.\n");
    }
    calls.iter().for_each(|seen| call(&mut text, seen));
    text.push_str("}\n");
    text
}

fn call(text: &mut String, seen: &Seen) {
    let from = seen.from.as_ref().map_or_else(String::new, |from| format!(" from={}", Quoted(from)));
    let _ = writeln!(text, "    call{from} {{");
    match (seen.answered, seen.rings) {
        (false, _) => text.push_str("        expect-no-answer\n"),
        (true, 0) => text.push_str("        expect-answer\n"),
        (true, rings) => {
            let _ = writeln!(text, "        expect-answer rings={rings}");
        }
    }
    if seen.answered && seen.frames > 0 {
        text.push_str("        ppp");
        if let Some(user) = &seen.user {
            let password = seen.password.as_deref().unwrap_or("secret");
            let _ = write!(text, " user={} password={}", Quoted(user), Quoted(password));
        }
        text.push('\n');
        match (seen.asked, seen.accepted) {
            (_, Some(true)) => text.push_str("        expect-auth \"accepted\"\n"),
            (_, Some(false)) => text.push_str("        expect-auth \"refused\"\n"),
            (None, None) if seen.local.is_some() => text.push_str("        expect-auth \"not-asked\"\n"),
            (_, None) => {}
        }
        if let (Some(local), Some(peer)) = (seen.local, seen.peer) {
            let _ = writeln!(text, "        expect-address local=\"{local}\" peer=\"{peer}\"");
        }
        match seen.ended {
            Some(End::Server) => text.push_str("        expect-hangup by=\"server\"\n"),
            Some(End::Caller) => text.push_str("        hang-up\n"),
            None => {}
        }
    }
    text.push_str("    }\n");
}

/// What was seen, call by call; a capture of frames alone is one call.
fn seen(events: &[Event]) -> Vec<Seen> {
    let mut calls: Vec<Seen> = Vec::new();
    for event in events {
        match &event.what {
            EventKind::CallBegins { from, .. } => calls.push(Seen { from: from.clone(), ..Seen::default() }),
            EventKind::RingOn { .. } => current(&mut calls).rings += 1,
            EventKind::OffHook => current(&mut calls).answered = true,
            EventKind::Frame { from, octets, .. } => {
                let seen = current(&mut calls);
                seen.answered = true;
                seen.frames += 1;
                frame(seen, *from, octets);
            }
            _ => {}
        }
    }
    calls
}

fn current(calls: &mut Vec<Seen>) -> &mut Seen {
    if calls.is_empty() {
        calls.push(Seen::default());
    }
    let last = calls.len() - 1;
    &mut calls[last]
}

fn frame(seen: &mut Seen, from: End, octets: &[u8]) {
    let Ok(Frame { protocol, information }) = Frame::parse(octets) else { return };
    let Ok(packet) = Packet::new_checked(information) else { return };
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    match protocol {
        LCP => match Repr::parse(&packet) {
            Ok(Repr::Configure { code: Code::ConfigureRequest, options }) if from == End::Server => {
                for option in Options::new(options).map_while(Result::ok) {
                    if let LcpOption::Authentication(data) = LcpOption::parse(option) {
                        seen.asked = asked(data);
                    }
                }
            }
            Ok(Repr::Terminate { code: Code::TerminateRequest, .. }) => seen.ended = seen.ended.or(Some(from)),
            _ => {}
        },
        PAP => match pap::Repr::parse(&packet) {
            Ok(pap::Repr::Request { user, password }) => {
                (seen.user, seen.password) = (Some(text(user)), Some(text(password)));
            }
            Ok(pap::Repr::Ack { .. }) => seen.accepted = Some(true),
            Ok(pap::Repr::Nak { .. }) => seen.accepted = Some(false),
            Ok(_) | Err(_) => {}
        },
        CHAP => match chap::Repr::parse(&packet) {
            Ok(chap::Repr::Response { name, .. }) => seen.user = Some(text(name)),
            Ok(chap::Repr::Success { .. }) => seen.accepted = Some(true),
            Ok(chap::Repr::Failure { .. }) => seen.accepted = Some(false),
            Ok(_) | Err(_) => {}
        },
        IPCP => {
            let Ok(Repr::Configure { code: Code::ConfigureAck, options }) = Repr::parse(&packet) else { return };
            for option in Options::new(options).map_while(Result::ok) {
                // Each end acknowledges the address of the other.
                if let IpcpOption::Address(address) = IpcpOption::parse(option) {
                    match from {
                        End::Server => seen.local = Some(address),
                        End::Caller => seen.peer = Some(address),
                    }
                }
            }
        }
        _ => {}
    }
}

/// The word of the language for an Authentication-Protocol.
fn asked(data: &[u8]) -> Option<&'static str> {
    match data {
        [0xc0, 0x23, ..] => Some("pap"),
        [0xc2, 0x23, 5, ..] => Some("chap"),
        _ => None,
    }
}
