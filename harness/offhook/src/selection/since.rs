//! What has changed since a commit, as git tells: what differs between it and the files as they are now, and files that git
//! does not know yet.
//!
//! In: a reference, and scenario files with what each of them names. Out: the scenario files that are made of something that has
//! changed, their snapshots included; what they name outside any repository may have changed for all that is known. Nothing is written, and git is given a deadline.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use thiserror::Error;
use tokio::process::Command;
use tokio::time::timeout;

use crate::snapshots::file as snapshot;

/// How long git may take for one answer.
const DEADLINE: Duration = Duration::from_secs(60);

/// Why git does not tell.
#[derive(Debug, Error)]
pub enum SinceError {
    /// It is not there.
    #[error("cannot start git to ask what has changed ({0}); install git, or leave out the commit: --changed")]
    Start(io::Error),
    /// It waits for something.
    #[error("git {0} has not answered within {seconds} s", seconds = DEADLINE.as_secs())]
    Deadline(String),
    /// The files are in no repository.
    #[error("{} is in no git repository, so nothing is known of its changes: {said}", directory.display())]
    Repository {
        /// Where it was looked for.
        directory: PathBuf,
        /// What git said.
        said: String,
    },
    /// The repository has no such commit.
    #[error(
        "'{reference}' is no commit of the repository at {}; give a branch, a tag or a hash, and in CI fetch it first",
        repository.display()
    )]
    Reference {
        /// As it was given.
        reference: String,
        /// Where.
        repository: PathBuf,
    },
    /// Anything else.
    #[error("git {doing}: {said}")]
    Git {
        /// What was asked.
        doing: String,
        /// What git said.
        said: String,
    },
}

/// Which of these scenario files are made of something that has changed since the commit: themselves, or what they name.
///
/// # Errors
///
/// Git cannot be asked, or does not know.
pub fn changed_since(
    reference: &str,
    files: &BTreeMap<PathBuf, BTreeSet<PathBuf>>,
) -> Result<BTreeSet<PathBuf>, SinceError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(SinceError::Start)?;
    runtime.block_on(async {
        let mut git = Git { reference, repositories: BTreeMap::new(), changes: BTreeMap::new() };
        let mut found = BTreeSet::new();
        for (file, named) in files {
            let real_file = real(file);
            let snapshots = snapshot::directory(&real_file);
            let own = snapshot::stem(&real_file);
            let is_own = |changed: &Path| {
                changed == real_file
                    || (changed.parent() == Some(snapshots.as_path())
                        && changed.file_name().is_some_and(|name| name.as_bytes().starts_with(own.as_bytes())))
            };
            let mut is_changed = git.is_any(&real_file, is_own).await?;
            for path in named.iter().map(|path| real(path)) {
                // A tree has changed if anything in it has.
                is_changed = is_changed
                    || match git.is_any(&path, |changed| changed.starts_with(&path)).await {
                        Err(SinceError::Repository { .. }) => true,
                        answer => answer?,
                    };
            }
            if is_changed {
                found.insert(file.clone());
            }
        }
        Ok(found)
    })
}

/// What git has told.
struct Git<'a> {
    reference: &'a str,
    /// Of each directory, its repository.
    repositories: BTreeMap<PathBuf, PathBuf>,
    /// Of each repository, what has changed in it.
    changes: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Git<'_> {
    /// Whether anything that has changed in the repository of this path is wanted.
    async fn is_any(&mut self, path: &Path, is_wanted: impl Fn(&Path) -> bool) -> Result<bool, SinceError> {
        let directory = if path.is_dir() { path.to_owned() } else { parent(path) };
        let repository = match self.repositories.get(&directory) {
            Some(known) => known.clone(),
            None => repository(&directory).await?,
        };
        self.repositories.insert(directory, repository.clone());
        if !self.changes.contains_key(&repository) {
            self.changes.insert(repository.clone(), changed(&repository, self.reference).await?);
        }
        Ok(self.changes.get(&repository).into_iter().flatten().any(|changed| is_wanted(changed)))
    }
}

/// Where it really is; of what is not there, where it would be.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| parent(path).join(path.file_name().unwrap_or_default()))
}

/// The directory that a path is in.
fn parent(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    parent.canonicalize().unwrap_or_else(|_| parent.to_owned())
}

/// The top of the repository that a directory is in.
async fn repository(directory: &Path) -> Result<PathBuf, SinceError> {
    let output = git(directory, &["rev-parse", "--show-toplevel"]).await?;
    if !output.status.success() {
        return Err(SinceError::Repository { directory: directory.to_owned(), said: said(&output) });
    }
    let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    Ok(PathBuf::from(OsStr::from_bytes(line)))
}

/// What differs from the commit in a repository.
async fn changed(repository: &Path, reference: &str) -> Result<BTreeSet<PathBuf>, SinceError> {
    let commit = format!("{reference}^{{commit}}");
    let output = git(repository, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).await?;
    if !output.status.success() {
        return Err(SinceError::Reference { reference: reference.to_owned(), repository: repository.to_owned() });
    }
    let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    // A file that was renamed is gone from one place and new in another.
    let differs = ["diff", "--name-only", "-z", "--no-renames", "--no-relative", "--no-ext-diff", &commit, "--"];
    let unknown = ["ls-files", "-z", "--others", "--exclude-standard"];
    let mut paths = BTreeSet::new();
    for arguments in [&differs[..], &unknown[..]] {
        let output = git(repository, arguments).await?;
        if !output.status.success() {
            return Err(SinceError::Git { doing: arguments.join(" "), said: said(&output) });
        }
        let names = output.stdout.split(|octet| *octet == 0).filter(|name| !name.is_empty());
        paths.extend(names.map(|name| repository.join(OsStr::from_bytes(name))));
    }
    Ok(paths)
}

async fn git(directory: &Path, arguments: &[&str]) -> Result<Output, SinceError> {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(arguments.iter().map(OsString::from));
    // It only looks, and asks nobody.
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    command.stdin(Stdio::null()).kill_on_drop(true);
    match timeout(DEADLINE, command.output()).await {
        Ok(output) => output.map_err(SinceError::Start),
        Err(_) => Err(SinceError::Deadline(arguments.join(" "))),
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}
