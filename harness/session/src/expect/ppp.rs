//! PPP: how far it got, authentication, addresses, name servers.

use std::borrow::Cow;
use std::time::Duration;

use super::call::CONNECT_LIMIT;
use super::{LAG, Progress, Step};
use crate::facts::{Addresses, Facts};
use offhook_clock::Instant;
use offhook_scenario::{AuthProtocol, AuthResult, Phase, PppClient};

/// How long PPP may take to come up or fail: more than pppd's own limits in a row.
const PPP_LIMIT: Duration = Duration::from_secs(180);

impl Step<'_> {
    pub(super) fn ppp(&self, client: &PppClient) -> Progress {
        let facts = self.facts;
        let until = client.until;
        let (reached, expected) = match until {
            None if client.ip => (facts.up(), "PPP up, or refused by the server"),
            None if client.ipv6 => (facts.up6, "IPv6 up, or PPP refused by the server"),
            // There is no network to wait for.
            None => (self.let_in(), "the caller let in, or refused by the server"),
            Some(Phase::Establish) => (facts.establish, "LCP under negotiation"),
            Some(Phase::Authenticate) => (facts.authenticate, "LCP opened and authentication begun"),
            Some(Phase::Network) => (facts.network, "IPCP under negotiation"),
        };
        match (reached, &facts.connected) {
            (Some(_), _) => self.passed(""),
            // A server that refuses ends the link: that is an ending for `ppp`; what it means is for the next step.
            (None, Some(_)) if until.is_none() && (facts.closed.is_some() || facts.cleared.is_some()) => {
                self.passed("")
            }
            (None, Some(_)) => self.wait(PPP_LIMIT, expected),
            (None, None) => self.wait(CONNECT_LIMIT, "CONNECT, to speak PPP over"),
        }
    }

    /// When the caller was let in, or was not asked who it is.
    fn let_in(&self) -> Option<Instant> {
        let auth = self.facts.auth.as_ref()?;
        matches!(auth.what.result, AuthResult::Accepted | AuthResult::NotAsked).then_some(auth.at)
    }

    /// How long the network may take to come up: where there is no `ppp` to wait for it, all the time from dialling on.
    pub(super) fn network_limit(&self) -> Duration {
        if self.facts.program.is_some() { CONNECT_LIMIT + PPP_LIMIT } else { LAG }
    }

    pub(super) fn auth(&self, result: AuthResult, message: Option<&str>, protocol: Option<AuthProtocol>) -> Progress {
        let said = |message: &str| if message.is_empty() { String::new() } else { format!(", \"{message}\"") };
        // The protocol is told only where it is asked for: elsewhere it says nothing anybody wants to know.
        let by = |used: Option<AuthProtocol>| match (protocol, used) {
            (_, Some(used)) if protocol.is_some() || result == AuthResult::NotAsked => format!(" by {}", used.name()),
            // Nothing was asked for, which its result says already.
            (_, Some(_) | None) => String::new(),
        };
        let expected = format!("{}{}{}", auth_name(result), by(protocol), said(message.unwrap_or_default()));
        let limit = self.network_limit().max(PPP_LIMIT);
        let Some(auth) = &self.facts.auth else { return self.wait(limit, expected) };
        let auth = &auth.what;
        let mut actual = format!("{}{}{}", auth_name(auth.result), by(auth.protocol), said(&auth.message));
        if let Some(asked) = self.not_spoken() {
            actual = format!("{actual}: the server asks for {asked}, which offhook's caller does not speak");
        }
        let right = auth.result == result
            && message.is_none_or(|message| message == auth.message)
            && protocol.is_none_or(|protocol| Some(protocol) == auth.protocol);
        if right { self.passed(actual) } else { self.differs(expected, actual, Vec::new()) }
    }

    /// The network is up at both ends.
    pub(super) fn up(&self) -> Progress {
        let expected = "the network up at both ends";
        let facts = self.facts;
        if facts.cleared.is_some() || facts.closed.is_some() {
            return self.over(expected);
        }
        match (&facts.up, facts.up6) {
            (Some(up), _) => {
                let Addresses { local, peer, .. } = &up.what;
                let told = peer.map_or_else(String::new, |peer| format!(", peer {peer}"));
                self.server_agrees(*local, *peer, &format!("{local}{told}"), &format!("{local}{told}"))
            }
            (None, Some(_)) => self.passed("up, by IPv6 alone"),
            (None, None) => self.wait(self.network_limit(), expected),
        }
    }

    /// What the server asks the built-in caller to authenticate itself by, if that is the reason that it is refused.
    fn not_spoken(&self) -> Option<Cow<'static, str>> {
        let Facts { program: None, auth: Some(auth), asked: Some(asked), .. } = self.facts else { return None };
        let refused = auth.what.result == AuthResult::Refused && auth.what.protocol.is_none();
        (refused && asked.method().is_none()).then(|| asked.name())
    }

    pub(super) fn address(&self, local: Option<std::net::Ipv4Addr>, peer: Option<std::net::Ipv4Addr>) -> Progress {
        let named = |local: Option<String>, peer: Option<String>| match (local, peer) {
            (Some(local), Some(peer)) => format!("{local}, peer {peer}"),
            (Some(local), None) => local,
            (None, Some(peer)) => format!("peer {peer}"),
            (None, None) => "an address".to_owned(),
        };
        let expected = named(local.map(|local| local.to_string()), peer.map(|peer| peer.to_string()));
        let Some(up) = &self.facts.up else { return self.wait(self.network_limit(), expected) };
        let Addresses { local: got, peer: theirs, .. } = &up.what;
        let actual = named(Some(got.to_string()), theirs.map(|peer| peer.to_string()));
        if local.is_some_and(|local| local != *got) || (peer.is_some() && peer != *theirs) {
            return self.differs(expected, actual, Vec::new());
        }
        self.server_agrees(*got, *theirs, &expected, &actual)
    }

    /// The wire said one thing; the server's kernel must say the same.
    fn server_agrees(
        &self,
        local: std::net::Ipv4Addr,
        peer: Option<std::net::Ipv4Addr>,
        expected: &str,
        actual: &str,
    ) -> Progress {
        let agrees = |own: std::net::Ipv4Addr, theirs: std::net::Ipv4Addr| {
            theirs == local && peer.is_none_or(|peer| peer == own)
        };
        if let Some(seen) = self.facts.interfaces.iter().find(|seen| agrees(seen.what.1, seen.what.2)) {
            return self.passed(format!("{actual} ({} on the server agrees)", seen.what.0));
        }
        if self.facts.own_server && self.facts.interfaces.is_empty() {
            return self.passed(actual.to_owned());
        }
        let deadline = self.begun + LAG;
        if self.now < deadline && self.facts.cleared.is_none() {
            return Progress::Wait(deadline);
        }
        let notes = match self.facts.interfaces.last() {
            Some(seen) => format!("the server's {} has {} peer {}", seen.what.0, seen.what.1, seen.what.2),
            None => "the server's kernel gave no PPP interface an address".to_owned(),
        };
        self.differs(format!("{expected} on both ends"), format!("{actual} at the caller alone"), vec![notes])
    }

    pub(super) fn servers(&self, service: NameService, servers: &[std::net::Ipv4Addr]) -> Progress {
        let name = service.name();
        let listed = |servers: &[std::net::Ipv4Addr]| match servers {
            [] => format!("no {name} server"),
            some => {
                let names: Vec<String> = some.iter().map(ToString::to_string).collect();
                format!("{name} {}", names.join(", "))
            }
        };
        let Some(up) = &self.facts.up else { return self.wait(self.network_limit(), listed(servers)) };
        let mut given = match service {
            NameService::Dns => up.what.dns.clone(),
            NameService::Wins => up.what.wins.clone(),
        };
        // pppd gives its only server twice, as primary and as secondary.
        given.dedup();
        if given == servers {
            self.passed(listed(&given))
        } else {
            self.differs(listed(servers), listed(&given), Vec::new())
        }
    }
}

/// What servers that IPCP names are for (RFC 1877).
#[derive(Clone, Copy, Debug)]
pub(super) enum NameService {
    Dns,
    Wins,
}

impl NameService {
    const fn name(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Wins => "WINS",
        }
    }
}

const fn auth_name(result: AuthResult) -> &'static str {
    match result {
        AuthResult::Accepted => "accepted",
        AuthResult::Refused => "refused",
        AuthResult::NotAsked => "authentication not asked for",
    }
}
