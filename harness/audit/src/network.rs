//! Whether a caller whom pppd accepts comes into the network: the server needs IPv4, and an address of its own for the call.
//!
//! In go the facts and pppd's options; out comes a [`Network`]. What an account or a port gives the caller is another matter.

use crate::effective::{Facts, Ppp};

/// Whether callers come into the network on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Both ends can have an address.
    Yes,
    /// Nobody gets an address, and why.
    No(&'static str),
    /// That depends on something that is not among the files.
    Unknown(&'static str),
}

/// Says it of a port.
pub fn network(facts: &Facts, ppp: &Ppp) -> Network {
    if ppp.ipv4().is_err() {
        return Network::No("noip is set");
    }
    if ppp.addresses().0.is_some() || ppp.own_address(facts.hostname.as_deref()).is_some() {
        return Network::Yes;
    }
    match (facts.hosts_known, &facts.hostname) {
        (true, Some(_)) => Network::No("the server has no address of its own"),
        (false, _) => {
            Network::Unknown("/etc/hosts is not among the files, and may have an address for the server's name")
        }
        (true, None) => Network::Unknown("the server's name is not known, and may have an address"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::effective::ports;
    use crate::tests::with;

    #[test]
    fn without_an_address_of_the_server_nobody_comes_into_the_network() {
        let of = |options: &str, hosts: &str| {
            let tree = with(&[("ppp/options.ttyS0", options), ("hosts", hosts)]);
            let facts = Facts::of(&tree);
            network(&facts, ports(&tree, &facts).remove(0).ppp.as_ref().unwrap())
        };
        assert_eq!(of("10.0.0.1:10.0.0.2\n", ""), Network::Yes);
        assert_eq!(of(":10.0.0.2\n", "10.0.0.1 dialin\n"), Network::Yes);
        assert!(matches!(of(":10.0.0.2\n", "127.0.1.1 dialin\n"), Network::No(_)));
        assert!(matches!(of(":10.0.0.2\n", ""), Network::Unknown(_)));
        assert!(matches!(of("10.0.0.1:10.0.0.2\nnoip\n", ""), Network::No(_)));
    }
}
