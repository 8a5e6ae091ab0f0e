//! The files of a Debian package: a tar archive, unpacked.

use std::os::unix::fs::MetadataExt;
use std::{fs, io};

use tar::{Builder, EntryType, Header};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "archive",
    about: "a package's files, unpacked: nothing beside the directory is made, changed or linked to",
    run,
    corpus: || {
        vec![archive(&[("usr/sbin/x", None), ("etc/ppp/options", None), ("etc/link", Some("ppp/options"))]), {
            archive(&[("way", Some("../outside")), ("way/canary", None), ("way", None), ("real", Some("way/canary"))])
        }]
    },
    words: &[b"ustar\0", b"../outside", b"way/", b"./", b"0000644\0", b"0040755\0"],
    short: 600,
};

/// An archive of files, and of links where there is a target: every other one a hard link.
fn archive(entries: &[(&str, Option<&str>)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (index, (path, link)) in entries.iter().enumerate() {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(0);
        header.set_uid(0);
        header.set_gid(0);
        let appended = match link {
            Some(to) => {
                header.set_entry_type(if index % 2 == 0 { EntryType::Symlink } else { EntryType::Link });
                builder.append_link(&mut header, path, to)
            }
            None => {
                header.set_size(5);
                builder.append_data(&mut header, path, &b"hello"[..])
            }
        };
        appended.expect("an archive in memory");
    }
    builder.into_inner().expect("an archive in memory")
}

fn run(input: &[u8]) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let outside = directory.path().join("outside");
    let canary = outside.join("canary");
    let prepared = fs::create_dir(&outside).and_then(|()| fs::write(&canary, "canary"));
    prepared.expect("a directory in a temporary directory");
    let before = seen(directory.path(), &canary).expect("what was just made");
    let root = directory.path().join("root");
    // Whether it is refused does not matter.
    let _ = offhook_lab::fuzzing::unpack(input, &root);
    assert_eq!(seen(directory.path(), &canary).expect("the canary is gone"), before, "something lies outside");
}

/// All that is not below the root: names beside it and below, the canary's text, links and mode.
fn seen(directory: &std::path::Path, canary: &std::path::Path) -> io::Result<(usize, String, u64, u32, u32)> {
    let names = fs::read_dir(directory.join("outside"))?.count();
    let beside = fs::read_dir(directory)?.flatten().filter(|entry| entry.file_name() != "root").count();
    let about = fs::metadata(canary)?;
    let mode = fs::metadata(directory.join("outside"))?.mode();
    Ok((names + beside, fs::read_to_string(canary)?, about.nlink(), about.mode(), mode))
}
