//! What an answering end is like: who may come in, which addresses it gives, and what the host behind it knows.

use std::net::Ipv4Addr;
use std::time::Duration;

use offhook_ppp::auth::{Account, AuthOption};
use offhook_ppp::callback::CallbackOffer;
use offhook_ppp::chap::Algorithm;
use offhook_ppp::ipcp::Given;
use offhook_ppp::link::{Answering, Config, Echo, Opening, Quality, Role};

/// The name of the host itself, beside [`AnswererConfig::name`] alone: of the domain that RFC 2606 §2 keeps for tests.
pub const DOMAIN: &str = "test";

/// What every call to it meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswererConfig {
    /// Its name: in Challenges, and in DNS by itself and in [`DOMAIN`].
    pub name: String,
    /// Who may come in; without anybody no authentication is asked for.
    pub accounts: Vec<Account>,
    /// Authentication protocols to ask for, one after the other until the caller takes one.
    pub auth: Vec<AuthOption>,
    /// Its own address, at which the host behind it is.
    pub local: Ipv4Addr,
    /// Name servers to give, primary first; without any its own address.
    pub dns: Vec<Ipv4Addr>,
    /// Names that its DNS knows, beside its own.
    pub names: Vec<(String, Ipv4Addr)>,
    /// Whether to negotiate IPV6CP; otherwise the caller's is Protocol-Rejected.
    pub ipv6: bool,
    /// What callers that ask for it may have of callbacks; `None`: none. Whoever drives the answerer calls back, when the call is
    /// over, as [`LinkEvent::Callback`](offhook_ppp::link::LinkEvent::Callback) says.
    pub callback: Option<CallbackOffer>,
    /// Link-Quality-Reports, if callers may have them and are asked for them.
    pub quality: Option<Quality>,
    /// Its own Echo-Requests, if there are to be any: where nothing else shows that a caller is gone.
    pub echo: Option<Echo>,
    /// Who begins.
    pub opening: Opening,
}

/// 100.64.0.1 is of the addresses between subscribers and their provider (RFC 6598): no network at home has it.
impl Default for AnswererConfig {
    fn default() -> Self {
        Self {
            name: "offhook".to_owned(),
            accounts: Vec::new(),
            auth: every_protocol(),
            local: Ipv4Addr::new(100, 64, 0, 1),
            dns: Vec::new(),
            names: Vec::new(),
            ipv6: false,
            callback: None,
            quality: None,
            echo: None,
            opening: Opening::Active,
        }
    }
}

/// Every authentication protocol that [`offhook_ppp`] carries out: CHAP with MD5 first, which most callers take at once, and
/// PAP last, which shows the password to whoever listens.
pub fn every_protocol() -> Vec<AuthOption> {
    vec![
        AuthOption::Chap(Algorithm::Md5),
        AuthOption::Chap(Algorithm::MsChapV2),
        AuthOption::Chap(Algorithm::MsChap),
        AuthOption::Eap,
        AuthOption::Pap,
    ]
}

impl AnswererConfig {
    /// The echo requests of a line on which nothing else shows that the caller is gone: it is after two minutes.
    pub const KEEPALIVE: Echo = Echo { interval: Duration::from_secs(30), failures: Some(4) };

    /// The link of one call, whose caller gets this address.
    pub(crate) fn link(&self, remote: Ipv4Addr, seed: u64) -> Config {
        let dns = if self.dns.is_empty() { vec![self.local] } else { self.dns.clone() };
        let auth = if self.accounts.is_empty() { Vec::new() } else { self.auth.clone() };
        Config {
            role: Role::Answering(Answering {
                auth,
                accounts: self.accounts.clone(),
                name: self.name.clone(),
                callback: self.callback.clone(),
                ip: Given { local: self.local, remote: Some(remote), dns, wins: Vec::new() },
                ..Answering::new(self.local, remote)
            }),
            ipv6: self.ipv6,
            echo: self.echo,
            quality: self.quality,
            opening: self.opening,
            seed,
            ..Config::default()
        }
    }

    /// What its DNS knows: its own names first.
    pub(crate) fn known_names(&self) -> Vec<(String, Ipv4Addr)> {
        let own = [self.name.clone(), format!("{}.{DOMAIN}", self.name)].map(|name| (name, self.local));
        own.into_iter().chain(self.names.iter().cloned()).collect()
    }
}

/// What is known of a caller before PPP begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFacts {
    /// Its number, if that was told.
    pub number: Option<String>,
    /// Line rate in bit/s; `None`: there is no line, but a cable.
    pub rate: Option<u32>,
}
