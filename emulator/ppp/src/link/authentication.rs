//! The authentication phase (RFC 1661 §3.5): PAP or CHAP, as LCP has agreed, and what becomes of the link by it.
//!
//! It need not end with its phase: a peer may challenge again at any time (RFC 1994 §2).

use std::time::Duration;

use offhook_clock::{Instant, Random, earliest};

use super::{Answering, Calling, Link, LinkEvent, Phase, Role};
use crate::auth::{
    Accounts, AuthAnswer, ChapAuthenticator, ChapClient, ChapStep, Method, OwnAuth, PapAuthenticator, PapClient,
    PeerAuth,
};
use crate::frame::{CHAP, PAP};

/// How long a refused end waits for the Terminate-Request that should follow (RFC 1334 §2.2.2, RFC 1994 §4.2)
/// before it terminates the link itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who authenticates itself to whom.
#[derive(Clone, Debug)]
pub(super) enum Authentication {
    /// Nobody: the calling end has no name.
    None,
    /// The calling end says who it is.
    Proving { pap: PapClient, chap: ChapClient },
    /// The answering end asks who the caller is.
    Demanding { accounts: Accounts, pap: PapAuthenticator, chap: ChapAuthenticator },
}

impl Authentication {
    pub(super) fn new(role: &Role, random: Random) -> Self {
        match role {
            Role::Calling(Calling { credentials: None, .. }) => Self::None,
            Role::Calling(Calling { credentials: Some(credentials), .. }) => {
                Self::Proving { pap: PapClient::new(credentials.clone()), chap: ChapClient::new(credentials.clone()) }
            }
            Role::Answering(Answering { accounts, name, challenge_again, .. }) => {
                let accounts = Accounts::new(accounts.clone());
                let chap = ChapAuthenticator::new(accounts.clone(), name.clone(), *challenge_again, random);
                Self::Demanding { pap: PapAuthenticator::new(accounts.clone()), chap, accounts }
            }
        }
    }

    const fn stop(&mut self) {
        match self {
            Self::None => {}
            Self::Proving { pap, chap } => {
                pap.stop();
                chap.stop();
            }
            Self::Demanding { pap, chap, .. } => {
                pap.stop();
                chap.stop();
            }
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::None => None,
            Self::Proving { pap, chap } => earliest(pap.poll_timeout(), chap.poll_timeout()),
            Self::Demanding { pap, chap, .. } => earliest(pap.poll_timeout(), chap.poll_timeout()),
        }
    }
}

impl Link {
    /// LCP is Opened: one end says who it is, if the other wants to know.
    pub(super) fn begin_authentication(&mut self, now: Instant) {
        match self.config.role {
            Role::Calling(_) => self.begin_proving(now),
            Role::Answering(_) => self.begin_demanding(now),
        }
    }

    fn begin_proving(&mut self, now: Instant) {
        let Some(method) = self.lcp.protocol().authentication() else {
            if !self.lcp.protocol().declined_authentication() {
                self.events.push_back(LinkEvent::AuthNotAsked);
            }
            return self.begin_network(now);
        };
        self.is_authenticated = false;
        self.set_phase(Phase::Authenticate);
        // Without credentials nothing is agreed on.
        let Authentication::Proving { pap, chap } = &mut self.authentication else { return };
        match method {
            Method::Pap => {
                let request = pap.start(now);
                self.transmit(PAP, &request);
            }
            Method::Chap => chap.start(now),
        }
    }

    fn begin_demanding(&mut self, now: Instant) {
        let demand = self.lcp.protocol().demand();
        if !demand.is_some() {
            return self.begin_network(now);
        }
        let Some(protocol) = demand.current() else {
            return self.handle_close(now, "peer refused to authenticate");
        };
        self.is_authenticated = false;
        self.set_phase(Phase::Authenticate);
        let Authentication::Demanding { pap, chap, .. } = &mut self.authentication else { return };
        match protocol.method() {
            Some(Method::Pap) => pap.start(now),
            Some(Method::Chap) => {
                let challenge = chap.challenge(now);
                self.transmit(CHAP, &challenge);
            }
            None => self.handle_close(now, "authentication protocol not available"),
        }
    }

    /// See [`Link::challenge`].
    pub(super) fn challenge_again(&mut self, now: Instant) {
        // Who was let in is not any more once LCP is negotiated again or terminated.
        let is_in = self.is_authenticated && self.phase == Phase::Network;
        if let (Some(Method::Chap), true, Authentication::Demanding { chap, .. }) =
            (self.method(), is_in, &mut self.authentication)
        {
            let challenge = chap.challenge(now);
            self.transmit(CHAP, &challenge);
        }
    }

    /// LCP is no longer Opened.
    pub(super) const fn end_authentication(&mut self) {
        self.patience = None;
        self.authentication.stop();
    }

    /// How one end authenticates itself to the other.
    fn method(&self) -> Option<Method> {
        let lcp = self.lcp.protocol();
        match self.config.role {
            Role::Calling(_) => lcp.authentication(),
            Role::Answering(_) => lcp.demand().current()?.method(),
        }
    }

    /// Whether `protocol` is the one agreed on.
    pub(super) fn authenticates_by(&self, protocol: u16) -> bool {
        self.method().is_some_and(|method| method.protocol() == protocol)
    }

    /// A packet of the protocol agreed on. A malformed one is "silently discarded"; the trace shows it.
    pub(super) fn handle_authentication(&mut self, now: Instant, information: &[u8]) {
        let Some(method) = self.method() else { return };
        match (&mut self.authentication, method) {
            (Authentication::None, _) => {}
            (Authentication::Proving { pap, .. }, Method::Pap) => {
                if let Ok(Some(result)) = pap.handle_packet(information) {
                    self.authenticated(now, method, result);
                }
            }
            (Authentication::Proving { chap, .. }, Method::Chap) => match chap.handle_packet(now, information) {
                Ok(ChapStep::Response(response)) => self.transmit(CHAP, &response),
                Ok(ChapStep::Over(result)) => self.authenticated(now, method, result),
                Ok(ChapStep::Nothing) | Err(_) => {}
            },
            (Authentication::Demanding { pap, .. }, Method::Pap) => {
                if let Ok(Some(answer)) = pap.handle_packet(information) {
                    self.answer_peer(now, method, answer);
                }
            }
            (Authentication::Demanding { chap, .. }, Method::Chap) => {
                if let Ok(Some(answer)) = chap.handle_packet(now, information) {
                    self.answer_peer(now, method, answer);
                }
            }
        }
    }

    /// The next deadline of authentication.
    pub(super) fn authentication_deadline(&self) -> Option<Instant> {
        earliest(self.patience, self.authentication.poll_timeout())
    }

    /// A deadline of authentication may have come.
    pub(super) fn authentication_timeout(&mut self, now: Instant) {
        match &mut self.authentication {
            Authentication::None => {}
            Authentication::Proving { pap, chap } => {
                let (pap, chap) = (pap.handle_timeout(now), chap.handle_timeout(now));
                match pap {
                    Some(Ok(request)) => self.transmit(PAP, &request),
                    Some(Err(result)) => self.authenticated(now, Method::Pap, result),
                    None => {}
                }
                if let Some(result) = chap {
                    self.authenticated(now, Method::Chap, result);
                }
            }
            Authentication::Demanding { pap, chap, .. } => {
                let (pap, chap) = (pap.handle_timeout(now), chap.handle_timeout(now));
                if let Some(auth) = pap {
                    self.peer_authenticated(now, Method::Pap, auth);
                }
                match chap {
                    Some(Ok(challenge)) => self.transmit(CHAP, &challenge),
                    Some(Err(auth)) => self.peer_authenticated(now, Method::Chap, auth),
                    None => {}
                }
            }
        }
        if self.patience.take_if(|deadline| *deadline <= now).is_some() {
            self.authentication_rejected(now);
        }
    }

    /// The peer will not talk about it any longer.
    pub(super) fn authentication_rejected(&mut self, now: Instant) {
        let words = match self.config.role {
            Role::Calling(_) => "Failed to authenticate ourselves to peer",
            Role::Answering(_) => "Authentication failed",
        };
        self.handle_close(now, words);
    }

    /// What came of proving who we are.
    fn authenticated(&mut self, now: Instant, method: Method, result: OwnAuth) {
        // That a later Challenge was met as well is no news.
        if !(self.is_authenticated && matches!(result, OwnAuth::Accepted(_))) {
            self.events.push_back(LinkEvent::Auth(method, result.clone()));
        }
        match result {
            OwnAuth::Accepted(_) => {
                self.is_authenticated = true;
                self.begin_network(now);
            }
            // The peer "SHOULD take action to terminate the link" (RFC 1334 §2.2.2, RFC 1994 §4.2).
            OwnAuth::Refused(_) => self.patience = Some(now + PATIENCE),
            OwnAuth::NoAnswer(_) => self.handle_close(now, "No response to our authentication"),
        }
        self.pump(now);
    }

    /// The answer to what the peer said it was, and what came of that, if it is news.
    fn answer_peer(&mut self, now: Instant, method: Method, answer: AuthAnswer) {
        self.transmit(method.protocol(), &answer.packet);
        if let Some(auth) = answer.news {
            self.peer_authenticated(now, method, auth);
        }
    }

    fn peer_authenticated(&mut self, now: Instant, method: Method, auth: PeerAuth) {
        let accepted = matches!(auth, PeerAuth::Accepted { .. });
        if let (Authentication::Demanding { accounts, .. }, PeerAuth::Accepted { user }) = (&self.authentication, &auth)
            && let Some(address) = accounts.find(user).and_then(|account| account.address)
            && let Some(ipcp) = &mut self.ipcp
        {
            ipcp.protocol_mut().give(address);
        }
        if !(self.is_authenticated && accepted) {
            self.events.push_back(LinkEvent::PeerAuth(method, auth));
        }
        if accepted {
            self.is_authenticated = true;
            self.begin_network(now);
            self.pump(now);
        } else {
            self.handle_close(now, "Authentication failed");
        }
    }
}
