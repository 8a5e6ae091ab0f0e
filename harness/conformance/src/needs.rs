//! What a case wants of its server beyond an end that answers: what a subject that is no server of ours must provide for it.

use offhook_scenario::{Auth, Scenario};

/// What a case wants of the subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// What it asks the caller to authenticate itself by: `pap`, `chap`, `any`; `None`: nothing.
    pub auth: Option<&'static str>,
    /// User name and password that get in.
    pub account: Option<(String, String)>,
    /// Options, in pppd's words.
    pub options: Vec<String>,
    /// Whether an account has addresses of its own.
    pub account_address: bool,
    /// Addresses: its own, and the caller's.
    pub addresses: Option<(String, String)>,
}

impl Needs {
    /// Those of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let server = &scenario.server;
        let port = server.ports.first();
        let own = port.and_then(|port| port.ppp.as_ref());
        let auth = own.and_then(|ppp| ppp.auth).or(server.ppp.auth);
        let mut options: Vec<String> = server.ppp.extra.clone();
        options.extend(own.iter().flat_map(|ppp| ppp.extra.iter().cloned()));
        options.extend(port.and_then(|port| port.arguments.clone()));
        options.extend(server.ppp.dns.iter().map(|dns| format!("ms-dns {dns}")));
        if own.and_then(|ppp| ppp.ipv6).or(server.ppp.ipv6) == Some(false) {
            options.push("noipv6".to_owned());
        }
        let local = own.and_then(|ppp| ppp.local).or(server.ppp.local);
        let remote = own.and_then(|ppp| ppp.remote).or(server.ppp.remote);
        Self {
            auth: match auth {
                None | Some(Auth::Never) => None,
                Some(Auth::Pap) => Some("pap"),
                Some(Auth::Chap) => Some("chap"),
                Some(Auth::Always) => Some("any"),
            },
            account: server.accounts.first().map(|account| (account.user.clone(), account.password.clone())),
            options,
            account_address: server
                .accounts
                .iter()
                .flat_map(|account| &account.addresses)
                .any(|address| address != "*"),
            addresses: local.zip(remote).map(|(local, remote)| (local.to_string(), remote.to_string())),
        }
    }

    /// What of it a subject must provide by itself that takes neither options nor accounts, in words; `None`: nothing.
    pub fn beyond(&self, takes_auth: bool, takes_options: bool) -> Option<String> {
        if let (Some(auth), false) = (self.auth, takes_auth) {
            return Some(format!("the subject would have to ask for authentication ({auth})"));
        }
        if self.account_address {
            return Some("the subject would have to have an account with an address of its own".to_owned());
        }
        match self.options.first() {
            Some(option) if !takes_options => Some(format!("the subject would have to be set up with `{option}`")),
            _ => None,
        }
    }

    /// The same as variables of the environment, for the subject's command.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("OFFHOOK_AUTH", self.auth.unwrap_or("none").to_owned())];
        all.push(("OFFHOOK_OPTIONS", self.options.join("\n")));
        if let Some((user, password)) = &self.account {
            all.push(("OFFHOOK_USER", user.clone()));
            all.push(("OFFHOOK_PASSWORD", password.clone()));
        }
        if let Some((local, remote)) = &self.addresses {
            all.push(("OFFHOOK_LOCAL", local.clone()));
            all.push(("OFFHOOK_REMOTE", remote.clone()));
        }
        all
    }
}
