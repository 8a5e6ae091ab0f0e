//! pppd's options of a port, put together further: names resolved, plugins, secrets files of its own.
//!
//! In goes a [`Ppp`] whose options are read; out come its problems with what the files of names say, and answers about it.

use std::collections::BTreeSet;

use super::effective::{CHAP_SECRETS, Facts, PAP_SECRETS, Ppp};
use super::starting;
use offhook_etc::read::hosts::Host;
use offhook_etc::read::option_table::Known;
use offhook_etc::read::option_value::Fault;
use offhook_etc::read::options::{Opt, OptionKind, Problem};
use offhook_etc::read::plugins::{Part, Plugin};
use offhook_etc::read::secrets::{self, Secrets};
use offhook_etc::source::Tree;
use offhook_scenario::AuthProtocol;

impl Ppp {
    /// Takes out the problems with names that are in the files, and adds those that only the order of options shows.
    pub(crate) fn resolve(&mut self) {
        let hosts = &self.hosts;
        self.problems.retain(|problem| match problem {
            Problem::Address(_, name) | Problem::Value(_, _, Fault::Name(name)) => hosts.host(name).address().is_none(),
            _ => true,
        });
        let mut loaded: BTreeSet<String> = BTreeSet::new();
        let mut disabled: BTreeSet<&str> = BTreeSet::new();
        let mut found = Vec::new();
        for option in &self.options {
            match (option.kind, option.name.as_str()) {
                (OptionKind::Named(Known::Plugin(plugin)), _) if !loaded.contains(plugin) => {
                    found.push(Problem::NoPlugin(option.place.clone(), option.name.clone(), plugin));
                }
                (_, "plugin") => {
                    let word = option.parameter.as_deref().unwrap_or_default();
                    // radrealms and radattr come with radius, and rp-pppoe is the old name of pppoe.
                    let name = Plugin::of(word).name;
                    loaded.insert(if name == "rp-pppoe" { "pppoe" } else { name }.to_owned());
                }
                (_, "nodefaultroute" | "-defaultroute") => {
                    disabled.insert("defaultroute");
                }
                (_, "nodefaultroute6" | "-defaultroute6") => {
                    disabled.insert("defaultroute6");
                }
                (_, "noproxyarp" | "-proxyarp") => {
                    disabled.insert("proxyarp");
                }
                (_, name) if disabled.contains(name) => {
                    found.push(Problem::Value(option.place.clone(), option.name.clone(), Fault::Disabled));
                }
                _ => {}
            }
        }
        self.problems.extend(found);
    }

    /// Reads the secrets files that options name, which 2.5 lets them do.
    pub(crate) fn take_secrets(&mut self, tree: &Tree) {
        let named = |name: &str| {
            let path = self.winner(&[name])?.parameter.clone()?;
            let secrets = match tree.source(&path) {
                Some(source) => secrets::read(source.octets),
                // It is certain that there is none.
                None if tree.whole || path.starts_with("/etc/") => Secrets::default(),
                None => return None,
            };
            Some((path, secrets))
        };
        self.own_secrets = [named("pap-secrets"), named("chap-secrets")];
    }

    /// The secrets that decide by that protocol, and the path of their file.
    pub fn secrets<'a>(&'a self, facts: &'a Facts, protocol: AuthProtocol) -> (&'a Secrets, &'a str) {
        let (own, common, path) = match protocol {
            AuthProtocol::Pap => (&self.own_secrets[0], &facts.pap, PAP_SECRETS),
            AuthProtocol::Chap | AuthProtocol::MsChap | AuthProtocol::MsChapV2 | AuthProtocol::Eap => {
                (&self.own_secrets[1], &facts.chap, CHAP_SECRETS)
            }
        };
        own.as_ref().map_or((common, path), |(path, secrets)| (secrets, path.as_str()))
    }

    /// The server's address where the options name none: that of its own name, as /etc/hosts has it. `None`: it has none, or
    /// no file tells.
    pub fn own_address(&self, hostname: Option<&str>) -> Option<std::net::Ipv4Addr> {
        let named = self.winner(&["noipdefault"]).is_none();
        let own = self.hosts.host(hostname.filter(|_| named)?).address();
        own.filter(|address| !starting::refused(*address) && !address.is_unspecified())
    }

    /// Whether a plugin decides who gets in.
    pub fn plugin_decides(&self) -> bool {
        self.plugins().any(|(plugin, _)| matches!(plugin.part, Part::Decides | Part::Unknown))
    }

    /// Whether it is winbind that decides, and is not told the helper that knows: it then refuses everybody.
    pub fn winbind_without_helper(&self) -> bool {
        self.plugins().any(|(plugin, _)| plugin.name == "winbind") && self.winner(&["ntlm_auth-helper"]).is_none()
    }

    /// Its plugins, each with the option that loads it.
    pub fn plugins(&self) -> impl Iterator<Item = (Plugin<'_>, &Opt)> {
        self.every("plugin").filter_map(|option| Some((Plugin::of(option.parameter.as_deref()?), option)))
    }

    /// Its parameter as a number, if that is more than 0: 0 switches a limit off.
    pub fn positive(&self, name: &str) -> Option<(u64, &Opt)> {
        self.number(name).filter(|(number, _)| *number > 0)
    }

    /// The option of that name, if it is the last word among it and its opposites.
    pub fn on(&self, name: &str, opposites: &[&str]) -> Option<&Opt> {
        let names: Vec<&str> = opposites.iter().copied().chain([name]).collect();
        self.winner(&names).filter(|option| option.name == name)
    }

    /// `proxyarp`, if it is on.
    pub fn proxy_arp(&self) -> Option<&Opt> {
        self.on("proxyarp", &["noproxyarp", "-proxyarp"])
    }

    /// `demand` without a connect script, at which pppd ends.
    pub fn demand_in_vain(&self) -> Option<&Opt> {
        self.winner(&["demand"]).filter(|_| self.winner(&["connect", "pty", "socket"]).is_none())
    }

    /// After how many seconds of silence LCP echoes end a call; `None`: never, because one of the two options is missing.
    pub fn echo_timeout(&self) -> Option<u64> {
        let of = |name| self.positive(name).map(|(number, _)| number);
        // An adaptive pppd sends no echo while something came since the last one: the first silent interval passes by.
        let first = 1 + u64::from(self.winner(&["lcp-echo-adaptive"]).is_some());
        Some(of("lcp-echo-interval")?.saturating_mul(of("lcp-echo-failure")?.saturating_add(first)))
    }

    /// Whether callers may speak IPv4; `Err`: the option that says no.
    pub fn ipv4(&self) -> Result<(), &Opt> {
        self.winner(&["noip", "-ip"]).map_or(Ok(()), Err)
    }

    /// Whether the caller may take another address than the one it is given.
    pub fn accepts_remote(&self) -> Option<&Opt> {
        self.winner(&["ipcp-accept-remote"])
    }

    /// The host that an option's parameter stands for.
    pub fn host(&self, option: &Opt) -> Option<Host> {
        Some(self.hosts.host(option.parameter.as_deref()?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::effective::ports;
    use crate::tests::with;

    fn first(changes: &[(&str, &str)]) -> Ppp {
        let tree = with(changes);
        ports(&tree, &Facts::of(&tree)).remove(0).ppp.unwrap()
    }

    #[test]
    fn names_of_etc_hosts_are_addresses() {
        let ppp = first(&[
            ("hosts", "127.0.0.1 localhost\n10.5.0.1 dialserver\n10.5.0.2 client1\n"),
            ("ppp/options.ttyS0", "dialserver:client1\n"),
        ]);
        let (local, remote) = ppp.addresses();
        assert_eq!((local.unwrap().0.octets(), remote.unwrap().0.octets()), ([10, 5, 0, 1], [10, 5, 0, 2]));
        assert_eq!(ppp.problems, []);
    }

    #[test]
    fn an_option_of_a_plugin_needs_the_plugin_before_it() {
        let ppp = first(&[("ppp/options", "auth\nminconnect 60\nplugin minconn.so\n")]);
        assert!(matches!(&*ppp.problems, [Problem::NoPlugin(_, _, "minconn")]));
        assert_eq!(first(&[("ppp/options", "auth\nplugin minconn.so\nminconnect 60\n")]).problems, []);
    }

    #[test]
    fn what_was_disabled_cannot_be_asked_for() {
        // "defaultroute option is disabled".
        let ppp = first(&[("ppp/options", "auth\nnodefaultroute\ndefaultroute\n")]);
        assert!(matches!(&*ppp.problems, [Problem::Value(_, _, Fault::Disabled)]));
        assert_eq!(first(&[("ppp/options", "auth\nproxyarp\nnoproxyarp\n")]).problems, []);
    }

    #[test]
    fn only_some_plugins_decide_who_gets_in() {
        let elsewhere = |line: &str| first(&[("ppp/options", &format!("auth\n{line}\n"))]).secrets_elsewhere();
        assert!(elsewhere("plugin radius.so") && elsewhere("plugin mine.so"));
        assert!(!elsewhere("plugin minconn.so") && !elsewhere("plugin passwordfd.so"));
    }

    #[test]
    fn secrets_may_stand_in_other_files() {
        let ppp = first(&[("ppp/options", "auth\npap-secrets /etc/ppp/callers\n"), ("ppp/callers", "zoe * x *\n")]);
        let (secrets, path) = ppp.own_secrets[0].as_ref().map(|(path, secrets)| (secrets, path)).unwrap();
        assert_eq!((secrets.entries[0].client.as_str(), path.as_str()), ("zoe", "/etc/ppp/callers"));
        assert!(!ppp.secrets_elsewhere());
        assert!(first(&[("ppp/options", "auth\npap-secrets /srv/callers\n")]).secrets_elsewhere());
        let none = first(&[("ppp/options", "auth\npap-secrets /etc/ppp/nosuch\n")]);
        assert!(!none.secrets_elsewhere() && none.own_secrets[0].as_ref().unwrap().1.entries.is_empty());
    }

    #[test]
    fn the_command_line_keeps_its_word_only_where_pppd_has_it_so() {
        let login = |words: &str| format!("/AutoPPP/ - - /usr/sbin/pppd auth +pap {words}\n");
        let of =
            |words: &str, line: &str| first(&[("mgetty/login.config", &login(words)), ("ppp/options.ttyS0", line)]);
        assert_eq!(of("idle 7", "idle 5\n").number("idle").unwrap().0, 7);
        assert_eq!(of("mtu 700", "mtu 500\n").number("mtu").unwrap().0, 500);
        assert!(of("noauth", "require-eap\n").auth.required);
        assert!(!of("noauth", "require-pap\n").auth.required);
    }
}
