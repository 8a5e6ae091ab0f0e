//! The protocols by which pppd really asks a caller, in the order in which it asks.
//!
//! In go the options and the secrets; out come protocols. pppd asks by EAP, else by CHAP, else by PAP; a caller who refuses
//! one is asked by the next. It leaves out what it has no fitting account for (auth.c, `auth_reset`), so `auth` alone with an
//! empty chap-secrets is PAP alone.

use super::effective::{Facts, Ppp};
use offhook_etc::read::plugins::Part;
use offhook_etc::read::secrets::best;
use offhook_scenario::AuthProtocol;

/// A name no machine has: only `*` fits it.
pub(crate) const NOBODY: &str = "\u{0}";

/// Every protocol, in the order in which pppd asks; the two of Microsoft come after CHAP with MD5.
pub const ORDER: [AuthProtocol; 5] =
    [AuthProtocol::Eap, AuthProtocol::Chap, AuthProtocol::MsChapV2, AuthProtocol::MsChap, AuthProtocol::Pap];

/// Whether the options ask for that protocol.
pub fn asked(ppp: &Ppp, protocol: AuthProtocol) -> bool {
    let auth = &ppp.auth;
    auth.required
        && match protocol {
            AuthProtocol::Pap => auth.pap,
            AuthProtocol::Chap => auth.chap,
            AuthProtocol::MsChap => auth.mschap,
            AuthProtocol::MsChapV2 => auth.mschap_v2,
            AuthProtocol::Eap => auth.eap,
        }
}

/// The protocols by which a caller is asked, the first one first. Empty: none, and pppd refuses to start if it has to ask.
pub fn offered(facts: &Facts, ppp: &Ppp) -> Vec<AuthProtocol> {
    ORDER.into_iter().filter(|protocol| asked(ppp, *protocol) && has_account(facts, ppp, *protocol)).collect()
}

/// Whether pppd finds an account for that protocol that allows some address.
pub fn has_account(facts: &Facts, ppp: &Ppp, protocol: AuthProtocol) -> bool {
    if protocol == AuthProtocol::Pap && ppp.unix_login().is_some() {
        return true;
    }
    if ppp.winbind_without_helper() {
        return false;
    }
    if ppp.secrets_elsewhere() || ppp.plugins().any(|(plugin, _)| plugin.part == Part::StartsAnyway) {
        return true;
    }
    let server = ppp.server_name(facts.hostname.as_deref());
    let (secrets, _) = ppp.secrets(facts, protocol);
    // Only for the caller that `remotename` names, if there is one.
    let client = ppp.winner(&["remotename"]).and_then(|option| option.parameter.as_deref());
    // An empty one is none, but not to PAP.
    let client = client.filter(|name| !name.is_empty() || protocol == AuthProtocol::Pap);
    best(&secrets.entries, client, server.as_deref().unwrap_or(NOBODY)).is_some_and(|entry| entry.some_address())
}

/// By which protocol an account of chap-secrets is used first: CHAP with MD5 where it is asked for, else the others.
pub fn of_chap_secrets(facts: &Facts, ppp: &Ppp) -> AuthProtocol {
    let offered = offered(facts, ppp);
    let order = [AuthProtocol::Chap, AuthProtocol::MsChapV2, AuthProtocol::MsChap, AuthProtocol::Eap];
    order.into_iter().find(|protocol| offered.contains(protocol)).unwrap_or_else(|| {
        // Nobody is asked by any: told by what the options would have.
        order.into_iter().find(|protocol| asked(ppp, *protocol)).unwrap_or(AuthProtocol::Chap)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::effective::ports;
    use crate::tests::with;

    fn of(words: &str, pap: &str, chap: &str) -> Vec<&'static str> {
        let login = format!("/AutoPPP/ - - /usr/sbin/pppd {words}\n");
        let tree = with(&[("mgetty/login.config", &login), ("ppp/pap-secrets", pap), ("ppp/chap-secrets", chap)]);
        let facts = Facts::of(&tree);
        let ppp = ports(&tree, &facts).remove(0).ppp.unwrap();
        offered(&facts, &ppp).into_iter().map(|protocol| protocol.name()).collect()
    }

    #[test]
    fn auth_alone_asks_by_what_there_are_accounts_for() {
        assert_eq!(of("auth", "alice * x *\n", "# none\n"), ["PAP"]);
        assert_eq!(of("auth", "alice * x *\n", "carol * x\n"), ["PAP"], "an account without an address is none");
        let all = of("auth", "alice * x *\n", "carol * x *\n");
        assert_eq!((all.len(), all[0], all[1], all[4]), (5, "EAP", "CHAP", "PAP"));
        assert_eq!(of("auth", "# none\n", "carol * x *\n").len(), 4);
        assert!(of("auth", "# none\n", "# none\n").is_empty());
    }

    #[test]
    fn what_is_required_is_asked_for_and_nothing_else() {
        assert_eq!(of("require-mschap-v2", "alice * x *\n", "carol * x *\n"), ["MS-CHAPv2"]);
        assert_eq!(of("+chap +pap", "alice * x *\n", "# none\n"), ["PAP"]);
        assert_eq!(of("require-eap", "alice * x *\n", "carol * x *\n"), ["EAP"]);
        assert!(of("+chap", "alice * x *\n", "# none\n").is_empty());
    }

    #[test]
    fn login_and_a_plugin_let_pppd_ask_without_accounts() {
        assert_eq!(of("auth +pap login", "# none\n", "# none\n"), ["PAP"]);
        assert_eq!(of("auth +pap plugin winbind.so", "alice * x *\n", "# none\n"), [""; 0], "without its helper");
        assert_eq!(of("auth +pap plugin passwordfd.so", "# none\n", "# none\n"), ["PAP"]);
    }
}
