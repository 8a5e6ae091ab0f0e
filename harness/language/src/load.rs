//! Scenario files: paths of files and directories to texts and their scenarios.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::expand::Values;
use crate::fault;
use crate::read::{Reading, read_with};
use offhook_base::SourceFile;
use offhook_scenario::Scenario;
use offhook_schema::Errors;
use offhook_schema::file::{bad, text, unreadable};

/// What can be loaded.
const HELP: &str = "give a .kdl file or a directory";

/// What is in every directory of evidence.
const EVIDENCE: [&str; 2] = ["outcome.json", "scenario.kdl"];

/// Loads files, and directories with all `.kdl` files in and below them, each file once, sorted by name.
///
/// Hidden files and directories are left out, and so are those that hold the evidence of a run; links to directories are not
/// followed.
///
/// # Errors
///
/// Everything that is wrong with any of the files: missing, unreadable, no text, or what [`read`](crate::read()) finds.
pub fn load(paths: &[PathBuf]) -> Result<Vec<(SourceFile, Vec<Scenario>)>, Errors> {
    load_with(paths, &Values::new()).map(|loaded| loaded.files)
}

/// What was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Each file with its scenarios.
    pub files: Vec<(SourceFile, Vec<Scenario>)>,
    /// The names of the variables that any of the files has.
    pub variables: BTreeSet<String>,
    /// Of each file, the files that it includes, and the directories and files that it names.
    pub named: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

/// The same, with these values of variables, wherever a file has a variable of that name.
///
/// # Errors
///
/// As for [`load`].
pub fn load_with(paths: &[PathBuf], set: &Values) -> Result<Loaded, Errors> {
    let mut errors = Errors::default();
    let mut files = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(kind) if kind.is_dir() => {
                let before = files.len();
                let said = errors.files.len();
                find(path, &mut files, &mut errors);
                if files.len() == before && errors.files.len() == said {
                    let message = "this directory contains no scenario file";
                    errors.files.push(bad(path, fault::EMPTY_DIRECTORY, message, "scenario files end in .kdl"));
                }
            }
            Ok(_) => files.push(path.clone()),
            Err(error) => errors.files.push(unreadable(path, &error, HELP)),
        }
    }
    let mut seen = BTreeSet::new();
    let mut loaded = Loaded { files: Vec::new(), variables: BTreeSet::new(), named: BTreeMap::new() };
    for path in files {
        // The same file may have been named twice: by itself and by its directory.
        if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
            continue;
        }
        let result = text(&path, HELP).map_err(|problems| Errors { files: vec![problems] }).and_then(|text| {
            let source = SourceFile { path, text: text.into() };
            read_with(&source, set).map(|reading| (source, reading))
        });
        match result {
            Ok((source, Reading { scenarios, variables, named })) => {
                loaded.named.insert(source.path.clone(), named);
                loaded.files.push((source, scenarios));
                loaded.variables.extend(variables.into_keys());
            }
            Err(mut found) => errors.files.append(&mut found.files),
        }
    }
    if errors.files.is_empty() { Ok(loaded) } else { Err(errors) }
}

/// Adds the scenario files in and below `directory`.
fn find(directory: &Path, files: &mut Vec<PathBuf>, errors: &mut Errors) {
    let entries = fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            errors.files.push(unreadable(directory, &error, HELP));
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
            Ok(kind) if kind.is_dir() && is_evidence(&path) => {}
            Ok(kind) if kind.is_dir() => find(&path, files, errors),
            Ok(_) if path.extension().is_some_and(|extension| extension == "kdl") && !path.is_dir() => files.push(path),
            Ok(_) => {}
            Err(error) => errors.files.push(unreadable(&path, &error, HELP)),
        }
    }
}

/// Whether a directory holds what a run of a scenario left behind: its outcome, and the file that the scenario came from.
fn is_evidence(directory: &Path) -> bool {
    EVIDENCE.iter().all(|name| directory.join(name).is_file())
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
        fs::create_dir_all(home.join("out/x/trixie")).unwrap();
        for name in ["z.kdl", "a.kdl", "b/c/m.kdl", ".git/x.kdl", "notes.txt", "out/x/trixie/scenario.kdl"] {
            fs::write(home.join(name), GOOD).unwrap();
        }
        fs::write(home.join("out/x/trixie/outcome.json"), "{}").unwrap();
        std::os::unix::fs::symlink(home, home.join("b/loop")).unwrap();
        let loaded = load(&[home.to_owned(), home.join("a.kdl")]).unwrap();
        let names: Vec<_> = loaded.iter().map(|(file, _)| file.path.strip_prefix(home).unwrap().to_owned()).collect();
        assert_eq!(names, ["a.kdl", "b/c/m.kdl", "z.kdl"].map(PathBuf::from));
        assert_eq!(load(&[home.join("notes.txt")]).unwrap().len(), 1, "a file that is named is taken at its word");
        let evidence = home.join("out/x/trixie");
        assert_eq!(load(&[evidence]).unwrap().len(), 1, "so is a directory of evidence");
        let text = load(&[home.join("out")]).unwrap_err().to_string();
        assert!(text.contains("contains no scenario file"), "{text}");
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
            ["contains no scenario file", "line 1 is not UTF-8", "`scenery`", "1 MiB", "no such file", "in 5 files"]
        {
            assert!(text.contains(part), "{part} not in {text}");
        }
        assert!(load(&["/dev/zero".into()]).unwrap_err().to_string().contains("it is not a file"));
    }
}
