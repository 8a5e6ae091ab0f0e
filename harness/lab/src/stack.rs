//! The server stacks: for each Debian release a root directory made of its packages.
//!
//! Through hostfs the guest sees every file with its owner on the host, which is whoever built the lab; guest root may
//! read and write them all the same. What a server checks (an owner of 0, a setuid bit) the guest gives in its overlay:
//! [`StackManifest::special`] lists it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::child::Children;
use super::error::{LabError, size};
use super::etc;
use super::kernel::{Build, Times};
use super::manifest::{self, Package, StackManifest};
use super::progress::Unit;
use super::recipe::{Deb, Recipe};
use super::record::{RECORD, Record, Recorded};
use super::tree;
use super::unpack::Target;

/// Changes whenever a stack made by this code from the same packages would differ.
const RECIPE: &str = "stack 1";

/// What a stack takes at its peak: packages 30 MB, files 55 MB.
const NEEDED: u64 = 150_000_000;

/// The server, programs that call it, and the tools that scripts run by it (`/etc/ppp/ip-up.d`) may expect on any Debian system.
const PACKAGES: &[&str] = &[
    "mgetty",
    "ppp",
    // calls a server, as people's machines do
    "wvdial",
    "login",
    "passwd",
    "libpam-modules",
    "iproute2",
    "base-files",
    "base-passwd",
    "bash",
    "bsdutils",
    "coreutils",
    "dash",
    "findutils",
    "grep",
    "hostname",
    "libc-bin",
    "sed",
    "util-linux",
];

/// Chosen instead of usrmerge, which needs all of perl, where a release knows both; older ones know neither.
const MERGED: &str = "usr-is-merged";

/// Those of them that a release may lack: what needs only the others runs all the same.
const OPTIONAL: &[&str] = &["mgetty", "ppp", "wvdial"];

/// What those packages hold that no server reads.
const UNREAD: &[&str] = &[
    "usr/include/",
    "usr/lib/systemd/",
    "usr/lib/x86_64-linux-gnu/gconv/",
    "usr/share/bash-completion/",
    "usr/share/bug/",
    "usr/share/doc/",
    "usr/share/doc-base/",
    "usr/share/i18n/",
    "usr/share/info/",
    "usr/share/lintian/",
    "usr/share/locale/",
    "usr/share/man/",
    "usr/share/menu/",
];

/// The optional packages that a release lacks, by what `names` says of names that begin so.
fn lacking<E>(names: impl Fn(&str) -> Result<Vec<String>, E>) -> Result<Vec<String>, E> {
    let mut missing = Vec::new();
    for &name in OPTIONAL {
        if !names(name)?.iter().any(|known| known == name) {
            missing.push(name.to_owned());
        }
    }
    // It cannot be installed without.
    let lacks = |wanted: &str| missing.iter().any(|name| name == wanted);
    if lacks("ppp") && !lacks("wvdial") {
        missing.push("wvdial".to_owned());
    }
    Ok(missing)
}

/// A stack's key: what goes in by recipe, not what the network offers today.
pub(super) fn key(recipe: &Recipe) -> String {
    let common = PACKAGES.iter().copied().chain([MERGED]).chain(etc::FILES.iter().flat_map(|f| [f.0, f.1]));
    let parts = [RECIPE, recipe.name.as_str()].into_iter().chain(common).chain(recipe.particulars());
    manifest::digest(parts.map(str::as_bytes))[..12].to_owned()
}

impl Build<'_, '_> {
    /// Builds a stack and moves it to `place`; packages of its own lie in `added`.
    pub(super) fn stack(&self, recipe: &Recipe, added: &Path, place: &Path) -> Result<StackManifest, LabError> {
        let name = recipe.name.as_str();
        self.check_room(&format!("Building the stack {name}"), NEEDED)?;
        let scratch = self.cache.scratch(name)?;
        let mut times = Times::default();
        let suite = self.archive.suite(&recipe.release, self.task)?;
        let missing = lacking(|prefix| suite.names(prefix))?;
        let debs: Vec<PathBuf> = recipe.debs.iter().map(|deb| added.join(&deb.file)).collect();
        let own =
            recipe.debs.iter().zip(&debs).map(|(deb, file)| self.own(deb, file)).collect::<Result<Vec<_>, _>>()?;
        let merged = suite.names(MERGED)?.iter().any(|name| name == MERGED).then_some(MERGED);
        let own_choice = recipe.packages.iter().map(String::as_str);
        let named = PACKAGES.iter().copied().chain(merged).chain(own_choice);
        let here = |name: &&str| missing.iter().all(|one| one != name) && own.iter().all(|one| one.name != *name);
        let wanted: Vec<&str> = named.filter(here).collect();
        let mut packages = suite.closure(&wanted, &debs)?;
        let download = self.cache.download(name);
        suite.fetch(&packages, &download, self.task)?;
        times.step("fetch");

        let files: Vec<PathBuf> =
            packages.iter().map(|package| download.join(package.file_name())).chain(debs).collect();
        packages.extend(own);
        let doing = format!("unpacking {} packages", files.len());
        self.task.phase(&doing, Unit::Packages, Some(files.len() as u64));
        let result = scratch.path().join("result");
        let root = result.join("root");
        let mut target = Target::merged(&root).map_err(|error| self.io_error(&error))?;
        for (done, deb) in files.iter().enumerate() {
            let wanted = |path: &str| !UNREAD.iter().any(|dir| path.starts_with(dir));
            target.package(self.children, deb, wanted).map_err(|error| self.in_cache(&doing, error))?;
            self.task.position(done as u64 + 1);
        }
        let mut special = std::mem::take(&mut target.special);
        special.extend(etc::furnish(&root).map_err(|error| self.io_error(&error))?);
        // /var/lock and its like are links now, with no owner of their own
        special.retain(|special| !root.join(&special.path).is_symlink());
        tree::settle_modes(&root).map_err(|error| self.io_error(&error))?;
        let record = Record::of(&root, Recorded::Built).map_err(|error| self.io_error(&error))?;
        record.write(&result.join(RECORD)).map_err(|error| self.io_error(&error))?;
        times.step("unpack");

        let identity = packages.iter().flat_map(|package| [&package.name, &package.version, &package.sha256]);
        let manifest = StackManifest {
            name: name.to_owned(),
            sha256: manifest::digest(identity.map(String::as_bytes)),
            size: target.size,
            packages,
            missing,
            special,
            times: times.steps,
        };
        manifest::write(&result.join("manifest.json"), &manifest).map_err(|error| self.io_error(&error))?;
        self.cache.publish(&scratch, &result, place)?;
        let _ = super::removal::remove(&download);
        Ok(manifest)
    }

    /// What a package of one's own says of itself, if its file is still the one that was added.
    fn own(&self, deb: &Deb, file: &Path) -> Result<Package, LabError> {
        let came = manifest::file_digest(file).map_err(|error| self.io_error(&error))?;
        if came != deb.sha256 {
            let what = format!("{} is not the file that was added any more; add it again", deb.file);
            return Err(LabError::bad_recipe(&what));
        }
        Ok(Package { sha256: came, ..package_of(self.children, file)? })
    }
}

/// What a file of a Debian package says of itself: everything but its SHA-256.
pub(super) fn package_of(children: &Children, file: &Path) -> Result<Package, LabError> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let doing = format!("reading the package {name}");
    let mut command = Command::new("dpkg-deb");
    command.arg("--show").arg("--showformat=${Package}\n${Version}\n${Architecture}\n").arg(file);
    let text = children.output(&doing, &mut command)?;
    let unreadable = |error: &io::Error| LabError::unreadable(&doing, &file.display().to_string(), error);
    let size = fs::metadata(file).map_err(|error| unreadable(&error))?.len();
    match text.lines().collect::<Vec<_>>()[..] {
        [name, version, architecture @ ("amd64" | "all")] => {
            let (name, version) = (name.to_owned(), version.to_owned());
            Ok(Package { name, version, architecture: architecture.to_owned(), size, ..Package::default() })
        }
        [_, _, other] => Err(LabError::bad_recipe(&format!("{name} is for {other}, and the lab's guests are amd64"))),
        _ => Err(LabError::failed(&doing, "dpkg-deb told no name, version and architecture")),
    }
}

/// A finished stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// Its root directory; guests only read it.
    pub root: PathBuf,
    /// What it is made of.
    pub manifest: StackManifest,
}

impl Stack {
    /// The stack in that directory, if it is complete.
    pub(super) fn read(place: &Path) -> Option<Self> {
        let manifest: StackManifest = manifest::read(&place.join("manifest.json"))?;
        let root = place.join("root");
        fs::metadata(&root).ok()?.is_dir().then_some(Self { root, manifest })
    }

    /// The packages whose versions tell stacks apart, `mgetty 1.2.1-1.2`.
    pub fn main_packages(&self) -> Vec<String> {
        let main = ["mgetty", "ppp", "login", "libpam-modules"];
        let find = |name: &&str| self.manifest.packages.iter().find(|package| package.name == **name);
        main.iter().filter_map(find).map(|package| format!("{} {}", package.name, package.version)).collect()
    }

    pub(super) fn summary(&self) -> String {
        let server = |package: &String| ["mgetty ", "ppp "].iter().any(|name| package.starts_with(name));
        let mut main: Vec<String> = self.main_packages().into_iter().filter(server).collect();
        main.extend(self.manifest.missing.iter().map(|name| format!("no {name}")));
        format!("stack {}: {} ({})", self.manifest.name, main.join(", "), size(self.manifest.size))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::manifest::Package;

    #[test]
    fn keys_tell_stacks_apart_and_stay() {
        let named =
            |name: &str, release: &str| Recipe { name: name.into(), release: release.into(), ..Recipe::default() };
        let trixie = named("trixie", "trixie");
        assert_eq!(key(&trixie), key(&Recipe { like: "bookworm".into(), ..trixie.clone() }));
        let with = Deb { file: "ppp.deb".into(), sha256: "ab".into() };
        let others = [
            named("bookworm", "bookworm"),
            named("trixie", "bookworm"),
            Recipe { packages: vec!["libmine1".into()], ..trixie.clone() },
            Recipe { debs: vec![with], ..trixie.clone() },
        ];
        for (index, other) in others.iter().enumerate() {
            assert!(
                std::iter::once(&trixie).chain(&others[..index]).all(|before| key(before) != key(other)),
                "{other:?}"
            );
        }
    }

    #[test]
    fn a_release_may_lack_one_of_the_two_programs() {
        let names = |prefix: &str| -> Result<Vec<String>, ()> {
            Ok([format!("{prefix}-doc"), "ppp".to_owned()]
                .into_iter()
                .filter(|name| name.starts_with(prefix))
                .collect())
        };
        assert_eq!(lacking(names), Ok(vec!["mgetty".to_owned(), "wvdial".to_owned()]));
        let without = |prefix: &str| -> Result<Vec<String>, ()> {
            Ok(if prefix == "ppp" { vec![] } else { vec![prefix.to_owned()] })
        };
        assert_eq!(lacking(without), Ok(vec!["ppp".to_owned(), "wvdial".to_owned()]), "which depends on ppp");
        assert!(OPTIONAL.iter().all(|name| PACKAGES.contains(name)));
    }

    #[test]
    fn a_stack_without_its_root_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let package = Package { name: "mgetty".into(), version: "1.2.1-2".into(), ..Package::default() };
        let manifest = StackManifest { name: "trixie".into(), packages: vec![package], ..StackManifest::default() };
        manifest::write(&dir.path().join("manifest.json"), &manifest).unwrap();
        assert_eq!(Stack::read(dir.path()), None);
        fs::create_dir(dir.path().join("root")).unwrap();
        assert_eq!(Stack::read(dir.path()).unwrap().main_packages(), ["mgetty 1.2.1-2"]);
    }
}
