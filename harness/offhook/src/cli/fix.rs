//! The mended copy of `offhook audit --fix DIR`: its files below `DIR/etc`, and the difference in `DIR/changes.diff`.
//!
//! In go the directory, the server's files and what became of them; what is written is for its writer alone, for passwords
//! are in it. Nothing of the server itself is changed.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use offhook_audit::remedy::{Mending, diff};
use offhook_base::plain;
use offhook_etc::source::Tree;
use offhook_etc::{Content, RawFile};

/// The difference, in the directory.
const DIFFERENCE: &str = "changes.diff";

/// Whether a copy may be written there: nothing is written over.
pub(super) fn room(directory: &Path) -> Result<(), String> {
    let what = format!("--fix {}", directory.display());
    match fs::read_dir(directory) {
        Ok(mut files) => match files.next() {
            Some(_) => {
                Err(format!("{what}: the directory is not empty, and nothing is written over: name a new one\n"))
            }
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("{what}: {}\n", plain(&error))),
    }
}

/// Writes the mended files and the difference to the server's.
pub(super) fn write(directory: &Path, tree: &Tree, mending: &Mending) -> Result<(), String> {
    let failed = |path: &Path, error: &io::Error| format!("writing {}: {}", path.display(), plain(error));
    private(directory).map_err(|error| failed(directory, &error))?;
    for file in &mending.tree.etc.files {
        let path = directory.join(file.path.trim_start_matches('/'));
        put(&path, file).map_err(|error| failed(&path, &error))?;
    }
    let path = directory.join(DIFFERENCE);
    let text = diff(&tree.etc, &mending.tree.etc);
    create(&path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed(&path, &error))
}

/// What was written, in words.
pub(super) fn written(directory: &Path, tree: &Tree) -> String {
    let show = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let left_out = tree.left_out.len() + tree.unread.len();
    let left_out = match left_out {
        0 => String::new(),
        count => format!(" (without {count} of its files, which were not read)"),
    };
    format!(
        "mended copy: {}{left_out}\ndifference:  {}, for `patch -p2 -d /etc`; passwords are in both\n",
        show(&directory.join("etc")),
        show(&directory.join(DIFFERENCE)),
    )
}

fn private(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// A new file that only its writer may read.
fn create(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn put(path: &Path, file: &RawFile) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        private(parent)?;
    }
    match &file.content {
        Content::Link(target) => symlink(target, path),
        Content::File(octets) => {
            create(path)?.write_all(octets)?;
            fs::set_permissions(path, Permissions::from_mode(file.mode & 0o7777))?;
            // Only root can give files away; for others the copy has their owner.
            let _ = std::os::unix::fs::lchown(path, Some(file.uid), Some(file.gid));
            Ok(())
        }
    }
}
