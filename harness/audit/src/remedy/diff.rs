//! The difference between a server's files and the mended ones, as patch(1) takes it.
//!
//! In go both; out comes a unified diff with paths as `diff -r` has them, `a/etc/inittab` and `b/etc/inittab`. Passwords are
//! in it where lines of secrets files are: it is for the owner of the files. Modes and owners, which a diff cannot say, stand
//! before it as the commands that set them.

use std::fmt::Write as _;

use offhook_etc::{Content, Etc, RawFile};

/// The difference; empty if there is none.
pub fn diff(before: &Etc, after: &Etc) -> String {
    let mut commands = String::new();
    let mut patch = String::new();
    let mut paths: Vec<&str> = before.files.iter().chain(&after.files).map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let find = |etc: &'_ Etc| etc.files.iter().find(|file| file.path == path).cloned();
        let (old, new) = (find(before), find(after));
        if old == new {
            continue;
        }
        if let (Some(old), Some(new)) = (&old, &new) {
            if old.uid != new.uid {
                let _ = writeln!(commands, "# chown root {path}");
            }
            if old.mode != new.mode {
                let _ = writeln!(commands, "# chmod {:o} {path}", new.mode);
            }
        }
        let (old_text, new_text) = (text(old.as_ref()), text(new.as_ref()));
        if old_text == new_text {
            continue;
        }
        let name = |side: &str, file: Option<&RawFile>| match file {
            Some(_) => format!("{side}{path}"),
            None => "/dev/null".to_owned(),
        };
        let _ = writeln!(patch, "diff {} {}", name("a", old.as_ref()), name("b", new.as_ref()));
        let mut options = diffy::DiffOptions::new();
        options.set_original_filename(name("a", old.as_ref())).set_modified_filename(name("b", new.as_ref()));
        patch.push_str(&options.create_patch(&old_text, &new_text).to_string());
    }
    commands + &patch
}

fn text(file: Option<&RawFile>) -> String {
    match file.map(|file| &file.content) {
        Some(Content::File(octets)) => String::from_utf8_lossy(octets).into_owned(),
        Some(Content::Link(_)) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_changed_stand_there_with_what_is_around_and_modes_as_commands() {
        let before = Etc::of_texts(&[("inittab", "a\nb\nc\n"), ("ppp/options.x", "lock\n")], Vec::new());
        let mut after = Etc::of_texts(&[("inittab", "a\nB\nc\n"), ("ppp/options.y", "lock\n")], Vec::new());
        after.files[0].mode = 0o600;
        insta::assert_snapshot!(diff(&before, &after));
        assert_eq!(diff(&before, &before), "");
    }
}
