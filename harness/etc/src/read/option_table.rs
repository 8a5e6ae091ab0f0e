//! Every option that pppd 2.4.9 (bookworm) and 2.5.2 (trixie) know, with the plugins of Debian's package.
//!
//! In goes a name; out comes its [`Row`]: what it takes, which pppd knows it, and whether the command line keeps the last
//! word on it. The rows stand in a file of their own.

pub use super::option_kind::{Known, Takes};
use super::option_rows::OPTIONS;

/// An option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Which pppd knows it.
    pub known: Known,
    /// Options of one group have one value, and what the command line says of it stays; `None`: the last that is read counts.
    pub group: Option<&'static str>,
}

/// The option of that name.
pub fn row(name: &str) -> Option<Row> {
    let at = OPTIONS.binary_search_by(|(known, ..)| (*known).cmp(name)).ok()?;
    let (name, takes, known, group) = *OPTIONS.get(at)?;
    Some(Row { name, takes, known, group: (!group.is_empty()).then_some(group) })
}

/// The known option that is spelt most like `name`, if any is alike.
pub fn nearest(name: &str) -> Option<&'static str> {
    let alike = |known: &str| strsim::damerau_levenshtein(known, name);
    let best = OPTIONS.iter().map(|(known, ..)| (*known, alike(known))).min_by_key(|(_, distance)| *distance);
    best.filter(|(known, distance)| *distance <= 1 + known.len().min(name.len()) / 4).map(|(known, _)| known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::read::version::PppVersion;

    #[test]
    fn options_stand_in_order_so_that_each_is_found() {
        assert!(OPTIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let takes = |name| row(name).unwrap().takes;
        assert_eq!((takes("idle"), takes("+pap"), takes("ms-dns")), (Takes::Number, Takes::Nothing, Takes::Address));
        assert_eq!((takes("mtu"), takes("maxconnect")), (Takes::Between(128, 16384), Takes::AtLeast(0)));
    }

    #[test]
    fn a_version_knows_its_options_only() {
        let by = |name| {
            let known = row(name).unwrap().known;
            (known.by(PppVersion::V249), known.by(PppVersion::V252))
        };
        assert_eq!(by("usepeerwins"), (false, true));
        assert_eq!(by("ipv6-up-script"), (false, true));
        assert_eq!(by("pap-secrets"), (false, true));
        assert_eq!(by("ipx"), (true, false));
        // 2.5 takes it and does nothing.
        assert_eq!(by("noipx"), (true, true));
        assert_eq!(row("minconnect").unwrap().known, Known::Plugin("minconn"));
    }

    #[test]
    fn the_command_line_keeps_the_last_word_on_some_options_only() {
        let group = |name| row(name).unwrap().group;
        assert_eq!(group("noauth"), Some("auth"));
        assert_eq!(group("require-pap"), Some("auth"));
        assert_eq!(group("local"), Some("modem"));
        // Its place in pppd's table is behind the group of auth.
        assert_eq!(group("require-eap"), None);
        assert_eq!((group("login"), group("proxyarp"), group("mtu"), group("passive")), (None, None, None, None));
    }

    #[test]
    fn a_slip_finds_its_option() {
        assert_eq!(nearest("lcp-echo-intervall"), Some("lcp-echo-interval"));
        assert_eq!(nearest("ttyS0"), None);
    }
}
