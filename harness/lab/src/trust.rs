//! Whose files are run: what lies in the cache becomes programs, so nobody but the user and root may have put it there.
//!
//! In: the cache directory, and what is known of a file in it. Out: nothing, or an error that says who could have, and the
//! command that mends it. It is as ssh(1) is with its files: owners are the user or root, and nobody else may write, neither
//! there nor in a directory above. Above, a sticky bit will do (`/tmp`): what is there can be replaced by its owner alone.
//!
//! A group that has the user's name and no other member is the user (useradd(8), USERGROUPS_ENAB); with it comes umask 002.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Group, Uid, User};

use super::error::{LabError, LabErrorKind, quoted};

/// The sticky bit of a directory.
const STICKY: u32 = 0o1000;

/// Who could have put something else into a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Its owner.
    Owner(u32),
    /// Its group.
    Group,
    /// Everybody.
    Everybody,
}

/// Looks at owners and modes.
#[derive(Debug)]
pub(super) struct Guard {
    /// The cache directory, for the errors.
    cache: PathBuf,
    /// Who runs offhook.
    user: u32,
    /// Who owns `/`: root, or in a namespace of users whoever root is there.
    root: u32,
    /// The group that is one user; asked only if it matters, as whoever knows may be far away.
    private_group: fn(u32) -> Option<u32>,
}

impl Guard {
    pub(super) fn new(cache: &Path, user: u32, private_group: fn(u32) -> Option<u32>) -> Self {
        let root = fs::symlink_metadata("/").map_or(0, |about| about.uid());
        Self { cache: cache.to_owned(), user, root, private_group }
    }

    /// The cache directory with those above it, and these in it.
    pub(super) fn cache(&self, inside: &[&str]) -> Result<(), LabError> {
        self.place(&self.cache)?;
        inside.iter().try_for_each(|name| self.place(&self.cache.join(name)))
    }

    /// Where a link leads is what counts, and so is who could turn it.
    fn place(&self, path: &Path) -> Result<(), LabError> {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        [path, &real].into_iter().try_for_each(|path| {
            self.above(path)?;
            self.tree(path, 0)
        })
    }

    fn above(&self, path: &Path) -> Result<(), LabError> {
        for above in path.ancestors().skip(1) {
            let Ok(about) = fs::symlink_metadata(above) else { continue };
            if about.is_dir() && about.mode() & STICKY != 0 && self.owner(about.uid()).is_none() {
                continue;
            }
            if let Some(fault) = self.fault(&about) {
                return Err(self.refused_above(above, fault, about.mode()));
            }
        }
        Ok(())
    }

    /// What is at a path in the cache and so many levels below it; what is not there is nobody's.
    pub(super) fn tree(&self, path: &Path, levels: usize) -> Result<(), LabError> {
        let Ok(about) = fs::symlink_metadata(path) else { return Ok(()) };
        self.entry(path, &about)?;
        if levels > 0 && about.is_dir() {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                self.tree(&entry.path(), levels - 1)?;
            }
        }
        Ok(())
    }

    /// Something in the cache.
    pub(super) fn entry(&self, path: &Path, about: &Metadata) -> Result<(), LabError> {
        match self.fault(about) {
            Some(fault) => Err(self.refused(path, fault, about.mode())),
            None => Ok(()),
        }
    }

    fn fault(&self, about: &Metadata) -> Option<Fault> {
        // A link has no mode of its own.
        let mode = if about.is_symlink() { 0 } else { about.mode() };
        self.owner(about.uid()).or_else(|| self.writer(about.gid(), mode))
    }

    fn owner(&self, owner: u32) -> Option<Fault> {
        (![self.user, self.root, 0].contains(&owner)).then_some(Fault::Owner(owner))
    }

    fn writer(&self, group: u32, mode: u32) -> Option<Fault> {
        match (mode & 0o002 != 0, mode & 0o020 != 0) {
            (true, _) => Some(Fault::Everybody),
            (false, true) if (self.private_group)(self.user) != Some(group) => Some(Fault::Group),
            (false, _) => None,
        }
    }
}

/// Errors.
impl Guard {
    fn refused(&self, path: &Path, fault: Fault, mode: u32) -> LabError {
        // What a link leads to is somewhere else.
        let place = quoted(if path.starts_with(&self.cache) { &self.cache } else { path });
        let help = match fault {
            Fault::Owner(_) => format!(
                "Use a cache of your own, OFFHOOK_CACHE=DIRECTORY; or, if what is there can be trusted, make it yours, as \
                 root: chown -hR {} {place}.",
                self.user
            ),
            Fault::Group | Fault::Everybody => format!(
                "Take that away: chmod -R go-w {place}. If somebody may have used it, remove what is there before: \
                 offhook lab clean."
            ),
        };
        LabError::new(LabErrorKind::Unsafe, self.message(path, fault, mode), help)
    }

    fn refused_above(&self, path: &Path, fault: Fault, mode: u32) -> LabError {
        let elsewhere = "put the cache somewhere else: OFFHOOK_CACHE=DIRECTORY.";
        let help = match fault {
            Fault::Owner(_) => format!("Run offhook as that user, or {elsewhere}"),
            Fault::Group | Fault::Everybody => format!("Take that away, chmod go-w {}, or {elsewhere}", quoted(path)),
        };
        LabError::new(LabErrorKind::Unsafe, self.message(path, fault, mode), help)
    }

    fn message(&self, path: &Path, fault: Fault, mode: u32) -> String {
        let what = match fault {
            Fault::Owner(owner) => format!("belongs to user {owner}"),
            Fault::Group => format!("is one that its group may write (mode {:04o})", mode & 0o7777),
            Fault::Everybody => format!("is one that everybody may write (mode {:04o})", mode & 0o7777),
        };
        format!(
            "Programs are run from the cache directory {}, so it and the directories above it must be yours or root's, and \
             nobody else may write there; {} {what}.",
            self.cache.display(),
            path.display()
        )
    }
}

/// The group of that user that nobody else is in, if the user has one.
pub(super) fn private_group(user: u32) -> Option<u32> {
    let user = User::from_uid(Uid::from_raw(user)).ok()??;
    let group = Group::from_gid(Gid::from_raw(user.gid.as_raw())).ok()??;
    let alone = group.name == user.name && group.mem.iter().all(|member| *member == user.name);
    alone.then_some(group.gid.as_raw())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    const USER: u32 = 1000;

    fn guard(cache: &Path) -> Guard {
        Guard { cache: cache.to_owned(), user: USER, root: 0, private_group: |_| Some(1000) }
    }

    #[test]
    fn the_user_and_root_may_own_what_is_run_and_nobody_else() {
        let guard = guard(Path::new("/c"));
        assert_eq!([USER, 0, 1001].map(|owner| guard.owner(owner)), [None, None, Some(Fault::Owner(1001))]);
        // In a namespace of users the owner of / is who can replace all below it.
        let inside = Guard { root: 65534, ..guard };
        assert_eq!([0, 65534, 1001].map(|owner| inside.owner(owner)), [None, None, Some(Fault::Owner(1001))]);
    }

    #[test]
    fn a_group_of_one_may_write_and_no_other() {
        let guard = guard(Path::new("/c"));
        assert_eq!(guard.writer(1000, 0o775), None);
        assert_eq!(guard.writer(100, 0o755), None);
        assert_eq!(guard.writer(100, 0o775), Some(Fault::Group));
        assert_eq!(guard.writer(1000, 0o777), Some(Fault::Everybody));
        assert_eq!(guard.writer(1000, 0o757), Some(Fault::Everybody));
    }

    /// A cache directory in directories that this user alone may write; who runs the tests is its owner.
    fn cache() -> (tempfile::TempDir, Guard, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let cache = dir.path().join("above/cache");
        fs::create_dir_all(cache.join("kernel/key")).unwrap();
        let user = fs::metadata(&cache).unwrap().uid();
        let guard = Guard { user, private_group: |_| None, ..guard(&cache) };
        (dir, guard, cache)
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_directory_above_that_others_may_write_needs_a_sticky_bit() {
        let (dir, guard, cache) = cache();
        let above = dir.path().join("above");
        assert_eq!(guard.cache(&["kernel", "stack"]), Ok(()));
        chmod(&above, 0o777);
        let error = guard.cache(&[]).unwrap_err();
        assert_eq!(error, guard.refused_above(&above, Fault::Everybody, 0o777));
        chmod(&above, 0o1777);
        assert_eq!(guard.cache(&[]), Ok(()));
        chmod(&above, 0o755);
        chmod(&cache, 0o1777);
        let error = guard.cache(&[]).unwrap_err();
        assert!(error.message().contains("everybody may write"), "a sticky bit keeps nobody from adding: {error}");
    }

    #[test]
    fn a_link_to_the_cache_is_followed_to_where_it_leads() {
        let (dir, _, cache) = cache();
        let link = dir.path().join("link");
        symlink(&cache, &link).unwrap();
        let user = fs::metadata(&cache).unwrap().uid();
        let guard = Guard { user, private_group: |_| None, ..guard(&link) };
        assert_eq!(guard.cache(&[]), Ok(()));
        chmod(&dir.path().join("above"), 0o775);
        assert!(guard.cache(&[]).unwrap_err().message().contains("above"));
        chmod(&dir.path().join("above"), 0o755);
        let elsewhere = dir.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        symlink(&elsewhere, cache.join("stack")).unwrap();
        assert_eq!(guard.cache(&["kernel", "stack"]), Ok(()));
        chmod(&elsewhere, 0o775);
        assert!(guard.cache(&["kernel", "stack"]).unwrap_err().message().contains("elsewhere"));
    }

    #[test]
    fn a_part_that_its_group_may_write_is_refused() {
        let (_dir, guard, cache) = cache();
        let part = cache.join("kernel/key");
        chmod(&part, 0o775);
        assert_eq!(guard.tree(&cache.join("kernel"), 0), Ok(()));
        let error = guard.tree(&cache.join("kernel"), 1).unwrap_err();
        assert_eq!(error, guard.refused(&part, Fault::Group, 0o775));
    }

    #[test]
    fn a_refusal_says_who_could_write_and_the_command_that_mends_it() {
        let guard = guard(Path::new("/srv/our cache"));
        let errors = [
            guard.refused(Path::new("/srv/our cache/stack"), Fault::Owner(1001), 0o40755),
            guard.refused(Path::new("/srv/our cache"), Fault::Group, 0o40775),
            guard.refused(Path::new("/srv/linked"), Fault::Everybody, 0o40777),
            guard.refused_above(Path::new("/home"), Fault::Owner(1001), 0o40755),
            guard.refused_above(Path::new("/srv"), Fault::Everybody, 0o40777),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n\n"));
        assert_eq!(guard.refused(Path::new("/c"), Fault::Group, 0).exit_code(), 3);
    }

    #[test]
    fn a_cache_that_is_not_there_yet_is_safe() {
        let (_dir, guard, cache) = cache();
        fs::remove_dir_all(&cache).unwrap();
        assert_eq!(guard.cache(&["kernel"]), Ok(()));
    }
}
