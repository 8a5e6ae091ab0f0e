//! The authentication phase (RFC 1661 §3.5): who says who it is and who asks, as LCP has agreed, and what becomes of the link by it.
//!
//! Each end may ask the other, by a protocol of its own; the phase is over when whoever was asked is let in. It need not end with its
//! phase: a peer may challenge again at any time (RFC 1994 §2).

use std::time::Duration;

use offhook_clock::{Instant, Random, earliest};

use super::{Answering, Asking, Calling, Link, LinkEvent, Phase, Role};
use crate::auth::{
    Accounts, AuthAnswer, ChapAuthenticator, ChapClient, ChapStep, Credentials, EapAuthenticator, EapClient, EapStep,
    Method, OwnAuth, PapAuthenticator, PapClient, PeerAuth,
};
use crate::frame::{CHAP, EAP, PAP};
use crate::mppe::StartKeys;

/// How long a refused end waits for the Terminate-Request that should follow (RFC 1334 §2.2.2, RFC 1994 §4.2)
/// before it terminates the link itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who authenticates itself to whom.
#[derive(Clone, Debug)]
pub(super) struct Authentication {
    /// This end says who it is, if it has a name.
    proving: Option<Proving>,
    /// This end asks who the peer is.
    demanding: Option<Demanding>,
}

#[derive(Clone, Debug)]
struct Proving {
    pap: PapClient,
    chap: ChapClient,
    eap: EapClient,
    /// It need not say, or was let in.
    is_done: bool,
}

#[derive(Clone, Debug)]
struct Demanding {
    accounts: Accounts,
    pap: PapAuthenticator,
    chap: ChapAuthenticator,
    eap: EapAuthenticator,
    /// It need not ask, or has let in the peer.
    is_done: bool,
}

impl Authentication {
    pub(super) fn new(role: &Role, mut random: Random) -> Self {
        let (credentials, second, asks) = match role {
            Role::Calling(Calling { credentials, second_password, asks, .. }) => {
                (credentials, second_password.clone(), asks.clone())
            }
            Role::Answering(answering @ Answering { credentials, .. }) => (credentials, None, Some(answering.asks())),
        };
        let demanding = asks.map(|asks| Demanding::new(asks, random.clone()));
        let proving = credentials.clone().map(|credentials| {
            random.next();
            Proving::new(credentials, second, Random::new(random.next()))
        });
        Self { proving, demanding }
    }

    fn stop(&mut self) {
        if let Some(Proving { pap, chap, eap, .. }) = &mut self.proving {
            pap.stop();
            chap.stop();
            eap.stop();
        }
        if let Some(Demanding { pap, chap, eap, .. }) = &mut self.demanding {
            pap.stop();
            chap.stop();
            eap.stop();
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let proving = self.proving.as_ref().and_then(|Proving { pap, chap, eap, .. }| {
            earliest(earliest(pap.poll_timeout(), chap.poll_timeout()), eap.poll_timeout())
        });
        let demanding = self.demanding.as_ref().and_then(|Demanding { pap, chap, eap, .. }| {
            earliest(earliest(pap.poll_timeout(), chap.poll_timeout()), eap.poll_timeout())
        });
        earliest(proving, demanding)
    }

    /// What MPPE can encrypt with. If both ends have said by Microsoft's CHAP who they are, the caller's counts.
    pub(super) fn start_keys(&self, role: &Role) -> Option<&StartKeys> {
        let proving = self.proving.as_ref().and_then(|proving| proving.chap.start_keys());
        let demanding = self.demanding.as_ref().and_then(|demanding| demanding.chap.start_keys());
        match role {
            Role::Calling(_) => proving.or(demanding),
            Role::Answering(_) => demanding.or(proving),
        }
    }

    /// Whether whoever was asked is let in.
    fn is_done(&self) -> bool {
        self.proving.as_ref().is_none_or(|proving| proving.is_done)
            && self.demanding.as_ref().is_none_or(|demanding| demanding.is_done)
    }
}

impl Proving {
    fn new(credentials: Credentials, second: Option<String>, random: Random) -> Self {
        Self {
            pap: PapClient::new(credentials.clone()),
            chap: ChapClient::new(credentials.clone(), random).with_second_password(second),
            eap: EapClient::new(credentials),
            is_done: true,
        }
    }

    /// Begins; what there is to send without being asked.
    fn start(&mut self, now: Instant, method: Method) -> Option<Vec<u8>> {
        match (method, method.algorithm()) {
            (Method::Pap, _) => return Some(self.pap.start(now)),
            (_, Some(algorithm)) => self.chap.start(now, algorithm),
            _ => self.eap.start(now),
        }
        None
    }

    /// A packet of the method's protocol: what there is to send, and what came of it.
    fn handle_packet(
        &mut self,
        now: Instant,
        method: Method,
        information: &[u8],
    ) -> (Option<Vec<u8>>, Option<OwnAuth>) {
        // A malformed one is "silently discarded"; the trace shows it.
        match method.protocol() {
            PAP => (None, self.pap.handle_packet(information).ok().flatten()),
            CHAP => match self.chap.handle_packet(now, information) {
                Ok(ChapStep::Response(response)) => (Some(response), None),
                Ok(ChapStep::Over(result)) => (None, Some(result)),
                Ok(ChapStep::Nothing) | Err(_) => (None, None),
            },
            _ => match self.eap.handle_packet(now, information) {
                Ok(EapStep::Response(response)) => (Some(response), None),
                Ok(EapStep::Over(result)) => (None, Some(result)),
                Ok(EapStep::Nothing) | Err(_) => (None, None),
            },
        }
    }
}

impl Demanding {
    fn new(asks: Asking, mut random: Random) -> Self {
        let accounts = Accounts::new(asks.accounts);
        let of_chap = random.clone();
        let of_eap = Random::new(random.next());
        Self {
            pap: PapAuthenticator::new(accounts.clone()),
            chap: ChapAuthenticator::new(accounts.clone(), asks.name.clone(), asks.challenge_again, of_chap)
                .with_retries(asks.retries),
            eap: EapAuthenticator::new(accounts.clone(), asks.name, asks.challenge_again, of_eap),
            accounts,
            is_done: true,
        }
    }

    /// Begins; what there is to send.
    fn start(&mut self, now: Instant, method: Method) -> Option<Vec<u8>> {
        match (method, method.algorithm()) {
            (Method::Pap, _) => {
                self.pap.start(now);
                None
            }
            (_, Some(algorithm)) => {
                self.chap.set_algorithm(algorithm);
                Some(self.chap.challenge(now))
            }
            _ => Some(self.eap.start(now)),
        }
    }

    /// A packet of the method's protocol. A malformed one is "silently discarded"; the trace shows it.
    fn handle_packet(&mut self, now: Instant, method: Method, information: &[u8]) -> Option<AuthAnswer> {
        let answer = match method.protocol() {
            PAP => self.pap.handle_packet(information),
            CHAP => self.chap.handle_packet(now, information),
            _ => self.eap.handle_packet(now, information),
        };
        answer.ok().flatten()
    }

    /// A Challenge in the middle of a session, if the method has one.
    fn challenge(&mut self, now: Instant, method: Method) -> Option<Vec<u8>> {
        match method.protocol() {
            PAP => None,
            CHAP => Some(self.chap.challenge(now)),
            _ => Some(self.eap.challenge(now)),
        }
    }
}

impl Link {
    /// LCP is Opened: each end says who it is, if the other wants to know.
    pub(super) fn begin_authentication(&mut self, now: Instant) {
        let lcp = self.lcp.protocol();
        let (own, declined) = (self.proved(), lcp.declined_authentication());
        let (asks, asked) = (lcp.demand().is_some() && self.authentication.demanding.is_some(), lcp.demand().current());
        if own.is_none() && !declined && matches!(self.config.role, Role::Calling(_)) {
            self.events.push_back(LinkEvent::AuthNotAsked);
        }
        if asks && asked.is_none() {
            return self.handle_close(now, "peer refused to authenticate");
        }
        if own.is_none() && !asks {
            return self.begin_network(now);
        }
        self.is_authenticated = false;
        self.set_phase(Phase::Authenticate);
        let demanded = asked.and_then(|option| option.method());
        if asks && demanded.is_none() {
            return self.handle_close(now, "authentication protocol not available");
        }
        // Without credentials nothing is agreed on.
        let mut packets = Vec::new();
        if let Some(demanding) = &mut self.authentication.demanding {
            demanding.is_done = demanded.is_none();
            packets.extend(demanded.and_then(|method| Some((method, demanding.start(now, method)?))));
        }
        if let Some(proving) = &mut self.authentication.proving {
            proving.is_done = own.is_none();
            packets.extend(own.and_then(|method| Some((method, proving.start(now, method)?))));
        }
        for (method, packet) in packets {
            self.transmit(method.protocol(), &packet);
        }
    }

    /// See [`Link::challenge`].
    pub(super) fn challenge_again(&mut self, now: Instant) {
        // Who was let in is not any more once LCP is negotiated again or terminated.
        let is_in = self.is_authenticated && self.phase == Phase::Network;
        if let (Some(method), true, Some(demanding)) = (self.demanded(), is_in, &mut self.authentication.demanding)
            && let Some(challenge) = demanding.challenge(now, method)
        {
            self.transmit(method.protocol(), &challenge);
        }
    }

    /// LCP is no longer Opened.
    pub(super) fn end_authentication(&mut self) {
        self.patience = None;
        self.authentication.stop();
    }

    /// How this end says who it is.
    fn proved(&self) -> Option<Method> {
        self.lcp.protocol().authentication().filter(|_| self.authentication.proving.is_some())
    }

    /// How the peer does.
    fn demanded(&self) -> Option<Method> {
        self.lcp.protocol().demand().current()?.method().filter(|_| self.authentication.demanding.is_some())
    }

    /// Whether `protocol` is one that was agreed on.
    pub(super) fn authenticates_by(&self, protocol: u16) -> bool {
        let is_it = |method: Option<Method>| method.is_some_and(|method| method.protocol() == protocol);
        is_it(self.proved()) || is_it(self.demanded())
    }

    /// A packet of a protocol agreed on. If both ends ask by the same, each takes what is for it: neither takes what the other's code
    /// says.
    pub(super) fn handle_authentication(&mut self, now: Instant, protocol: u16, information: &[u8]) {
        let is_it = |method: &Method| method.protocol() == protocol;
        if let (Some(method), Some(proving)) = (self.proved().filter(is_it), &mut self.authentication.proving) {
            let (packet, result) = proving.handle_packet(now, method, information);
            if let Some(packet) = packet {
                self.transmit(protocol, &packet);
            }
            if let Some(result) = result {
                self.authenticated(now, method, result);
            }
        }
        if let (Some(method), Some(demanding)) = (self.demanded().filter(is_it), &mut self.authentication.demanding)
            && let Some(answer) = demanding.handle_packet(now, method, information)
        {
            self.transmit(protocol, &answer.packet);
            if let Some(auth) = answer.news {
                self.peer_authenticated(now, method, auth);
            }
        }
    }

    /// The next deadline of authentication.
    pub(super) fn authentication_deadline(&self) -> Option<Instant> {
        earliest(self.patience, self.authentication.poll_timeout())
    }

    /// A deadline of authentication may have come.
    pub(super) fn authentication_timeout(&mut self, now: Instant) {
        if let Some(Proving { pap, chap, eap, .. }) = &mut self.authentication.proving {
            let (pap, chap, eap) = (pap.handle_timeout(now), chap.handle_timeout(now), eap.handle_timeout(now));
            match pap {
                Some(Ok(request)) => self.transmit(PAP, &request),
                Some(Err(result)) => self.authenticated(now, Method::Pap, result),
                None => {}
            }
            if let Some(result) = chap.or(eap) {
                let method = self.proved().unwrap_or(Method::Chap);
                self.authenticated(now, method, result);
            }
        }
        if let Some(Demanding { pap, chap, eap, .. }) = &mut self.authentication.demanding {
            let (pap, chap, eap) = (pap.handle_timeout(now), chap.handle_timeout(now), eap.handle_timeout(now));
            if let Some(auth) = pap {
                self.peer_authenticated(now, Method::Pap, auth);
            }
            for (protocol, outcome) in [(CHAP, chap), (EAP, eap)] {
                match outcome {
                    Some(Ok(packet)) => self.transmit(protocol, &packet),
                    Some(Err(auth)) => {
                        let method = self.demanded().unwrap_or(Method::Chap);
                        self.peer_authenticated(now, method, auth);
                    }
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
        let words =
            if self.proved().is_some() { "Failed to authenticate ourselves to peer" } else { "Authentication failed" };
        self.handle_close(now, words);
    }

    /// What came of proving who we are.
    fn authenticated(&mut self, now: Instant, method: Method, result: OwnAuth) {
        let was_done = self.authentication.proving.as_ref().is_some_and(|proving| proving.is_done);
        // That a later Challenge was met as well is no news.
        if !(was_done && result.is_accepted()) {
            self.events.push_back(LinkEvent::Auth(method, result.clone()));
        }
        match result {
            OwnAuth::Accepted(_) => {
                if let Some(proving) = &mut self.authentication.proving {
                    proving.is_done = true;
                }
                self.one_is_let_in(now);
            }
            // The peer "SHOULD take action to terminate the link" (RFC 1334 §2.2.2, RFC 1994 §4.2).
            OwnAuth::Refused(_) => self.patience = Some(now + PATIENCE),
            OwnAuth::Unproved(_) => self.handle_close(now, "the peer did not prove that it knows our password"),
            OwnAuth::NoAnswer(_) => self.handle_close(now, "No response to our authentication"),
        }
        self.pump(now);
    }

    /// What came of asking who the peer is.
    fn peer_authenticated(&mut self, now: Instant, method: Method, auth: PeerAuth) {
        let accepted = matches!(auth, PeerAuth::Accepted { .. });
        let Some(demanding) = &mut self.authentication.demanding else { return };
        let was_done = demanding.is_done;
        if let PeerAuth::Accepted { user } = &auth {
            demanding.is_done = true;
            let account = demanding.accounts.find_without_domain(user);
            if let (Some(address), Some(ipcp)) = (account.and_then(|account| account.address), &mut self.ipcp) {
                ipcp.protocol_mut().give(address);
            }
        }
        if !(was_done && accepted) {
            self.events.push_back(LinkEvent::PeerAuth(method, auth));
        }
        if accepted {
            self.one_is_let_in(now);
            self.pump(now);
        } else {
            self.handle_close(now, "Authentication failed");
        }
    }

    /// The last one who was asked begins the next phase.
    fn one_is_let_in(&mut self, now: Instant) {
        if self.authentication.is_done() && !self.is_authenticated {
            self.is_authenticated = true;
            self.begin_network(now);
        }
    }
}
