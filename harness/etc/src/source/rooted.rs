//! A file of a server by its path there, found in a copy without leaving the copy.
//!
//! In: the copy's directory and what it stands for, `/` or `/etc`; a path of the server. Out: the file in the copy, with no
//! link and no `..` left in its path, or `None`: it is outside of what was copied. Links are followed as the server would,
//! an absolute one from its root. The copy is taken to stand still meanwhile.

use std::path::{Path, PathBuf};

/// Links that are followed for one path at most, as Linux does (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// The file for the server's absolute `path` in `copy`, which is its root directory, or (`root` false) its `/etc`.
pub(crate) fn rooted(copy: &Path, root: bool, path: &str) -> Option<PathBuf> {
    let mut rest: Vec<String> = components(path);
    // Where it stands on the server.
    let mut at: Vec<String> = Vec::new();
    let mut links = 0;
    while let Some(component) = rest.pop() {
        match component.as_str() {
            ".." => drop(at.pop()),
            _ => at.push(component),
        }
        let Some(place) = place(copy, root, &at) else {
            // Above /etc: what is there was not copied, but a path may come back.
            continue;
        };
        let Ok(target) = std::fs::read_link(&place) else { continue };
        links += 1;
        if links > MOST_LINKS {
            return None;
        }
        let target = target.to_str()?;
        if target.starts_with('/') {
            at.clear();
        } else {
            at.pop();
        }
        rest.extend(components(target));
    }
    place(copy, root, &at).filter(|_| !at.is_empty())
}

/// Names and `..`s, the last one first.
fn components(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).rev().map(str::to_owned).collect()
}

/// Where a path of the server without links is in the copy.
fn place(copy: &Path, root: bool, at: &[String]) -> Option<PathBuf> {
    let below = match at {
        all if root => all,
        [etc, below @ ..] if etc == "etc" && !below.is_empty() => below,
        _ => return None,
    };
    Some(below.iter().fold(copy.to_owned(), |place, name| place.join(name)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_leads_out_of_a_copy() {
        let scratch = tempfile::tempdir().unwrap();
        let copy = scratch.path().join("copy");
        fs::create_dir_all(copy.join("ppp")).unwrap();
        for (path, text) in [("copy/ppp/a", "inside"), ("copy/passwd", "inside"), ("outside", "the auditor's")] {
            fs::write(scratch.path().join(path), text).unwrap();
        }
        for (link, target) in [
            ("ppp/up", "../.."),
            ("ppp/far", "../../outside"),
            ("ppp/absolute", "/etc/passwd"),
            ("ppp/elsewhere", "/outside"),
            ("ppp/circle", "circle"),
            ("ppp/back", "../../etc/ppp/a"),
        ] {
            symlink(target, copy.join(link)).unwrap();
        }
        let found = |path: &str| rooted(&copy, false, path).map(|place| fs::read_to_string(place).unwrap_or_default());
        assert_eq!(found("/etc/ppp/a").as_deref(), Some("inside"));
        assert_eq!(found("/etc/ppp/absolute").as_deref(), Some("inside"));
        assert_eq!(found("/etc/ppp/back").as_deref(), Some("inside"));
        assert_eq!(found("/etc/../etc/ppp/../passwd").as_deref(), Some("inside"));
        for path in ["/etc/../outside", "/etc/ppp/../../outside", "/etc/ppp/up/outside", "/etc/ppp/far", "/outside"] {
            assert_eq!(found(path), None, "{path}");
        }
        assert_eq!((found("/etc/ppp/elsewhere"), found("/etc/ppp/circle"), found("/etc")), (None, None, None));
    }

    #[test]
    fn a_link_of_a_root_directory_is_the_servers_and_not_this_machines() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("root");
        fs::create_dir_all(root.join("etc/ppp")).unwrap();
        fs::create_dir_all(root.join("srv")).unwrap();
        fs::write(root.join("srv/options"), "inside").unwrap();
        symlink("/srv", root.join("etc/ppp/peers")).unwrap();
        let found = |path: &str| rooted(&root, true, path);
        assert_eq!(found("/etc/ppp/peers/options"), Some(root.join("srv/options")));
        assert_eq!(found("/../../../srv/options"), Some(root.join("srv/options")));
        assert_eq!(found("/etc/ppp/../../../../etc"), Some(root.join("etc")));
    }
}
