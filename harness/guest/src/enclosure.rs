//! On the host, where its kernel has no Landlock: a file system in which there is only what a guest's kernel may use.
//!
//! In goes a [`Confinement`]; afterwards this process has a root of its own (user_namespaces(7), mount_namespaces(7)) with the
//! same paths: what it may read read-only, what it may write as it is, and nothing else; and no network. It takes no
//! privilege: any user may do it, unless the machine's administrator forbids it. What Landlock holds besides, signals to
//! other processes of the same user, this does not.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{chdir, getegid, geteuid, pivot_root};
use offhook_base::guest::Confinement;
use rustix::fs::CWD;
use rustix::mount::{MoveMountFlags, OpenTreeFlags, move_mount, open_tree};

/// Where the root is put together; it covers whatever is there, for this process alone.
const BENCH: &str = "/tmp";

/// One thing that is there: its path, what leads to it, and whether it may be written.
struct Given {
    path: PathBuf,
    tree: OwnedFd,
    directory: bool,
    writable: bool,
}

/// Encloses this process, which must have one thread only. `also` may be read, and written if they are devices.
pub(super) fn enclose(confinement: &Confinement, also: &[&Path]) -> io::Result<()> {
    let (uid, gid, here) = (geteuid(), getegid(), std::env::current_dir()?);
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWIPC)?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"))?;
    fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"))?;
    // Nothing done here is seen outside.
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)?;
    let read = confinement.execute.iter().chain(&confinement.read).map(PathBuf::as_path).chain(also.iter().copied());
    let mut given = read.map(|path| taken(path, false)).collect::<io::Result<Vec<_>>>()?;
    for path in &confinement.write {
        given.push(taken(path, true)?);
    }
    // What lies in another after it: a part of it that may be written, though the whole may not.
    given.sort_by(|one, other| one.path.cmp(&other.path));
    mount(Some("tmpfs"), BENCH, Some("tmpfs"), MsFlags::empty(), Some("mode=755,size=1m"))?;
    given.iter().try_for_each(put)?;
    // A kernel finds by this where it is, to start itself once more with another layout of its memory, and where it
    // works. The whole of /proc would lead to all that the user's other processes have open.
    if let Some(kernel) = confinement.execute.last() {
        let process = Path::new(BENCH).join("proc/self");
        fs::create_dir_all(&process)?;
        symlink(kernel, process.join("exe"))?;
        symlink(&here, process.join("cwd"))?;
    }
    chdir(BENCH)?;
    // New root and old root on the same spot: the old one is on top afterwards and is let go (pivot_root(2)).
    pivot_root(".", ".")?;
    umount2(".", MntFlags::MNT_DETACH)?;
    // Where a guest's kernel works is always there.
    chdir(&here).or_else(|_| chdir("/"))?;
    Ok(read_only(Path::new("/"))?)
}

fn taken(path: &Path, writable: bool) -> io::Result<Given> {
    if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
        return Err(io::Error::other(format!("{} is no plain absolute path", path.display())));
    }
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    let tree = open_tree(CWD, path, flags)?;
    Ok(Given { path: path.to_owned(), tree, directory: path.is_dir(), writable })
}

fn put(given: &Given) -> io::Result<()> {
    let target = Path::new(BENCH).join(given.path.strip_prefix("/").unwrap_or(&given.path));
    let parent = if given.directory { Some(target.as_path()) } else { target.parent() };
    parent.map_or(Ok(()), fs::create_dir_all)?;
    if !given.directory && !target.exists() {
        File::create(&target)?;
    }
    move_mount(&given.tree, "", CWD, &target, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
    if !given.writable {
        read_only(&target)?;
    }
    Ok(())
}

/// Makes what is mounted there read-only. What else it forbids must stay forbidden (mount_namespaces(7)).
fn read_only(target: &Path) -> nix::Result<()> {
    let kept = [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ];
    let has = statvfs(target)?.flags();
    let kept = kept.into_iter().filter(|(flag, _)| has.contains(*flag)).map(|(_, flag)| flag);
    let flags = kept.fold(MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY, MsFlags::union);
    mount(None::<&str>, target, None::<&str>, flags, None::<&str>)
}
