//! What a machine has of the programs that its files name, as data: which are there, and in which version.
//!
//! [`programs::look`](crate::programs::look) makes it of a root directory. Of a mere `/etc` there is none.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::RawFile;
use crate::read::version::PppVersion;

/// Whether a program, or a plugin, can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there, and may be executed.
    There,
    /// There is no such file, or a link leads to none.
    Missing,
    /// There is something, and nobody can execute it; what it is, in words.
    Unusable(&'static str),
    /// Nobody may look, and why.
    Unknown(String),
}

impl Presence {
    /// What is wrong with it, as the end of a sentence about the file; `None`: nothing, or that is not known.
    pub const fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Missing => Some("does not exist"),
            Self::Unusable(what) => Some(what),
            Self::There | Self::Unknown(_) => None,
        }
    }
}

/// A program whose version matters, as it is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Installed {
    /// The package, as Debian calls it: `mgetty`, `ppp`, `login`.
    pub name: &'static str,
    /// Its version; of a program without a package that of the program itself.
    pub version: String,
    /// Debian's name for what it is built for; not known without a package.
    pub architecture: Option<String>,
}

impl fmt::Display for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// A program that the files name, with its octets: for a lab that has none of that path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The program, at the path by which it is named.
    pub file: RawFile,
    /// Where it is once all links are followed.
    pub resolved: String,
}

/// What a machine has of the programs that its files name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Programs {
    /// Each program, by the word that names it.
    pub(crate) programs: BTreeMap<String, Presence>,
    /// Each plugin of pppd, by the word behind `plugin`.
    pub(crate) plugins: BTreeMap<String, Presence>,
    /// Versions that are known, in the order of a call.
    pub(crate) versions: Vec<Installed>,
}

impl Programs {
    /// Those that were looked for, each by the word that names it.
    pub fn of(programs: impl IntoIterator<Item = (String, Presence)>) -> Self {
        Self { programs: programs.into_iter().collect(), ..Self::default() }
    }

    /// The same in those versions.
    #[must_use]
    pub fn with_versions(self, versions: Vec<Installed>) -> Self {
        Self { versions, ..self }
    }

    /// What is wrong with the program of that name, as the end of a sentence; `None`: nothing, as far as is known.
    pub fn fault(&self, program: &str) -> Option<&'static str> {
        self.programs.get(program)?.fault()
    }

    /// The same of a plugin, by the word behind `plugin`.
    pub fn plugin(&self, word: &str) -> Option<&Presence> {
        self.plugins.get(word)
    }

    /// Every program that is there, by the word that names it.
    pub fn there(&self) -> impl Iterator<Item = &str> {
        self.programs.iter().filter(|(_, presence)| **presence == Presence::There).map(|(name, _)| name.as_str())
    }

    /// Versions that are known, in the order of a call.
    pub fn versions(&self) -> &[Installed] {
        &self.versions
    }

    /// The version of that package without Debian's part of it: `2.4.9` of `2.4.9-1+1.1`.
    pub fn upstream(&self, name: &str) -> Option<&str> {
        self.versions.iter().find(|known| known.name == name).map(|known| upstream(&known.version))
    }

    /// Which pppd that is; `Some(None)`: one that offhook does not know.
    pub fn pppd(&self) -> Option<Option<PppVersion>> {
        self.upstream("ppp").map(PppVersion::of_number)
    }

    /// The pppd that offhook knows and that is nearest to it.
    pub fn nearest_pppd(&self) -> Option<PppVersion> {
        PppVersion::nearest(self.upstream("ppp")?)
    }

    /// All versions in one line.
    pub fn line(&self) -> Option<String> {
        let versions: Vec<String> = self.versions.iter().map(Installed::to_string).collect();
        (!versions.is_empty()).then(|| versions.join(", "))
    }
}

/// A version without Debian's part of it: `2.4.9` of `2.4.9-1+1.1`.
pub fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, version)| version);
    version.split(['-', '+', '~']).next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_debian_adds_to_a_version_is_not_the_programs_own() {
        let of = |version: &str| {
            let ppp = Installed { name: "ppp", version: version.to_owned(), architecture: None };
            let programs = Programs { versions: vec![ppp], ..Programs::default() };
            (programs.upstream("ppp").map(str::to_owned), programs.pppd())
        };
        assert_eq!(of("2.4.9-1+1.1+b1"), (Some("2.4.9".to_owned()), Some(Some(PppVersion::V249))));
        assert_eq!(of("1:2.5.2+dfsg-1"), (Some("2.5.2".to_owned()), Some(Some(PppVersion::V252))));
        assert_eq!(of("2.4.7-2"), (Some("2.4.7".to_owned()), Some(None)));
        assert_eq!(Programs::default().pppd(), None);
    }
}
