//! Plugins of pppd: which Debian's package has, and what they change of who gets in.
//!
//! In goes the word behind `plugin`; out comes its [`Part`] in the checks. `plugin` names a file of
//! /usr/lib/pppd/VERSION, or any file with its path; one that is not there ends pppd.

use super::version::PppVersion;

/// What a plugin changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It decides who gets in, in place of the secrets files.
    Decides,
    /// pppd no longer looks for accounts before it starts; who gets in is read from the secrets files as ever.
    StartsAnyway,
    /// Nothing of who gets in.
    Nothing,
    /// Not known: it is not of pppd's own package.
    Unknown,
}

/// A plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plugin<'a> {
    /// Its name, without path and `.so`.
    pub name: &'a str,
    /// What it changes.
    pub part: Part,
    /// The word: a file of /usr/lib/pppd/VERSION, or one with its path.
    word: &'a str,
}

/// Plugins of the package `ppp`, each with the versions that have it.
const SHIPPED: &[(&str, Part, bool)] = &[
    ("minconn", Part::Nothing, true),
    ("openl2tp", Part::Nothing, true),
    ("passprompt", Part::Nothing, false),
    ("passwordfd", Part::StartsAnyway, true),
    ("pppoatm", Part::Nothing, true),
    ("pppoe", Part::Nothing, true),
    ("pppol2tp", Part::Nothing, true),
    ("radattr", Part::Nothing, true),
    ("radius", Part::Decides, true),
    ("radrealms", Part::Nothing, true),
    ("rp-pppoe", Part::Nothing, true),
    ("winbind", Part::Decides, true),
];

/// Plugins of other packages of Debian: their files are there once the package is.
const OTHERS: &[&str] =
    &["dhcpc", "pptp", "pptpd-logwtmp", "sstp-pppd-plugin", "capiplugin", "userpass", "nm-pppd-plugin"];

impl<'a> Plugin<'a> {
    /// The plugin of that word.
    pub fn of(word: &'a str) -> Self {
        let file = word.rsplit('/').next().unwrap_or(word);
        let name = file.strip_suffix(".so").unwrap_or(file);
        let part = SHIPPED.iter().find(|(known, ..)| *known == name).map_or(Part::Unknown, |(_, part, _)| *part);
        Self { name, part, word }
    }

    /// The file that pppd of that version opens.
    pub fn file(&self, version: PppVersion) -> String {
        Self::file_of(self.word, version.number())
    }

    /// The same for a version that need not be known.
    pub fn file_of(word: &str, version: &str) -> String {
        if word.contains('/') { word.to_owned() } else { format!("/usr/lib/pppd/{version}/{word}") }
    }

    /// The word behind `plugin`.
    pub const fn word(&self) -> &'a str {
        self.word
    }

    /// Whether the package of that version has this file.
    pub fn shipped(&self, version: PppVersion) -> bool {
        let known = SHIPPED.iter().find(|(known, ..)| *known == self.name);
        known.is_some_and(|(_, _, both)| *both || version == PppVersion::V249)
            && self.file(version) == format!("/usr/lib/pppd/{version}/{}.so", self.name)
    }

    /// Whether it is named with the path of a file that no package of pppd has.
    pub fn by_path(&self) -> bool {
        self.word.contains('/') && !self.word.starts_with("/usr/lib/pppd/")
    }

    /// Whether another package brings it.
    pub fn of_another_package(&self) -> bool {
        OTHERS.contains(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_decides_who_gets_in_or_does_not() {
        let part = |word| Plugin::of(word).part;
        assert_eq!([part("radius.so"), part("/usr/lib/pppd/2.4.9/winbind.so")], [Part::Decides; 2]);
        assert_eq!(part("passwordfd.so"), Part::StartsAnyway);
        assert_eq!([part("minconn.so"), part("rp-pppoe.so")], [Part::Nothing; 2]);
        assert_eq!(part("passwordfd-none.so"), Part::Unknown);
    }

    #[test]
    fn a_version_has_its_plugins_only() {
        let passprompt = Plugin::of("passprompt.so");
        assert!(passprompt.shipped(PppVersion::V249) && !passprompt.shipped(PppVersion::V252));
        assert!(!Plugin::of("passwordfd-none.so").shipped(PppVersion::V249));
        assert!(Plugin::of("pptpd-logwtmp.so").of_another_package());
        // The word is the whole name of the file.
        assert!(!Plugin::of("radius").shipped(PppVersion::V249));
        assert!(Plugin::of("/usr/lib/pppd/2.4.9/radius.so").shipped(PppVersion::V249));
        assert!(!Plugin::of("/usr/lib/pppd/2.4.9/radius.so").shipped(PppVersion::V252));
    }
}
