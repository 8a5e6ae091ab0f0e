//! Which scenario files a change touches.
//!
//! In: paths that changed, and the files with what each names. Out: the files whose scenarios are to run again, new ones among
//! them. Nothing here reads a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The scenario files that are known, each with the files and trees that it names.
pub(super) type Known = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// The known files that are touched.
pub(super) fn touched(known: &Known, changed: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    // A directory that comes or goes takes with it what is in it.
    let is_touched = |path: &Path| changed.iter().any(|change| change.starts_with(path) || path.starts_with(change));
    let files = known.iter().filter(|(file, named)| is_touched(file) || named.iter().any(|path| is_touched(path)));
    files.map(|(file, _)| file.clone()).collect()
}

/// The paths that may be scenario files nobody knows yet: in or below one of these directories, and not hidden.
pub(super) fn may_be_new<'a>(
    known: &'a Known,
    changed: &'a BTreeSet<PathBuf>,
    directories: &'a [PathBuf],
) -> impl Iterator<Item = &'a PathBuf> {
    changed.iter().filter(move |path| {
        let below = directories.iter().find_map(|directory| path.strip_prefix(directory).ok());
        let hidden = |path: &Path| path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."));
        !known.contains_key(*path) && below.is_some_and(|path| !path.as_os_str().is_empty() && !hidden(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(paths: &[&str]) -> BTreeSet<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_change_touches_the_file_and_those_that_name_it_or_a_tree_around_it() {
        let known: Known = [
            ("s/a.kdl", paths(&["s/./base.kdl"])),
            ("s/b.kdl", paths(&["s/etc"])),
            ("s/c.kdl", paths(&[])),
            ("t/d.kdl", paths(&["t/../s/base.kdl"])),
        ]
        .map(|(file, named)| (file.into(), named))
        .into();
        let touched = |changed: &[&str]| touched(&known, &paths(changed));
        assert_eq!(touched(&["s/base.kdl"]), paths(&["s/a.kdl"]));
        assert_eq!(touched(&["t/../s/base.kdl"]), paths(&["t/d.kdl"]));
        assert_eq!(touched(&["s/etc/ppp/options", "s/c.kdl"]), paths(&["s/b.kdl", "s/c.kdl"]));
        assert_eq!(touched(&["s/etc2", "s/a.kdl~", "x"]), paths(&[]));
        assert_eq!(touched(&["t"]), paths(&["t/d.kdl"]));
    }

    #[test]
    fn only_what_is_not_hidden_below_a_given_directory_may_be_new() {
        let known: Known = [(PathBuf::from("s/a.kdl"), paths(&[]))].into();
        let changed = paths(&["s/a.kdl", "s/b.kdl", "s/.#b.kdl", "s/new/c.kdl", "t/d.kdl", "s"]);
        let given = ["s".into()];
        let new: Vec<_> = may_be_new(&known, &changed, &given).collect();
        assert_eq!(new, [Path::new("s/b.kdl"), Path::new("s/new/c.kdl")]);
    }
}
