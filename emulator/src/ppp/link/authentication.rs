//! The authentication phase (RFC 1661 §3.5): PAP or CHAP, as LCP has agreed, and what becomes of the link by it.
//!
//! It need not end with its phase: a peer may challenge again at any time (RFC 1994 §2).

use std::time::Duration;

use super::{Link, LinkEvent, Phase};
use crate::ppp::auth::{Method, Outcome};
use crate::ppp::chap::{Chap, Reply};
use crate::ppp::frame::{CHAP, PAP};
use crate::ppp::pap::Pap;
use crate::time::{Instant, earliest};

/// How long a refused end waits for the Terminate-Request that should follow (RFC 1334 §2.2.2, RFC 1994 §4.2)
/// before it terminates the link itself.
const PATIENCE: Duration = Duration::from_secs(10);

impl Link {
    /// LCP is Opened: the peer is told who we are, if it wants to know.
    pub(super) fn begin_authentication(&mut self, now: Instant) {
        match self.lcp.protocol().authentication() {
            Some(method) => {
                self.is_authenticated = false;
                self.set_phase(Phase::Authenticate);
                match (method, &mut self.pap, &mut self.chap) {
                    (Method::Pap, Some(pap), _) => {
                        let request = pap.start(now);
                        self.transmit(PAP, &request);
                    }
                    (Method::Chap, _, Some(chap)) => chap.start(now),
                    // Without credentials nothing is agreed on.
                    _ => {}
                }
            }
            None => {
                if !self.lcp.protocol().declined_authentication() {
                    self.events.push_back(LinkEvent::AuthNotAsked);
                }
                self.begin_network(now);
            }
        }
    }

    /// LCP is no longer Opened.
    pub(super) fn end_authentication(&mut self) {
        self.patience = None;
        if let Some(pap) = &mut self.pap {
            pap.stop();
        }
        if let Some(chap) = &mut self.chap {
            chap.stop();
        }
    }

    /// Whether `protocol` is the one agreed on.
    pub(super) fn authenticates_by(&self, protocol: u16) -> bool {
        self.lcp.protocol().authentication().is_some_and(|method| method.protocol() == protocol)
    }

    /// A packet of the protocol agreed on. A malformed one is "silently discarded"; the trace shows it.
    pub(super) fn handle_authentication(&mut self, now: Instant, information: &[u8]) {
        let reply = match (self.lcp.protocol().authentication(), &mut self.pap, &mut self.chap) {
            (Some(Method::Pap), Some(pap), _) => {
                pap.handle_packet(information).map(|outcome| outcome.map_or(Reply::Nothing, Reply::Over))
            }
            (Some(Method::Chap), _, Some(chap)) => chap.handle_packet(now, information),
            _ => return,
        };
        match reply {
            Ok(Reply::Response(response)) => self.transmit(CHAP, &response),
            Ok(Reply::Over(outcome)) => self.authenticated(now, outcome),
            Ok(Reply::Nothing) | Err(_) => {}
        }
    }

    /// The next deadline of authentication.
    pub(super) fn authentication_deadline(&self) -> Option<Instant> {
        let pap = self.pap.as_ref().and_then(Pap::poll_timeout);
        let chap = self.chap.as_ref().and_then(Chap::poll_timeout);
        [pap, chap].into_iter().fold(self.patience, earliest)
    }

    /// A deadline of authentication may have come.
    pub(super) fn authentication_timeout(&mut self, now: Instant) {
        match self.pap.as_mut().and_then(|pap| pap.handle_timeout(now)) {
            Some(Ok(request)) => self.transmit(PAP, &request),
            Some(Err(outcome)) => self.authenticated(now, outcome),
            None => {}
        }
        if let Some(outcome) = self.chap.as_mut().and_then(|chap| chap.handle_timeout(now)) {
            self.authenticated(now, outcome);
        }
        if self.patience.is_some_and(|deadline| deadline <= now) {
            self.patience = None;
            self.handle_close(now, "Failed to authenticate ourselves to peer");
        }
    }

    fn authenticated(&mut self, now: Instant, outcome: Outcome) {
        let Some(method) = self.lcp.protocol().authentication() else { return };
        let next = outcome.clone();
        // That a later Challenge was met as well is no news.
        if !(self.is_authenticated && matches!(outcome, Outcome::Accepted(_))) {
            self.events.push_back(LinkEvent::Auth(method, outcome));
        }
        match next {
            Outcome::Accepted(_) => {
                self.is_authenticated = true;
                self.begin_network(now);
            }
            // The peer "SHOULD take action to terminate the link" (RFC 1334 §2.2.2, RFC 1994 §4.2).
            Outcome::Refused(_) => self.patience = Some(now + PATIENCE),
            Outcome::NoAnswer(_) => self.handle_close(now, "No response to our authentication"),
        }
        self.pump(now);
    }
}
