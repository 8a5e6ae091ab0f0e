//! Lines that a distribution's package puts into the files of accounts, and that nobody has to be told of.
//!
//! In goes an entry; out comes whether it is one that came with Debian's ppp: names
//! that are kept out, and an example for the Unix users of a machine called `hostname`.

use offhook_etc::read::secrets::{Entry, SecretKind};

/// Names that the file keeps out: their password is `*`, and no address is allowed.
const KEPT_OUT: &[&str] = &["guest", "master", "root", "support", "stats"];

/// Whether an entry is as the package brought it.
pub(crate) fn is_stock(entry: &Entry) -> bool {
    let addresses: Vec<&str> = entry.addresses.iter().map(String::as_str).collect();
    let kept_out = KEPT_OUT.contains(&entry.client.as_str()) && entry.secret.value() == "*" && addresses == ["-"];
    let example = entry.client == "*"
        && entry.server.as_deref() == Some("hostname")
        && entry.secret.kind() == SecretKind::Empty
        && addresses == ["*"];
    kept_out || example
}

#[cfg(test)]
mod tests {
    use crate::tests::{audited, codes, with};

    /// Debian's pap-secrets (ppp 2.4.9-1+1.1), with an account.
    const DEBIAN: &str = "*\thostname\t\"\"\t*\nguest\thostname\t\"*\"\t-\nmaster\thostname\t\"*\"\t-\n\
                          root\thostname\t\"*\"\t-\nsupport\thostname\t\"*\"\t-\nstats\thostname\t\"*\"\t-\n\
                          alice * secret *\n";

    #[test]
    fn what_debian_ships_is_passed_over_in_silence() {
        let tree = with(&[("ppp/pap-secrets", DEBIAN)]);
        let accounts = |audit: &crate::Audit| {
            let all = audit.ports[0].statements.iter().filter(|said| said.topic == crate::Topic::Account);
            all.map(|said| said.text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(accounts(&audited(&tree)), ["alice gets in by PAP with the password, gets 192.168.32.105"]);
        assert!(!codes(&tree).contains(&"server-other"));
        // On a machine of that very name the example is an open door.
        let named = with(&[("ppp/pap-secrets", DEBIAN), ("hostname", "hostname\n")]);
        assert!(codes(&named).contains(&"any-password"));
    }
}
