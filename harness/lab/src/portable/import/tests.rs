//! Lab files that were cut, changed, made by somebody else or with evil intent.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::symlink;

use liblzma::write::XzEncoder;
use tar::{Builder, Header};

use super::super::export::{Exported, export};
use super::*;
use crate::Progress;
use crate::manifest::{self, KernelManifest, StackManifest, octets_digest};

/// Two machines that have nothing but a cache.
fn machines() -> (tempfile::TempDir, [Machine; 2]) {
    let dir = tempfile::tempdir().unwrap();
    let machine = |name: &str| {
        let cache = dir.path().join(name).display().to_string();
        Machine { env: [("OFFHOOK_CACHE".to_owned(), cache)].into(), arch: "x86_64".to_owned(), ..Machine::this() }
    };
    let two = ["one", "other"].map(machine);
    (dir, two)
}

fn place_of_trixie(machine: &Machine) -> PathBuf {
    let shelf = Shelf::of(machine).unwrap();
    shelf.place_of(shelf.recipe("trixie").unwrap())
}

/// A lab that looks complete, with what a stack may have.
fn fake(machine: &Machine) {
    let shelf = Shelf::of(machine).unwrap();
    fs::create_dir_all(&shelf.kernel_place).unwrap();
    fs::write(shelf.kernel_place.join("linux"), "elf").unwrap();
    let kernel = KernelManifest { sha256: octets_digest(["elf"]), size: 3, ..KernelManifest::default() };
    manifest::write(&shelf.kernel_place.join(MANIFEST), &kernel).unwrap();
    let place = shelf.place_of(shelf.recipe("trixie").unwrap());
    fs::create_dir_all(place.join("root/usr/sbin")).unwrap();
    fs::write(place.join("root/usr/sbin/pppd"), "program".repeat(10_000)).unwrap();
    fs::set_permissions(place.join("root/usr/sbin/pppd"), Permissions::from_mode(0o755)).unwrap();
    fs::write(place.join(format!("root/{}", "long-name-".repeat(15))), "").unwrap();
    symlink("usr/sbin", place.join("root/sbin")).unwrap();
    symlink("/etc/nowhere", place.join("root/dangling")).unwrap();
    let stack = StackManifest { name: "trixie".to_owned(), sha256: "bb".to_owned(), ..StackManifest::default() };
    manifest::write(&place.join(MANIFEST), &stack).unwrap();
    tree::settle_modes(shelf.root()).unwrap();
    let record = Record::of(&place.join("root"), crate::Recorded::Built).unwrap();
    record.write(&place.join(RECORD)).unwrap();
}

fn exported(machine: &Machine) -> Exported {
    fake(machine);
    export(machine, &[]).unwrap()
}

fn import_octets(machine: &Machine, octets: &[u8]) -> Result<Imported, LabError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lab.tar.xz");
    fs::write(&path, octets).unwrap();
    import(machine, &path)
}

/// What is in a cache beside empty directories, locks and first roots.
fn parts_of(machine: &Machine) -> Vec<PathBuf> {
    let root = machine.cache_dir().unwrap();
    let below = |name: &str| fs::read_dir(root.join(name)).into_iter().flatten().map(|entry| entry.unwrap().path());
    let work = below("tmp").filter(|path| path.file_name().unwrap() != ".sweep");
    below("kernel").chain(below("stack")).chain(work).collect()
}

#[test]
fn what_was_exported_is_there_after_its_import_as_it_was_built() {
    let (_dir, [one, other]) = machines();
    let file = exported(&one);
    assert_eq!(export(&one, &["trixie".to_owned()]).unwrap().sha256, file.sha256, "one lab gives one file");
    let imported = import_octets(&other, &file.octets).unwrap();
    let parts = [KERNEL, "trixie"].map(str::to_owned).to_vec();
    assert_eq!(imported, Imported { parts: parts.clone(), kept: Vec::new() });
    let stacks = ["trixie".to_owned()];
    let labs = [&one, &other].map(|machine| crate::ensure_on(machine, &stacks, &Progress::Silent).unwrap());
    assert_eq!(labs[0].fingerprint("trixie"), labs[1].fingerprint("trixie"));
    assert!(labs[1].notices().is_empty(), "{:?}", labs[1].notices());
    assert_eq!(labs[1].verified["trixie"].read, 0, "recorded as they lie there");
    // Again: all is there.
    assert_eq!(import_octets(&other, &file.octets).unwrap(), Imported { parts: Vec::new(), kept: parts });
}

#[test]
fn a_lab_that_is_not_as_it_was_built_or_not_there_is_not_exported() {
    let (_dir, [one, other]) = machines();
    fake(&one);
    let root = place_of_trixie(&one).join("root");
    fs::write(root.join("usr/sbin/pppd"), "mine").unwrap();
    let error = export(&one, &[]).unwrap_err();
    assert!(error.to_string().contains("trixie is not as it was built: /usr/sbin/pppd"), "{error}");
    let missing = export(&other, &[]).unwrap_err().to_string();
    assert!(missing.contains("the kernel is not built in") && missing.contains("offhook lab build"), "{missing}");
    assert!(export(&one, &["bookworm".to_owned()]).unwrap_err().to_string().contains("the stack bookworm"));
}

#[test]
fn half_a_file_or_a_changed_one_leaves_nothing() {
    let (_dir, [one, other]) = machines();
    let octets = exported(&one).octets;
    let step = (octets.len() / 40).max(1);
    for end in (0..octets.len()).step_by(step).chain([octets.len() - 1]) {
        let error = import_octets(&other, &octets[..end]).unwrap_err();
        assert_eq!(error.kind, LabErrorKind::LabFile, "{end}: {error}");
        assert_eq!(parts_of(&other), Vec::<PathBuf>::new(), "{end}");
    }
    for at in (0..octets.len()).step_by(step) {
        let mut changed = octets.clone();
        changed[at] ^= 0x10;
        let error = import_octets(&other, &changed).unwrap_err();
        assert_eq!(error.kind, LabErrorKind::LabFile, "{at}: {error}");
        assert_eq!(parts_of(&other), Vec::<PathBuf>::new(), "{at}");
    }
}

#[test]
fn another_lab_that_is_there_is_not_replaced() {
    let (_dir, [one, other]) = machines();
    let octets = exported(&one).octets;
    fake(&other);
    let root = place_of_trixie(&other).join("root");
    fs::write(root.join("own"), "mine").unwrap();
    let error = import_octets(&other, &octets).unwrap_err().to_string();
    assert!(error.contains("another trixie is in ") && error.contains("offhook lab clean trixie"), "{error}");
    assert_eq!(fs::read_to_string(root.join("own")).unwrap(), "mine");
}

/// A lab file of these entries after its contents: a name, and octets or a link's target.
fn made(contents: &str, entries: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(XzEncoder::new(Vec::new(), 0));
    let header = |kind: EntryType, size: usize| {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(size as u64);
        header
    };
    let mut head = header(EntryType::Regular, contents.len());
    builder.append_data(&mut head, CONTENTS, contents.as_bytes()).unwrap();
    for (name, target, octets) in entries {
        let mut header = header(if target.is_some() { EntryType::Symlink } else { EntryType::Regular }, octets.len());
        if let Some(target) = target {
            header.set_link_name(target).unwrap();
        }
        // As an evil one writes it: the library's own ways refuse such names.
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, *octets).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// Contents that this machine would take, of a kernel of that many octets and entries.
fn contents(machine: &Machine, size: u64, entries: u64) -> String {
    let shelf = Shelf::of(machine).unwrap();
    let place = shelf.kernel_place.strip_prefix(shelf.root()).unwrap().display().to_string();
    let kernel = Packed {
        part: KERNEL.to_owned(),
        place,
        sha256: String::new(),
        manifest_sha256: String::new(),
        found: false,
        entries,
        size,
    };
    serde_json::to_string(&Contents { format: FORMAT, offhook: "0".to_owned(), parts: vec![kernel] }).unwrap()
}

#[test]
fn foreign_files_are_told_from_damaged_ones() {
    let (_dir, [one, _]) = machines();
    let why = |octets: &[u8]| import_octets(&one, octets).unwrap_err().to_string();
    assert!(why(b"PK\x03\x04 a zip archive, say, of some length").contains("it is no lab file"));
    let mut other = XzEncoder::new(Vec::new(), 0);
    other.write_all(&[b'x'; 2000]).unwrap();
    assert!(why(&other.finish().unwrap()).contains("it is damaged: "));
    let mut other = Builder::new(XzEncoder::new(Vec::new(), 0));
    let mut readme = Header::new_gnu();
    readme.set_size(0);
    other.append_data(&mut readme, "readme", io::empty()).unwrap();
    assert!(why(&other.into_inner().unwrap().finish().unwrap()).contains("offhook-lab.json does not come first"));
    let (good, place) = (contents(&one, 3, 1), Shelf::of(&one).unwrap().kernel_place);
    let key = place.file_name().unwrap().to_str().unwrap().to_owned();
    let cases = [
        (good.replace("\"format\":1", "\"format\":2"), "its format is 2, and this version of offhook reads 1"),
        (
            good.replace(&key, "000000000000"),
            "it was made by offhook 0 for kernel/000000000000, and this one looks for",
        ),
        (good.replace("\"kernel\"", "\"initrd\""), "it has a part \"initrd\", which no lab has"),
        (good.replace("\"size\":3", "\"size\":99999999999"), "it is larger than a lab can be"),
        ("{}".to_owned(), "cannot be read: missing field `format`"),
    ];
    for (contents, told) in cases {
        let why = why(&made(&contents, &[]));
        assert!(why.contains(told) && why.contains("Nothing of it was imported."), "{why}");
    }
}

#[test]
fn no_hostile_file_reaches_what_lies_beside() {
    let (dir, [one, _]) = machines();
    let outside = dir.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("canary"), "canary").unwrap();
    let place = Shelf::of(&one).unwrap().kernel_place;
    let place = place.strip_prefix(machine_root(&one)).unwrap().display().to_string();
    let inside = |name: &str| format!("{place}/{name}");
    let way = outside.display().to_string();
    /// A file of an archive: its name, where it leads if it is a link, what is in it.
    type Entry<'a> = (String, Option<&'a str>, &'a [u8]);
    let cases: Vec<(Vec<Entry<'_>>, &str)> = vec![
        (vec![("../../../outside/x".to_owned(), None, b"x")], "leads out of it"),
        (vec![(format!("{way}/x"), None, b"x")], "leads out of it"),
        (vec![(inside("../../../../../outside/x"), None, b"x")], "leads out of it"),
        (vec![("elsewhere/x".to_owned(), None, b"x")], "belongs to no part"),
        (vec![(inside("way"), Some(&way), b""), (inside("way/x"), None, b"x")], "leads out of the directory"),
        (vec![(inside("way"), Some("../../../../../outside"), b""), (inside("way/x"), None, b"x")], "leads out"),
        (vec![(inside("linux"), None, b"xxxx")], "more octets than it says"),
        (
            vec![
                (inside("linux"), None, b"x"),
                (inside("a"), None, b"x"),
                (inside("b"), None, b""),
                (inside("c"), None, b""),
            ],
            "more files than it says",
        ),
        (vec![(inside("linux"), None, b"x"), (inside("linux"), None, b"y")], "file exists"),
        (vec![(inside("linux"), None, b"elf")], "the manifest of kernel is not what it says"),
    ];
    for (entries, told) in cases {
        let entries: Vec<(&str, Option<&str>, &[u8])> =
            entries.iter().map(|(name, target, octets)| (name.as_str(), *target, *octets)).collect();
        let error = import_octets(&one, &made(&contents(&one, 3, 2), &entries)).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
        assert_eq!(parts_of(&one), Vec::<PathBuf>::new(), "{told}");
        let beside: Vec<_> = fs::read_dir(&outside).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(beside, ["canary"], "{told}");
    }
}

fn machine_root(machine: &Machine) -> PathBuf {
    machine.cache_dir().unwrap()
}
