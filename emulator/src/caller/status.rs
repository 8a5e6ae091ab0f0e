//! How things stand at the caller: phase, automata, what was agreed on. For reports and for steps that wait.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::ppp::auth::{Method, Outcome};
use crate::ppp::automaton::State;
use crate::ppp::control::Control;
use crate::ppp::hdlc;
use crate::ppp::link::{Link, Phase};

/// How authentication ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthOutcome {
    /// Whether the server let the caller in.
    pub accepted: bool,
    /// `PAP` or `CHAP`.
    pub protocol: &'static str,
    /// The server's message, octets that are no text replaced; or what was waited for in vain.
    pub message: String,
}

impl AuthOutcome {
    pub(super) fn new(method: Method, outcome: &Outcome) -> Self {
        let (accepted, message) = match outcome {
            Outcome::Accepted(message) => (true, String::from_utf8_lossy(message).into_owned()),
            Outcome::Refused(message) => (false, String::from_utf8_lossy(message).into_owned()),
            Outcome::NoAnswer(what) => (false, (*what).to_owned()),
        };
        Self { accepted, protocol: method.name(), message }
    }
}

/// How things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The phase of the link.
    pub phase: Phase,
    /// State of LCP.
    pub lcp: State,
    /// State of IPCP.
    pub ipcp: State,
    /// State of IPV6CP; `None` if the caller does not negotiate it.
    pub ipv6cp: Option<State>,
    /// The caller's address while IPCP is Opened; 0.0.0.0 if it asked for none.
    pub local: Option<Ipv4Addr>,
    /// The server's address while IPCP is Opened, if it told.
    pub peer: Option<Ipv4Addr>,
    /// Name servers while IPCP is Opened, primary first.
    pub dns: Vec<Ipv4Addr>,
    /// The caller's link-local address while IPV6CP is Opened.
    pub local6: Option<Ipv6Addr>,
    /// The server's link-local address while IPV6CP is Opened.
    pub peer6: Option<Ipv6Addr>,
    /// How authentication ended, once it has.
    pub auth: Option<AuthOutcome>,
    /// What came in from the line since the caller was made.
    pub line: hdlc::Counters,
}

impl Default for Status {
    fn default() -> Self {
        Self {
            phase: Phase::Dead,
            lcp: State::Initial,
            ipcp: State::Initial,
            ipv6cp: None,
            local: None,
            peer: None,
            dns: Vec::new(),
            local6: None,
            peer6: None,
            auth: None,
            line: hdlc::Counters::default(),
        }
    }
}

impl Status {
    pub(super) fn follow(&mut self, link: &Link) {
        self.phase = link.phase();
        self.lcp = link.lcp().state();
        self.ipcp = link.ipcp().state();
        self.ipv6cp = link.ipv6cp().map(Control::state);
        self.line = link.counters();
    }

    pub(super) fn ip_up(&mut self, local: Ipv4Addr, peer: Option<Ipv4Addr>, dns: &[Ipv4Addr]) {
        (self.local, self.peer, self.dns) = (Some(local), peer, dns.to_vec());
    }

    pub(super) fn ip_down(&mut self) {
        (self.local, self.peer, self.dns) = (None, None, Vec::new());
    }

    pub(super) const fn ipv6_up(&mut self, local: Ipv6Addr, peer: Ipv6Addr) {
        (self.local6, self.peer6) = (Some(local), Some(peer));
    }

    pub(super) const fn ipv6_down(&mut self) {
        (self.local6, self.peer6) = (None, None);
    }
}
