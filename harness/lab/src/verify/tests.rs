//! What is done to a part of the lab, and what is told of it.
#![allow(clippy::unwrap_used)]
use std::fs::{File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::SystemTime;

use super::super::kernel::Kernel;
use super::super::manifest::{KernelManifest, file_digest};
use super::*;

/// A cache with one stack that was recorded when it was built.
struct Lab {
    dir: tempfile::TempDir,
    cache: Cache,
    guard: Guard,
}

impl Lab {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let guard = Guard::new(dir.path(), nix::unistd::geteuid().as_raw(), |_| None);
        let lab = Self { cache: Cache::at(dir.path()), guard, dir };
        fs::create_dir_all(lab.root().join("usr/sbin")).unwrap();
        fs::create_dir_all(lab.root().join("etc")).unwrap();
        for (path, text) in [("usr/sbin/pppd", "2.4.9"), ("usr/sbin/mgetty", "1.2.1"), ("etc/hosts", "localhost")] {
            fs::write(lab.root().join(path), text).unwrap();
        }
        symlink("usr/sbin", lab.root().join("sbin")).unwrap();
        tree::settle_modes(lab.root().parent().unwrap()).unwrap();
        lab.built().write(&lab.root().with_file_name(RECORD)).unwrap();
        lab
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("stack/trixie-key/root")
    }

    fn built(&self) -> Record {
        Record::of(&self.root(), Recorded::Built).unwrap()
    }

    fn looked(&self, thorough: bool) -> Verified {
        let verifier = Verifier { cache: &self.cache, guard: &self.guard, thorough };
        verifier.verified("trixie", &self.root(), || Record::of(&self.root(), Recorded::Found)).unwrap()
    }

    /// What is told by names alone; looking again, and thoroughly, says the same.
    fn told(&self) -> String {
        let one = self.looked(false);
        let unchanged = one.changes.is_empty();
        assert_eq!(one.sha256, self.built().sha256(), "the hash is that of what is on disk");
        assert_eq!(one.sha256 == one.recorded_sha256, unchanged);
        for thorough in [false, true] {
            assert_eq!(self.looked(thorough).changes, one.changes);
        }
        one.changes.to_string()
    }
}

#[test]
fn what_is_as_it_was_built_is_not_read() {
    let lab = Lab::new();
    let seen = lab.looked(false);
    assert_eq!((seen.read, seen.entries, seen.now, seen.notice()), (0, 8, false, None));
    assert_eq!((seen.sha256, seen.changes.is_empty()), (seen.recorded_sha256, true));
    assert_eq!(lab.looked(true).read, 3);
}

#[test]
fn whatever_is_done_to_a_file_is_told_by_its_name() {
    type Deed = fn(&Path);
    let deeds: [(&str, Deed); 8] = [
        ("/usr/sbin/pppd", |root| fs::write(root.join("usr/sbin/pppd"), "2.5.2-1").unwrap()),
        ("/usr/sbin/pppd", |root| {
            fs::write(root.join("own"), "mine").unwrap();
            fs::rename(root.join("own"), root.join("usr/sbin/pppd")).unwrap();
        }),
        ("/sbin", |root| {
            fs::remove_file(root.join("sbin")).unwrap();
            symlink("usr/bin", root.join("sbin")).unwrap();
        }),
        ("/etc/hosts (missing)", |root| fs::remove_file(root.join("etc/hosts")).unwrap()),
        ("/etc/new (added), /etc/new/file (added)", |root| {
            fs::create_dir(root.join("etc/new")).unwrap();
            fs::write(root.join("etc/new/file"), "").unwrap();
            tree::settle_modes(root).unwrap();
        }),
        ("/etc/hosts (mode)", |root| {
            fs::set_permissions(root.join("etc/hosts"), Permissions::from_mode(0o600)).unwrap();
        }),
        ("/sbin (type)", |root| {
            fs::remove_file(root.join("sbin")).unwrap();
            fs::write(root.join("sbin"), "usr/sbin").unwrap();
        }),
        ("/etc (type), /etc/hosts (missing)", |root| {
            fs::rename(root.join("etc"), root.parent().unwrap().join("etc")).unwrap();
            symlink("../etc", root.join("etc")).unwrap();
        }),
    ];
    for (told, deed) in deeds {
        let lab = Lab::new();
        deed(&lab.root());
        assert_eq!(lab.told(), told);
    }
}

#[test]
fn a_changed_file_that_is_put_back_is_as_it_was_built() {
    let lab = Lab::new();
    let pppd = lab.root().join("usr/sbin/pppd");
    fs::write(&pppd, "mine").unwrap();
    assert_eq!(lab.told(), "/usr/sbin/pppd");
    fs::write(&pppd, "2.4.9").unwrap();
    assert_eq!(lab.told(), "");
    assert_eq!(lab.looked(false).read, 0, "it was recorded again");
}

#[test]
fn a_change_that_keeps_size_and_time_is_found_by_the_time_that_nobody_sets() {
    let lab = Lab::new();
    let pppd = lab.root().join("usr/sbin/pppd");
    let before = pppd.metadata().unwrap().modified().unwrap();
    // Kernels before 6.13 take times from a clock that ticks every few milliseconds.
    let (built, probe) = (Stat::of(&pppd.metadata().unwrap()).changed, lab.dir.path().join("probe"));
    while Stat::of(&lab.dir.path().metadata().unwrap()).changed <= built {
        fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).unwrap();
    }
    fs::write(&pppd, "2.4.8").unwrap();
    File::options().write(true).open(&pppd).unwrap().set_modified(before).unwrap();
    assert_eq!(lab.told(), "/usr/sbin/pppd");
}

#[test]
fn a_copied_lab_is_read_once_and_recorded_as_it_lies_now() {
    let lab = Lab::new();
    let pppd = lab.root().join("usr/sbin/pppd");
    File::options().write(true).open(&pppd).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let seen = lab.looked(false);
    assert_eq!((seen.read, seen.recorded, seen.notice()), (1, Recorded::Built, None));
    assert_eq!(lab.looked(false).read, 0);
}

#[test]
fn a_stack_that_was_never_recorded_is_recorded_once_and_says_so() {
    let lab = Lab::new();
    fs::remove_file(lab.root().with_file_name(RECORD)).unwrap();
    let seen = lab.looked(false);
    assert_eq!((seen.now, seen.recorded, seen.sha256), (true, Recorded::Found, lab.built().sha256()));
    assert!(lab.looked(false).notice().is_none());
    fs::write(lab.root().join("etc/hosts"), "other").unwrap();
    let notice = lab.looked(false).notice().unwrap();
    assert!(notice.contains("not as it was recorded: /etc/hosts"), "{notice}");
}

#[test]
fn a_record_that_cannot_be_kept_is_no_failure() {
    let lab = Lab::new();
    fs::remove_file(lab.root().with_file_name(RECORD)).unwrap();
    fs::write(lab.dir.path().join("tmp"), "in the way").unwrap();
    let seen = lab.looked(false);
    assert_eq!((seen.now, seen.changes.is_empty()), (true, true));
}

#[test]
fn what_others_may_write_is_refused_wherever_it_is() {
    for place in ["../manifest.json", "usr/sbin", "usr/sbin/pppd", "etc/new"] {
        let lab = Lab::new();
        let place = lab.root().join(place);
        if !place.exists() {
            fs::write(&place, "").unwrap();
        }
        fs::set_permissions(&place, Permissions::from_mode(0o666)).unwrap();
        let verifier = Verifier { cache: &lab.cache, guard: &lab.guard, thorough: false };
        let error = verifier.verified("trixie", &lab.root(), || Ok(lab.built())).unwrap_err();
        assert!(error.message().contains("everybody may write"), "{error}");
    }
}

#[test]
fn a_kernel_is_what_its_manifest_says_or_another() {
    let lab = Lab::new();
    let image = lab.dir.path().join("kernel/key/linux");
    fs::create_dir_all(image.parent().unwrap()).unwrap();
    fs::write(&image, "elf").unwrap();
    fs::set_permissions(&image, Permissions::from_mode(0o755)).unwrap();
    let manifest = KernelManifest { sha256: file_digest(&image).unwrap(), size: 3, ..KernelManifest::default() };
    let kernel = Kernel { image: image.clone(), manifest };
    let looked = || {
        let verifier = Verifier { cache: &lab.cache, guard: &lab.guard, thorough: false };
        verifier.verified(KERNEL, &image, || kernel.as_built()).unwrap()
    };
    let seen = looked();
    assert_eq!((seen.read, seen.recorded, seen.notice()), (1, Recorded::Built, None));
    assert_eq!((looked().read, looked().sha256), (0, kernel.manifest.sha256.clone()));
    fs::write(&image, "mine").unwrap();
    let seen = looked();
    assert_eq!((seen.sha256, seen.recorded_sha256), (file_digest(&image).unwrap(), kernel.manifest.sha256.clone()));
    assert_eq!(seen.changes.to_string(), "linux");
}
