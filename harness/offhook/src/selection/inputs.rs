//! What scenarios of a file are made of, as a fingerprint: by it they are known to be the same as when they last ran.
//!
//! A file and what it names on this machine go in: included files, files of modem models, `/etc` trees. Paths and contents
//! make the fingerprint, times do not. What cannot be read is part of it as that.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use offhook_base::{hex, read_plain_file};
use sha2::{Digest, Sha256};

/// Octets of a file that are looked at; of more its length says enough.
const MOST: u64 = 64 << 20;

/// Files in and below the trees that are looked at.
const MOST_FILES: usize = 100_000;

/// The fingerprint, in hexadecimal.
pub fn fingerprint(file: &Path, named: &BTreeSet<PathBuf>) -> String {
    let mut hash = Sha256::new();
    let base = file.parent().unwrap_or(Path::new(""));
    for path in files(file, named) {
        // As it is reached from the file: the same tree in another place is the same.
        let shown = path.strip_prefix(base).unwrap_or(&path);
        let contents = match fs::symlink_metadata(&path) {
            Ok(kind) if kind.is_symlink() => {
                fs::read_link(&path).ok().map(|to| to.into_os_string().into_encoded_bytes())
            }
            _ => read_plain_file(&path, MOST).ok(),
        };
        hash.update([u8::from(contents.is_some())]);
        for part in [shown.as_os_str().as_encoded_bytes(), &contents.unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())
}

/// A file and all that it names, trees with all that is in and below them, in order. Links are not followed, except those
/// that are named.
pub fn files(file: &Path, named: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::from([file.to_owned()]);
    let mut waiting: Vec<PathBuf> = Vec::new();
    for path in named {
        if path.is_dir() {
            waiting.push(path.clone());
        } else {
            found.insert(path.clone());
        }
    }
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                _ if found.len() < MOST_FILES => {
                    found.insert(entry.path());
                }
                _ => return found,
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn contents_and_names_of_all_files_count_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let (file, tree) = (home.join("a.kdl"), home.join("etc"));
        fs::create_dir_all(tree.join("ppp")).unwrap();
        fs::write(&file, "one").unwrap();
        fs::write(tree.join("ppp/options"), "lock").unwrap();
        let named = BTreeSet::from([tree.clone(), home.join("missing.kdl")]);
        let first = fingerprint(&file, &named);
        fs::write(&file, "one").unwrap();
        assert_eq!(fingerprint(&file, &named), first, "written again");
        let mut seen = vec![first];
        let changes: [&dyn Fn(); 5] = [
            &|| fs::write(&file, "two").unwrap(),
            &|| fs::write(tree.join("ppp/options"), "nolock").unwrap(),
            &|| fs::rename(tree.join("ppp/options"), tree.join("ppp/options.ttyS0")).unwrap(),
            &|| fs::write(home.join("missing.kdl"), "").unwrap(),
            &|| std::os::unix::fs::symlink("options.ttyS0", tree.join("ppp/options")).unwrap(),
        ];
        for (number, change) in changes.iter().enumerate() {
            change();
            let now = fingerprint(&file, &named);
            assert!(!seen.contains(&now), "change {number}");
            seen.push(now);
        }
    }
}
