//! Which pppd a machine runs.
//!
//! In goes its `/etc`, or the word of whoever knows; out comes a [`PppVersion`], or `None`: not known, and then what either
//! version does is told.

use std::fmt;

use crate::Etc;

/// A version of pppd that offhook knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PppVersion {
    /// 2.4.9: Debian 11 and 12 (bookworm).
    V249,
    /// 2.5.2: Debian 13 (trixie).
    V252,
}

impl PppVersion {
    /// Both, the older first.
    pub const ALL: [Self; 2] = [Self::V249, Self::V252];

    /// The one of that release of Debian: `bookworm`, `13.1`.
    pub fn of_release(release: &str) -> Option<Self> {
        match release.trim().split(['.', '/', '\n']).next()? {
            "bullseye" | "11" | "bookworm" | "12" => Some(Self::V249),
            "trixie" | "13" => Some(Self::V252),
            _ => None,
        }
    }

    /// The one of that number, if offhook knows it.
    pub fn of_number(number: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.number() == number)
    }

    /// The one that is nearest to that number: of the same series, `2.4` or `2.5`.
    pub fn nearest(number: &str) -> Option<Self> {
        let series = |number: &str| number.rsplit_once('.').map(|(series, _)| series.to_owned());
        let wanted = series(number)?;
        Self::ALL.into_iter().find(|version| series(version.number()).as_ref() == Some(&wanted))
    }

    /// The one that the machine's own files point to.
    pub fn of_etc(etc: &Etc) -> Option<Self> {
        let debian = etc.text("/etc/debian_version").and_then(|release| Self::of_release(&release));
        debian.or_else(|| Self::of_os_release(&etc.text("/etc/os-release")?))
    }

    /// The one of the release that os-release(5) names, if that is Debian's or has Debian's packages.
    fn of_os_release(text: &str) -> Option<Self> {
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
            Some(line.trim().trim_matches(['"', '\'']))
        };
        let is_debian = matches!(value("ID")?, "debian" | "raspbian");
        Self::of_release(value("VERSION_CODENAME").filter(|_| is_debian)?)
    }

    /// The release of Debian that has it today.
    pub const fn release(self) -> &'static str {
        match self {
            Self::V249 => "bookworm",
            Self::V252 => "trixie",
        }
    }

    /// Its number.
    pub const fn number(self) -> &'static str {
        match self {
            Self::V249 => "2.4.9",
            Self::V252 => "2.5.2",
        }
    }
}

impl fmt::Display for PppVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tree;

    #[test]
    fn the_release_of_the_machine_tells_its_pppd() {
        let of = |text| PppVersion::of_etc(&tree(&[("debian_version", text)]).etc);
        assert_eq!(of("12.11\n"), Some(PppVersion::V249));
        assert_eq!(of("13.0\n"), Some(PppVersion::V252));
        assert_eq!(of("trixie/sid\n"), Some(PppVersion::V252));
        assert_eq!(of("7.1\n"), None);
        let named = |text| PppVersion::of_etc(&tree(&[("os-release", text)]).etc);
        assert_eq!(named("ID=raspbian\nVERSION_CODENAME=\"bookworm\"\n"), Some(PppVersion::V249));
        assert_eq!(named("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n"), None);
        assert_eq!(PppVersion::of_etc(&tree(&[]).etc), None);
        assert_eq!(PppVersion::of_release("bookworm"), Some(PppVersion::V249));
        assert_eq!([PppVersion::of_number("2.4.9"), PppVersion::of_number("2.4.7")], [Some(PppVersion::V249), None]);
        assert_eq!([PppVersion::nearest("2.4.7"), PppVersion::nearest("2.5.0")], PppVersion::ALL.map(Some));
        assert_eq!([PppVersion::nearest("2.3.11"), PppVersion::nearest("2")], [None, None]);
    }
}
