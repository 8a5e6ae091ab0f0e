//! Scenario files: paths of files and directories to texts and their scenarios.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::problem::{Errors, Fault, FileProblems, Problem};
use super::{Scenario, Span, read};
use crate::run::SourceFile;

/// Larger than any scenario file, in octets.
const LARGEST: u64 = 1 << 20;

/// Loads files, and directories with all `.kdl` files in and below them, each file once, sorted by name.
///
/// Hidden files and directories are left out, and links to directories are not followed.
///
/// # Errors
///
/// Everything that is wrong with any of the files: missing, unreadable, no text, or what [`read()`] finds.
pub fn load(paths: &[PathBuf]) -> Result<Vec<(SourceFile, Vec<Scenario>)>, Errors> {
    let mut errors = Errors::default();
    let mut files = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(kind) if kind.is_dir() => {
                let before = files.len();
                let said = errors.files.len();
                find(path, &mut files, &mut errors);
                if files.len() == before && errors.files.len() == said {
                    let message = "there is no scenario in this directory";
                    errors.files.push(bad(path, Fault::EmptyDirectory, message, "scenario files end in .kdl"));
                }
            }
            Ok(_) => files.push(path.clone()),
            Err(error) => errors.files.push(unreadable(path, &error)),
        }
    }
    let mut seen = BTreeSet::new();
    let mut loaded = Vec::new();
    for path in files {
        // The same file may have been named twice: by itself and by its directory.
        if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            continue;
        }
        let result = text(&path).map_err(|problems| Errors { files: vec![problems] }).and_then(|text| {
            let source = SourceFile { path, text: text.into() };
            read(&source).map(|scenarios| (source, scenarios))
        });
        match result {
            Ok(file) => loaded.push(file),
            Err(mut found) => errors.files.append(&mut found.files),
        }
    }
    if errors.files.is_empty() { Ok(loaded) } else { Err(errors) }
}

fn bad(path: &Path, fault: Fault, message: impl Into<String>, help: &str) -> FileProblems {
    let problem = Problem::new(fault, message, Span::default(), "").help(help);
    FileProblems { path: path.to_owned(), text: None, problems: vec![problem] }
}

fn unreadable(path: &Path, error: &std::io::Error) -> FileProblems {
    use std::io::ErrorKind;
    let (message, help) = match error.kind() {
        ErrorKind::NotFound => ("there is no such file or directory".to_owned(), "name a .kdl file or a directory"),
        ErrorKind::PermissionDenied => ("you may not read it".to_owned(), "see its owner and mode: ls -l"),
        _ => (format!("it cannot be read: {error}"), "name a .kdl file or a directory"),
    };
    bad(path, Fault::File, message, help)
}

/// Adds the scenario files in and below `directory`.
fn find(directory: &Path, files: &mut Vec<PathBuf>, errors: &mut Errors) {
    let entries = fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            errors.files.push(unreadable(directory, &error));
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => find(&path, files, errors),
            Ok(_) if path.extension().is_some_and(|extension| extension == "kdl") && !path.is_dir() => files.push(path),
            Ok(_) => {}
            Err(error) => errors.files.push(unreadable(&path, &error)),
        }
    }
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String, FileProblems> {
    let read = || {
        // A pipe or a device would be waited for, perhaps for ever.
        if !fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let mut octets = Vec::new();
        fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut octets)?;
        Ok(Some(octets))
    };
    let octets = match read() {
        Ok(Some(octets)) => octets,
        Ok(None) => return Err(bad(path, Fault::File, "it is not a file", "name a .kdl file or a directory")),
        Err(error) => return Err(unreadable(path, &error)),
    };
    if octets.len() as u64 > LARGEST {
        return Err(bad(
            path,
            Fault::File,
            "it is larger than 1 MiB: nothing to read here",
            "name a .kdl file or a directory",
        ));
    }
    String::from_utf8(octets).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(good).filter(|octet| **octet == b'\n').count() + 1;
        bad(path, Fault::File, format!("line {line} is no UTF-8 text"), "scenario files are UTF-8")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const GOOD: &str = "scenario \"x\" { server { port \"ttyS0\"; }; call { expect-answer; }; }";

    #[test]
    fn directories_are_searched_in_order_and_files_taken_once() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        fs::create_dir_all(home.join("b/c")).unwrap();
        fs::create_dir(home.join(".git")).unwrap();
        for name in ["z.kdl", "a.kdl", "b/c/m.kdl", ".git/x.kdl", "notes.txt"] {
            fs::write(home.join(name), GOOD).unwrap();
        }
        std::os::unix::fs::symlink(home, home.join("b/loop")).unwrap();
        let loaded = load(&[home.to_owned(), home.join("a.kdl")]).unwrap();
        let names: Vec<_> = loaded.iter().map(|(file, _)| file.path.strip_prefix(home).unwrap().to_owned()).collect();
        assert_eq!(names, ["a.kdl", "b/c/m.kdl", "z.kdl"].map(PathBuf::from));
        assert_eq!(load(&[home.join("notes.txt")]).unwrap().len(), 1, "a file that is named is taken at its word");
    }

    #[test]
    fn errors_of_all_files_are_told_at_once() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        fs::create_dir(home.join("empty")).unwrap();
        fs::write(home.join("latin1.kdl"), b"scenario \"caf\xe9\"\n").unwrap();
        fs::write(home.join("wrong.kdl"), "scenery \"x\"\n").unwrap();
        fs::write(home.join("large.kdl"), " ".repeat(1 << 21)).unwrap();
        fs::write(home.join("good.kdl"), GOOD).unwrap();
        let paths =
            ["empty", "latin1.kdl", "wrong.kdl", "large.kdl", "missing.kdl", "good.kdl"].map(|name| home.join(name));
        let text = load(&paths).unwrap_err().to_string();
        for part in
            ["no scenario in this directory", "line 1 is no UTF-8", "`scenery`", "1 MiB", "no such file", "in 5 files"]
        {
            assert!(text.contains(part), "{part} not in {text}");
        }
        assert!(load(&["/dev/zero".into()]).unwrap_err().to_string().contains("it is not a file"));
    }
}
