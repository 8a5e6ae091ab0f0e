//! Whether pppd starts on a port at all: options that end it, files and plugins that are missing, nobody who could log in.
//!
//! In go the facts and a port; out comes the first [`Obstacle`], if one is certain. A danger on a port where pppd does not
//! start is latent: nobody gets in today, and everybody may once the obstacle is gone.

use std::fmt;
use std::net::Ipv4Addr;

use super::accounts::{self, NoStart};
use super::effective::{Facts, Port, Ppp};
use offhook_etc::installed::Presence;
use offhook_etc::programs::started_by;
use offhook_etc::read::hosts::Host;
use offhook_etc::read::options::{OptionKind, Problem};
use offhook_etc::read::plugins::Plugin;
use offhook_etc::read::version::PppVersion;
use offhook_etc::source::Place;

/// Why pppd does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is not there, or a program that it starts before it says anything: why, `/usr/sbin/pppd does not exist`.
    Program(Place, String),
    /// An option that it refuses.
    Option(Problem),
    /// A file of options that is not there.
    MissingFile(Place, String),
    /// Files of options that name each other.
    Circle(Place, String),
    /// An address that no host can have.
    BadAddress(Place, Ipv4Addr),
    /// A plugin that is not there.
    Plugin(Place, String),
    /// `demand` without a script that connects.
    Demand(Place),
    /// It is started as a user who may not execute it.
    User(Place, String),
    /// Nobody could authenticate.
    NoAccount(NoStart),
}

impl Obstacle {
    /// Where it is.
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Option(problem) => Some(problem.place()),
            Self::MissingFile(place, _)
            | Self::Circle(place, _)
            | Self::BadAddress(place, _)
            | Self::Program(place, _)
            | Self::Plugin(place, _)
            | Self::Demand(place)
            | Self::User(place, _) => Some(place),
            Self::NoAccount(why) => why.place.as_ref(),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The word itself may be part of a password.
            Self::Option(Problem::Unknown(place, ..)) => write!(f, "pppd does not know a word at {place}"),
            Self::Option(Problem::Address(place, _)) => write!(f, "pppd knows no such host at {place}"),
            Self::Option(
                Problem::Version(place, name, _)
                | Problem::NoPlugin(place, name, _)
                | Problem::Missing(place, name)
                | Problem::Value(place, name, _),
            ) => write!(f, "pppd refuses `{name}` at {place}"),
            Self::Option(Problem::Runaway(place)) => write!(f, "a quote at {place} is never closed"),
            Self::MissingFile(_, file) => write!(f, "pppd is told to read {file}, which does not exist"),
            Self::Circle(_, file) => write!(f, "{file} names itself"),
            Self::BadAddress(_, address) => write!(f, "pppd refuses the address {address}"),
            Self::Program(_, why) => f.write_str(why),
            Self::Plugin(_, plugin) => write!(f, "the plugin {plugin} does not exist"),
            Self::Demand(_) => f.write_str("demand needs a connect script"),
            Self::User(_, user) => write!(f, "pppd is started as the user {user}, who may not execute it"),
            Self::NoAccount(why) => write!(f, "{why}"),
        }
    }
}

/// Whether pppd starts on that port, as far as the files tell; a port without pppd has no obstacle.
///
/// # Errors
///
/// What keeps it from starting, if that is certain: with a version that is not known, what both refuse.
pub fn ppp_starts(facts: &Facts, port: &Port) -> Result<(), Obstacle> {
    port.ppp.as_ref().map_or(Ok(()), |ppp| starts(facts, ppp))
}

/// The same for pppd's options alone.
///
/// # Errors
///
/// Likewise.
pub fn starts(facts: &Facts, ppp: &Ppp) -> Result<(), Obstacle> {
    if let Some((place, why)) = missing_programs(facts, ppp).into_iter().next() {
        return Err(Obstacle::Program(place, why));
    }
    if let Some(user) = other_user(ppp) {
        return Err(Obstacle::User(ppp.line.place.clone(), user.to_owned()));
    }
    let ends = |problem: &&Problem| ends(facts, ppp, problem) == Some(true);
    if let Some(problem) = ppp.problems.iter().find(ends) {
        return Err(Obstacle::Option(problem.clone()));
    }
    if let Some((place, file)) = ppp.missing.first() {
        return Err(Obstacle::MissingFile(place.clone(), file.clone()));
    }
    if let Some((place, file)) = ppp.circles.first() {
        return Err(Obstacle::Circle(place.clone(), file.clone()));
    }
    if let Some((address, place)) = bad_addresses(ppp).into_iter().next() {
        return Err(Obstacle::BadAddress(place, address));
    }
    for (plugin, option) in ppp.plugins() {
        let versions: Vec<PppVersion> =
            facts.ppp_version.map_or_else(|| PppVersion::ALL.to_vec(), |version| vec![version]);
        let shipped = || versions.into_iter().any(|version| plugin.shipped(version));
        let there = match looked_for(facts, &plugin) {
            Some(there) => there,
            None => shipped() || plugin.of_another_package() || plugin.by_path(),
        };
        if !there {
            return Err(Obstacle::Plugin(option.place.clone(), plugin.name.to_owned()));
        }
    }
    if let Some(option) = ppp.demand_in_vain() {
        return Err(Obstacle::Demand(option.place.clone()));
    }
    accounts::starts(facts, ppp).map_err(Obstacle::NoAccount)
}

/// Options whose program has to end well before pppd says anything to the caller (tty.c, `connect_tty`).
pub const BEFORE: [&str; 2] = ["connect", "init"];

/// Programs without which nobody gets PPP, and that cannot be started on this machine: pppd, and those that it starts first.
pub fn missing_programs(facts: &Facts, ppp: &Ppp) -> Vec<(Place, String)> {
    let itself = ppp.line.words.first().and_then(|pppd| facts.unstartable(pppd));
    let itself = itself.map(|why| (ppp.line.place.clone(), why));
    let first = BEFORE.iter().filter_map(|name| ppp.winner(&[name]));
    let first = first.filter_map(|option| Some((option.place.clone(), facts.unstartable(&started_by(option)?)?)));
    itself.into_iter().chain(first).collect()
}

/// Whether the machine has a plugin; `None`: nobody looked, or could.
pub fn looked_for(facts: &Facts, plugin: &Plugin<'_>) -> Option<bool> {
    match facts.programs.as_ref()?.plugin(plugin.word())? {
        Presence::There => Some(true),
        Presence::Missing | Presence::Unusable(_) => Some(false),
        Presence::Unknown(_) => None,
    }
}

/// Whether pppd ends for that problem: [`Problem::ends`], and a word that nobody can know as a host.
pub fn ends(facts: &Facts, ppp: &Ppp, problem: &Problem) -> Option<bool> {
    use offhook_etc::read::option_value::Fault;
    match problem {
        Problem::Address(_, name) | Problem::Value(_, _, Fault::Name(name)) => {
            (ppp.hosts.host(name) == Host::Nonsense).then_some(true)
        }
        problem => problem.ends(facts.ppp_version),
    }
}

/// The user as whom login.config has pppd started, if that is not root: only root and the group dip may execute it.
pub fn other_user(ppp: &Ppp) -> Option<&str> {
    Some(ppp.line.user.as_str()).filter(|user| !matches!(*user, "-" | "root" | "0" | ""))
}

/// Every address among the options that pppd refuses (utils.c, `bad_ip_adrs`): loopback, multicast, and those above.
pub fn bad_addresses(ppp: &Ppp) -> Vec<(Ipv4Addr, Place)> {
    let mut found = Vec::new();
    for option in ppp.options.iter().filter(|option| option.kind == OptionKind::Addresses) {
        let (local, remote) = option.name.split_once(':').unwrap_or_default();
        for half in [local, remote].into_iter().filter(|half| !half.is_empty()) {
            let address = ppp.hosts.host(half).address();
            found.extend(address.filter(|address| refused(*address)).map(|address| (address, option.place.clone())));
        }
    }
    found
}

/// Whether pppd refuses an address for either end.
pub const fn refused(address: Ipv4Addr) -> bool {
    matches!(address.octets()[0], 127 | 224..)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::unwrap_in_result)]
    use super::*;
    use crate::effective::ports;
    use crate::tests::with;

    fn of(version: Option<PppVersion>, changes: &[(&str, &str)]) -> Result<(), Obstacle> {
        let tree = with(changes);
        let facts = Facts::of(&tree).with_ppp(version);
        ppp_starts(&facts, &ports(&tree, &facts).remove(0))
    }

    fn options(line: &str) -> Result<(), Obstacle> {
        of(None, &[("ppp/options", &format!("auth\n{line}\n"))])
    }

    #[test]
    fn what_ends_pppd_is_an_obstacle() {
        assert_eq!(options("lock"), Ok(()));
        assert!(matches!(options("nosuch"), Err(Obstacle::Option(_))));
        assert!(matches!(options("mtu 70"), Err(Obstacle::Option(_))));
        assert!(matches!(options("file /etc/ppp/nosuch"), Err(Obstacle::MissingFile(..))));
        assert!(matches!(options("plugin passwordfd-none.so"), Err(Obstacle::Plugin(..))));
        assert!(matches!(options("demand"), Err(Obstacle::Demand(_))));
        assert!(matches!(options("10.99.99.1:10.99.99.100-200"), Err(Obstacle::Option(_))));
        assert!(matches!(options("127.0.0.1:10.0.0.2"), Err(Obstacle::BadAddress(..))));
        assert!(matches!(of(None, &[("ppp/pap-secrets", "")]), Err(Obstacle::NoAccount(_))));
        let user = [("mgetty/login.config", "/AutoPPP/ ppp - /usr/sbin/pppd auth +pap\n")];
        assert!(matches!(of(None, &user), Err(Obstacle::User(..))));
    }

    #[test]
    fn what_only_may_end_it_is_none() {
        for line in ["idle 08", "idle 5m", "ms-dns resolver", "gateway:10.0.0.2", "plugin pptpd-logwtmp.so", "updetach"]
        {
            assert_eq!(options(line), Ok(()), "{line}");
        }
    }

    #[test]
    fn the_version_of_the_machine_decides() {
        let known = |version| of(version, &[("ppp/options", "auth\nusepeerwins\n")]).is_ok();
        assert_eq!([known(None), known(Some(PppVersion::V249)), known(Some(PppVersion::V252))], [true, false, true]);
        let by_file = |release: &str| of(None, &[("debian_version", release), ("ppp/options", "auth\nipx\n")]);
        assert!(by_file("12.1\n").is_ok() && by_file("13.1\n").is_err());
    }
}
