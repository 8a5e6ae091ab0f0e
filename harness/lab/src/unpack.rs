//! Debian packages and the kernel's source, unpacked as streams: `dpkg-deb --fsys-tarfile` gives a tar archive.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use liblzma::read::XzDecoder;
use liblzma::stream::MtStreamBuilder;
use tar::{Archive, Entry, EntryType};

use super::beneath::{Beneath, Kind};
use super::child::Children;
use super::error::LabError;
use super::progress::Task;
use offhook_base::guest::Special;

/// A directory that packages are unpacked into.
#[derive(Debug)]
pub(super) struct Target {
    root: Beneath,
    /// What the files cannot carry.
    pub(super) special: Vec<Special>,
    /// Octets in files.
    pub(super) size: u64,
}

impl Target {
    /// An empty root in which `/bin`, `/sbin`, `/lib` and `/lib64` are links into `/usr`.
    pub(super) fn merged(root: &Path) -> io::Result<Self> {
        for dir in MERGED {
            fs::create_dir_all(root.join("usr").join(dir))?;
            symlink(Path::new("usr").join(dir), root.join(dir))?;
        }
        Self::plain(root)
    }

    /// A root as it is.
    pub(super) fn plain(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: Beneath::open(root)?, special: Vec::new(), size: 0 })
    }

    /// Unpacks what `wanted` chooses of a package.
    pub(super) fn package(
        &mut self,
        children: &Children,
        deb: &Path,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(), LabError> {
        let name = deb.file_name().unwrap_or_default().to_string_lossy();
        let doing = format!("unpacking {name}");
        let mut command = Command::new("dpkg-deb");
        command.arg("--fsys-tarfile").arg(deb);
        children.pipe(&doing, &mut command, |stream| {
            self.archive(stream, &wanted).map_err(|error| LabError::io(&doing, self.root.path(), &error))
        })
    }

    /// Unpacks what `wanted` chooses of a tar archive.
    pub(super) fn archive(&mut self, archive: impl Read, wanted: &impl Fn(&str) -> bool) -> io::Result<()> {
        Archive::new(archive).entries()?.try_for_each(|entry| self.entry(entry?, wanted))
    }

    fn entry(&mut self, mut entry: Entry<'_, impl Read>, wanted: &impl Fn(&str) -> bool) -> io::Result<()> {
        let Some(path) = merged_path(&entry.path()?)? else { return Ok(()) };
        if !path.to_str().is_some_and(wanted) {
            return Ok(());
        }
        let mode = entry.header().mode()?;
        let kind = entry.header().entry_type();
        let given = match kind {
            EntryType::Directory => {
                // A link to a directory stays what it is, and so does what it leads to.
                match self.root.about(&path)? {
                    Some(Kind::Directory) => {}
                    Some(Kind::Link) if self.root.leads_to_directory(&path) => return Ok(()),
                    _ => self.root.make_directory(&path)?,
                }
                self.root.set_directory_mode(&path, 0o755)?;
                0o755
            }
            EntryType::Symlink => {
                let target = entry.link_name()?.ok_or(io::ErrorKind::InvalidData)?;
                // /usr/bin/x -> /bin/x, once merged, would point to itself
                if target.is_absolute()
                    && merged_path(target.strip_prefix("/").unwrap_or(&target))?.as_deref() == Some(path.as_path())
                {
                    return Ok(());
                }
                self.root.remove(&path)?;
                return self.root.symlink(&target, &path);
            }
            EntryType::Link => {
                let target = entry.link_name()?.ok_or(io::ErrorKind::InvalidData)?;
                let target = merged_path(&target)?.ok_or(io::ErrorKind::InvalidData)?;
                self.root.remove(&path)?;
                return self.root.hard_link(&target, &path);
            }
            EntryType::Regular => {
                // A later package's file replaces an earlier one's.
                self.root.remove(&path)?;
                let mut file = self.root.create(&path)?;
                self.size += io::copy(&mut entry, &mut file)?;
                let given = 0o644 | (mode & 0o111);
                file.set_permissions(fs::Permissions::from_mode(given))?;
                given
            }
            // devices are the guest kernel's affair
            _ => return Ok(()),
        };
        let (uid, gid) = (owner(entry.header().uid()?)?, owner(entry.header().gid()?)?);
        if (uid, gid, mode & 0o7777) != (0, 0, given) {
            self.special.push(Special { path: path.display().to_string(), uid, gid, mode: mode & 0o7777 });
        }
        Ok(())
    }
}

fn owner(id: u64) -> io::Result<u32> {
    u32::try_from(id).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Directories of the root that are links into `/usr`.
const MERGED: [&str; 4] = ["bin", "sbin", "lib", "lib64"];

/// A path of a package, relative and below `usr` where the merged root has it so; `None` is the root itself.
/// The directories that became links are `None` too.
fn merged_path(path: &Path) -> io::Result<Option<PathBuf>> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part),
            Component::CurDir => {}
            _ => return Err(io::Error::other(format!("{} leads out of the package", path.display()))),
        }
    }
    let merged = parts.first().is_some_and(|first| MERGED.iter().any(|dir| first == dir));
    if parts.is_empty() || (merged && parts.len() == 1) {
        return Ok(None);
    }
    let prefix = if merged { Path::new("usr") } else { Path::new("") };
    Ok(Some(prefix.join(parts.iter().collect::<PathBuf>())))
}

/// Unpacks what `wanted` chooses of the kernel's source, a `.tar.xz` within a package, without its first directory.
/// Both are read as they come; nothing is stored in between.
pub(super) fn kernel_source(
    children: &Children,
    deb: &Path,
    to: &Path,
    threads: usize,
    task: &Task,
    wanted: impl Fn(&str) -> bool,
) -> Result<(), LabError> {
    let doing = "unpacking the kernel's source";
    let mut command = Command::new("dpkg-deb");
    command.arg("--fsys-tarfile").arg(deb);
    children.pipe(doing, &mut command, |stream| {
        let mut archive = Archive::new(stream);
        let mut entries = archive.entries().map_err(|error| LabError::io(doing, to, &error))?;
        let tarball = entries.find(|entry| {
            entry
                .as_ref()
                .map_or(true, |entry| entry.path().is_ok_and(|path| path.to_string_lossy().ends_with(".tar.xz")))
        });
        let unpacked = match tarball {
            Some(Ok(tarball)) => source_tree(children, tarball, to, threads, task, &wanted),
            Some(Err(error)) => Err(error),
            None => Err(io::Error::other("the package holds no .tar.xz")),
        };
        children.check()?;
        unpacked.map_err(|error| LabError::io(doing, to, &error))
    })
}

fn source_tree(
    children: &Children,
    tarball: impl Read,
    to: &Path,
    threads: usize,
    task: &Task,
    wanted: &impl Fn(&str) -> bool,
) -> io::Result<()> {
    let mut builder = MtStreamBuilder::new();
    builder.threads(u32::try_from(threads).unwrap_or(1)).memlimit_threading(1 << 29).memlimit_stop(u64::MAX);
    let decoder = XzDecoder::new_stream(Counting { inner: tarball, count: 0, task }, builder.decoder()?);
    let mut archive = Archive::new(decoder);
    let mut target = Target::plain(to)?;
    for entry in archive.entries()? {
        let mut entry = entry?;
        if children.check().is_err() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let path: PathBuf = {
            let path = entry.path()?;
            if path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
                return Err(io::Error::other(format!("{} leads out of the archive", path.display())));
            }
            path.components().filter(|part| matches!(part, Component::Normal(_))).skip(1).collect()
        };
        let kind = entry.header().entry_type();
        if !matches!(kind, EntryType::Regular | EntryType::Symlink) || !path.to_str().is_some_and(wanted) {
            continue;
        }
        target.root.remove(&path)?;
        if kind == EntryType::Symlink {
            let to = entry.link_name()?.ok_or(io::ErrorKind::InvalidData)?;
            target.root.symlink(&to, &path)?;
            continue;
        }
        let mut file = target.root.create(&path)?;
        io::copy(&mut entry, &mut file)?;
        file.set_permissions(fs::Permissions::from_mode(entry.header().mode()? & 0o777))?;
        // make goes by it.
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(entry.header().mtime()?))?;
    }
    Ok(())
}

/// A reader that shows on a bar how much was read.
struct Counting<'a, R> {
    inner: R,
    count: u64,
    task: &'a Task,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count += n as u64;
        self.task.position(self.count);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use super::super::progress::Progress;
    use super::*;

    fn merged(path: &str) -> Option<PathBuf> {
        merged_path(Path::new(path)).unwrap()
    }

    #[test]
    fn paths_of_packages_that_are_not_merged_go_below_usr() {
        assert_eq!(merged("./bin/dash"), Some("usr/bin/dash".into()));
        assert_eq!(merged("./lib/x86_64-linux-gnu/libc.so.6"), Some("usr/lib/x86_64-linux-gnu/libc.so.6".into()));
        assert_eq!(merged("./usr/bin/env"), Some("usr/bin/env".into()));
        assert_eq!(merged("./etc/bin"), Some("etc/bin".into()));
        assert_eq!((merged("./"), merged("./lib64/")), (None, None));
        assert!(merged_path(Path::new("./etc/../../x")).is_err());
        assert!(merged_path(Path::new("/etc/passwd")).is_err());
    }

    enum EntryKind<'a> {
        Dir,
        File(&'a [u8]),
        Link(&'a str),
        Symlink(&'a str),
    }

    fn archive(below: &str, entries: &[(&str, u32, EntryKind<'_>)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, mode, kind) in entries {
            let path = &format!("{below}{path}");
            let mut header = tar::Header::new_gnu();
            header.set_mode(*mode);
            header.set_uid(0);
            header.set_size(0);
            header.set_gid(if *mode & 0o2000 == 0 { 0 } else { 30 });
            match kind {
                EntryKind::Dir => {
                    header.set_entry_type(EntryType::Directory);
                    builder.append_data(&mut header, path, io::empty()).unwrap();
                }
                EntryKind::File(data) => {
                    header.set_size(data.len() as u64);
                    builder.append_data(&mut header, path, *data).unwrap();
                }
                EntryKind::Link(to) => {
                    header.set_entry_type(EntryType::Link);
                    builder.append_link(&mut header, path, to).unwrap();
                }
                EntryKind::Symlink(to) => {
                    header.set_entry_type(EntryType::Symlink);
                    builder.append_link(&mut header, path, to).unwrap();
                }
            }
        }
        builder.into_inner().unwrap()
    }

    fn unpack(target: &mut Target, entries: &[(&str, u32, EntryKind<'_>)]) -> io::Result<()> {
        let data = archive("", entries);
        Archive::new(data.as_slice()).entries()?.try_for_each(|entry| target.entry(entry?, &|_| true))
    }

    #[test]
    fn files_are_readable_and_what_they_cannot_carry_is_listed() {
        let dir = tempfile::tempdir().unwrap();
        let mut target = Target::merged(dir.path()).unwrap();
        let entries = [
            ("usr/sbin/pppd", 0o4754, EntryKind::File(b"elf")),
            ("etc/ppp/peers", 0o2750, EntryKind::Dir),
            ("bin/dash", 0o755, EntryKind::File(b"elf")),
            ("bin/rdash", 0o755, EntryKind::Link("./bin/dash")),
            ("bin/sh", 0o777, EntryKind::Symlink("dash")),
        ];
        unpack(&mut target, &entries).unwrap();
        let mode = |path: &str| dir.path().join(path).metadata().unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode("usr/sbin/pppd"), mode("etc/ppp/peers"), mode("bin/sh")), (0o754, 0o755, 0o755));
        assert_eq!(fs::read(dir.path().join("usr/bin/rdash")).unwrap(), b"elf");
        let special: Vec<_> = target.special.iter().map(|s| (s.path.as_str(), s.uid, s.gid, s.mode)).collect();
        assert_eq!(special, [("usr/sbin/pppd", 0, 0, 0o4754), ("etc/ppp/peers", 0, 30, 0o2750)]);
        assert_eq!(target.size, 6);
    }

    #[test]
    fn a_link_that_would_point_to_itself_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let mut target = Target::merged(dir.path()).unwrap();
        let entries =
            [("bin/which", 0o755, EntryKind::File(b"x")), ("usr/bin/which", 0o777, EntryKind::Symlink("/bin/which"))];
        unpack(&mut target, &entries).unwrap();
        assert_eq!(fs::read(dir.path().join("usr/bin/which")).unwrap(), b"x");
    }

    #[test]
    fn nothing_is_written_through_a_link_that_leads_out() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut target = Target::merged(dir.path()).unwrap();
        let to = outside.path().to_str().unwrap();
        let entries = [("var/run", 0o777, EntryKind::Symlink(to)), ("var/run/file", 0o644, EntryKind::File(b"x"))];
        assert!(unpack(&mut target, &entries).is_err());
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }

    /// What a hostile archive does to a directory beside the one it is unpacked to.
    fn outside_after(unpacked: impl FnOnce(&Path)) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("canary"), "canary").unwrap();
        fs::set_permissions(&outside, fs::Permissions::from_mode(0o700)).unwrap();
        unpacked(&dir.path().join("root"));
        let mode = fs::metadata(&outside).unwrap().permissions().mode() & 0o777;
        let mut all = vec![format!("{mode:o}")];
        for entry in fs::read_dir(&outside).unwrap().flatten() {
            let links = std::os::unix::fs::MetadataExt::nlink(&entry.metadata().unwrap());
            all.push(format!("{} {links}", entry.file_name().display()));
        }
        all
    }

    #[test]
    fn no_hostile_archive_reaches_what_lies_beside() {
        use EntryKind::{Dir, File, Link, Symlink};
        let hostile: [&[(&str, u32, EntryKind<'_>)]; 5] = [
            // A link that was fine is replaced by one that is not.
            &[
                ("real/x", 0o644, File(b"x")),
                ("way", 0o777, Symlink("real")),
                ("way/y", 0o644, File(b"y")),
                ("way", 0o777, Symlink("../outside")),
                ("way/z", 0o644, File(b"z")),
            ],
            // Directories are made before anybody looks where they lie.
            &[("way", 0o777, Symlink("../outside")), ("way/deep/deeper/z", 0o644, File(b"z"))],
            // A mode is given through a link.
            &[("way", 0o777, Symlink("../outside")), ("way", 0o755, Dir)],
            // A hard link through a link.
            &[("way", 0o777, Symlink("../outside")), ("own", 0o644, Link("way/canary"))],
            // A file through a link to a file.
            &[("way", 0o777, Symlink("../outside/canary")), ("way", 0o644, File(b"z"))],
        ];
        for entries in hostile {
            // Whether it is refused or left out does not matter here.
            let package = |root: &Path| drop(unpack(&mut Target::merged(root).unwrap(), entries));
            assert_eq!(outside_after(package), ["700", "canary 1"]);
            let source = |root: &Path| {
                let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
                encoder.write_all(&archive("linux-6/", entries)).unwrap();
                let tarball = encoder.finish().unwrap();
                let task = Progress::Silent.task("kernel");
                let _ = source_tree(&Children::new(), tarball.as_slice(), root, 1, &task, &|_| true);
            };
            assert_eq!(outside_after(source), ["700", "canary 1"]);
        }
    }
}
