//! What the caller tells: frames, text, and how its link goes, as trace events and facts.

use offhook_emulator::caller::{AuthOutcome, CallerEvent};
use offhook_emulator::time::Instant;
use offhook_emulator::trace::{End, What, escaped};

use super::Station;
use crate::run::facts::{Addresses, Auth, Resolved, Since};
use crate::scenario::{AuthProtocol, AuthResult};

impl Station {
    /// Text from the server.
    pub(super) fn hear(&mut self, now: Instant, octets: &[u8]) {
        self.facts.heard.push_str(&String::from_utf8_lossy(octets));
        self.record(now, What::Text { from: End::Server, text: escaped(octets) });
        if let Some(login) = &mut self.login {
            login.hear(now);
        }
        self.proceed_with_login(now);
    }

    pub(super) fn handle_caller(&mut self, now: Instant, event: CallerEvent) {
        let at = now;
        match event {
            // What a silent caller has to say does not go out.
            CallerEvent::FrameSent { .. } if self.silent => {}
            CallerEvent::FrameSent { octets, text } => {
                self.sent(now, &text);
                self.record(now, What::Frame { from: End::Caller, octets, text });
            }
            CallerEvent::FrameReceived { octets, text } => {
                self.record(now, What::Frame { from: End::Server, octets, text });
            }
            CallerEvent::BadFrame { reason, octets } => {
                let reason = reason.name().to_owned();
                self.record(now, What::BadFrame { from: End::Server, reason, octets });
            }
            CallerEvent::Text(octets) => self.hear(now, &octets),
            CallerEvent::LcpOpened => {
                self.facts.lcp_opened = Some(now);
                self.linked(now, "LCP is Opened".to_owned());
            }
            CallerEvent::Auth(AuthOutcome { accepted, message, protocol }) => {
                let result = if accepted { AuthResult::Accepted } else { AuthResult::Refused };
                self.linked(
                    now,
                    format!("{protocol}: {}, \"{message}\"", if accepted { "accepted" } else { "refused" }),
                );
                let protocol = match protocol {
                    "PAP" => Some(AuthProtocol::Pap),
                    "CHAP" => Some(AuthProtocol::Chap),
                    _ => None,
                };
                self.facts.auth = Some(Since { at, what: Auth { result, protocol, message } });
            }
            CallerEvent::AuthNotAsked => {
                let auth = Auth { result: AuthResult::NotAsked, protocol: None, message: String::new() };
                self.facts.auth = Some(Since { at, what: auth });
                self.linked(now, "the server asks for no authentication".to_owned());
            }
            CallerEvent::IpUp { local, peer, dns } => {
                let peer = (!peer.is_unspecified()).then_some(peer);
                let told = peer.map(|peer| format!(", peer {peer}")).unwrap_or_default();
                self.linked(now, format!("IPCP is Opened: {local}{told}"));
                self.facts.up = Some(Since { at, what: Addresses { local, peer, dns } });
            }
            CallerEvent::Ipv6Up { .. } => {
                self.facts.up6 = Some(now);
                self.linked(now, "IPV6CP is Opened".to_owned());
            }
            CallerEvent::TerminateRequestReceived { text } => self.terminated(now, text),
            CallerEvent::Closed { why } => {
                self.linked(now, format!("PPP is over: {why}"));
                self.facts.closed = Some(Since { at, what: why });
                // The far end's user hangs up when PPP is over, as pppd's chat script or a dialler would.
                if self.facts.terminated.is_none() && !self.silent {
                    self.plant.clear(now, false);
                }
            }
            CallerEvent::Pong { seq, .. } => self.facts.pongs.push(Since { at, what: seq }),
            CallerEvent::Data { from: End::Server } => {
                self.facts.last_data = self.facts.last_data.max(Some(self.departed));
            }
            CallerEvent::Data { from: End::Caller } if self.silent => {}
            CallerEvent::Data { from: End::Caller } => self.data_until = Some(self.to_server.sent() + 1),
            CallerEvent::Resolved { name, addresses, trouble } => {
                self.facts.resolved = Some(Since { at, what: Resolved { name, addresses, trouble } });
            }
            CallerEvent::Transferred(outcome) => self.facts.transferred = Some(Since { at, what: outcome }),
            CallerEvent::Phase(_) | CallerEvent::IpDown | CallerEvent::Ipv6Down => {}
        }
    }

    /// A Terminate-Request refuses authentication too, if the caller had none to offer (pppd's own text).
    fn terminated(&mut self, now: Instant, text: String) {
        if self.facts.auth.as_ref().is_none_or(|auth| auth.what.result == AuthResult::NotAsked)
            && text == "peer refused to authenticate"
        {
            let auth = Auth { result: AuthResult::Refused, protocol: None, message: text.clone() };
            self.facts.auth = Some(Since { at: now, what: auth });
        }
        if self.facts.terminated.is_none() {
            self.facts.terminated = Some(Since { at: self.departed, what: text });
        }
    }

    /// The caller's first packet of a phase marks its beginning.
    fn sent(&mut self, now: Instant, text: &str) {
        let begun = |mark: &mut Option<Instant>| *mark = mark.or(Some(now));
        if text.starts_with("[LCP ConfReq") {
            begun(&mut self.facts.establish);
        } else if text.starts_with("[PAP AuthReq") || text.starts_with("[CHAP Response") {
            begun(&mut self.facts.authenticate);
        } else if text.starts_with("[IPCP ConfReq") {
            begun(&mut self.facts.network);
        }
    }

    fn linked(&mut self, now: Instant, text: String) {
        self.record(now, What::Link { text });
    }
}
