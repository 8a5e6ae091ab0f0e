//! The files of a server as an audit reads them: text with places, owners and modes, and what may be shown of it.
//!
//! In goes an [`Etc`] (from [`crate::tree`]); out come [`Source`]s. Whatever is shown of a line goes
//! through [`Tree::excerpt`], which keeps passwords to itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use offhook_base::rooted::{Kind, Root};

use super::place::{Place, Source};
use super::rooted::rooted;
use crate::installed::{Carried, Programs};
use crate::read::{mgetty_config, options, secrets};
use crate::tree::{self, LONGEST, Unread, whole};
use crate::units::elsewhere;
use crate::{Content, Etc, RawFile, is_private};

/// The server's files and what is known of the machine.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Every file, in the order of paths.
    pub etc: Etc,
    /// What could not be read of what a dial-in server reads.
    pub unread: Vec<Unread>,
    /// What else of its `/etc` is not here: a program of the server that wants it does not find it in the lab.
    pub left_out: Vec<Unread>,
    /// The machine's name, from `/etc/hostname`.
    pub hostname: Option<String>,
    /// Whether owners mean anything: not if all files belong to one who is not root, as in a copy.
    pub owners_known: bool,
    /// Whether modes mean anything.
    pub modes_known: bool,
    /// Whether files outside `/etc` could have been read.
    pub whole: bool,
    /// What the machine has of the programs that the files name; `None`: nobody looked ([`programs::look`](crate::programs::look)).
    pub programs: Option<Programs>,
    /// Programs that a lab may lack.
    pub carried: Vec<Carried>,
}

impl Tree {
    /// Reads the `/etc` in `directory`; with `root`, that of the machine whose root it is, and files elsewhere that it names.
    ///
    /// # Errors
    ///
    /// If the directory itself cannot be read.
    pub fn read(directory: &Path, root: bool, ignore_modes: bool) -> std::io::Result<Self> {
        let etc_directory = if root {
            // Its /etc may be a link there, which is not one of this machine.
            rooted(directory, true, "/etc").unwrap_or_else(|| directory.join("etc"))
        } else {
            directory.to_owned()
        };
        let (etc, unread) = tree::read_whole(&etc_directory)?;
        let mut tree = Self::of(etc, ignore_modes);
        let taken = |unread: &Unread| unread.path.strip_prefix(&etc_directory).is_ok_and(tree::is_taken);
        (tree.unread, tree.left_out) = unread.into_iter().partition(taken);
        tree.whole = root;
        let copy = Root::open(directory)?;
        // A named file may name another, `file` does; more than a few is a circle.
        for _ in 0..4 {
            let known: BTreeSet<String> = tree.etc.files.iter().map(|file| file.path.clone()).collect();
            let wanted = tree.named().into_iter().filter(|path| !known.contains(path));
            let found: Vec<RawFile> = wanted
                .take(MOST_NAMED)
                .filter_map(|path| raw(&copy, rooted(directory, root, &path)?.strip_prefix(directory).ok()?, &path))
                .collect();
            if found.is_empty() {
                break;
            }
            tree.etc.files.extend(found);
            tree.etc.files.sort_by(|a, b| a.path.cmp(&b.path));
        }
        if root {
            tree.take_units(&copy, directory);
        }
        Ok(tree)
    }

    /// Takes the units of packages, and their drop-ins, that the enabled ones need.
    fn take_units(&mut self, copy: &Root, directory: &Path) {
        let mut paths = elsewhere::files(&self.etc);
        for drop_ins in elsewhere::drop_ins(&self.etc) {
            let Some(place) = rooted(directory, true, &drop_ins) else { continue };
            let Ok(below) = place.strip_prefix(directory) else { continue };
            // One that is not there has no names.
            let names = copy.names(below, MOST_NAMED).unwrap_or_default();
            let names = names.into_iter().filter_map(|name| name.into_string().ok());
            paths.extend(names.filter(|name| name.ends_with(".conf")).map(|name| format!("{drop_ins}/{name}")));
        }
        // /lib is a link to /usr/lib on most machines, and the same file would stand there twice.
        let mut known: BTreeSet<PathBuf> = BTreeSet::new();
        for path in paths {
            let Some(place) = rooted(directory, true, &path).filter(|place| known.insert(place.clone())) else {
                continue;
            };
            let Ok(below) = place.strip_prefix(directory) else { continue };
            self.etc.files.extend(raw(copy, below, &path));
        }
        self.etc.files.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// A tree that is in memory already.
    pub fn of(etc: Etc, ignore_modes: bool) -> Self {
        let owners_known = !ignore_modes && etc.files.iter().any(|file| file.uid == 0);
        let hostname = etc.text("/etc/hostname").and_then(|text| {
            let name = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
            name.map(str::to_owned)
        });
        Self {
            etc,
            unread: Vec::new(),
            left_out: Vec::new(),
            hostname,
            owners_known,
            modes_known: !ignore_modes,
            whole: false,
            programs: None,
            carried: Vec::new(),
        }
    }

    /// The file at that path, links followed.
    pub fn source<'a>(&'a self, path: &'a str) -> Option<Source<'a>> {
        let file = self.etc.file(path)?;
        match &file.content {
            Content::File(octets) => Some(Source { path, octets, mode: file.mode, uid: file.uid }),
            Content::Link(_) => None,
        }
    }

    /// Whether a file of the server at that path would be here if there were one: not outside of what was given, wherever its
    /// `..` lead.
    pub fn covers(&self, path: &str) -> bool {
        let mut at: Vec<&str> = Vec::new();
        for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if part == ".." {
                at.pop();
            } else {
                at.push(part);
            }
        }
        path.starts_with('/') && (self.whole || at.first() == Some(&"etc"))
    }

    /// Whether that file below `/etc` is there, or may be, and could not be read: nothing can be said of it.
    pub fn is_unread(&self, path: &str) -> bool {
        // Of a directory that could not be read nobody knows what is in it.
        let parents = Path::new(path).ancestors().filter(|parent| !parent.as_os_str().is_empty());
        let known = self.etc.file(&format!("/etc/{path}")).is_some();
        !known && parents.into_iter().any(|wanted| self.unread.iter().any(|unread| unread.path.ends_with(wanted)))
    }

    /// One of mgetty's files: today's directory first, then that of older systems.
    pub fn mgetty(&self, name: &str) -> Option<Source<'_>> {
        let file = |directory: &str| {
            let path = format!("{directory}/{name}");
            self.etc.file(&path)?;
            self.etc.files.iter().find(|file| file.path == path).map(|file| file.path.as_str())
        };
        self.source(file("/etc/mgetty").or_else(|| file("/etc/mgetty+sendfax"))?)
    }

    /// The files as calls need them: where owners and modes were lost, those that the files ought to have.
    pub fn for_calls(&self) -> Etc {
        let mut etc = self.etc.clone();
        let old = "/etc/mgetty+sendfax/";
        let new = etc.files.iter().any(|file| file.path.starts_with("/etc/mgetty/"));
        for file in &mut etc.files {
            // Where older systems have mgetty's files; the lab's mgetty is of today.
            if let Some(name) = file.path.strip_prefix(old).filter(|_| !new) {
                file.path = format!("/etc/mgetty/{name}");
            }
            if !self.owners_known {
                (file.uid, file.gid) = (0, 0);
            }
            if let (false, Content::File(octets)) = (self.modes_known, &file.content) {
                let program = file.mode & 0o111 != 0 || octets.starts_with(b"#!");
                file.mode = if is_private(&file.path) { 0o600 } else { 0o644 } | if program { 0o111 } else { 0 };
            }
        }
        etc
    }

    /// Absolute paths of files directly in a directory.
    pub fn in_directory<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = &'a RawFile> {
        self.etc
            .files
            .iter()
            .filter(move |file| file.path.rsplit_once('/').is_some_and(|(parent, _)| parent == directory))
    }

    /// Files that the configuration names: `@/...` in secrets, `file ...` in options.
    fn named(&self) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for file in &self.etc.files {
            let Content::File(octets) = &file.content else { continue };
            let is_secrets = file.path.ends_with("-secrets");
            if is_secrets {
                named.extend(secrets::read(octets).entries.iter().filter_map(|entry| entry.secret.file()));
            } else if file.path.ends_with("/mgetty.config") {
                let source = Source { path: &file.path, octets, mode: file.mode, uid: file.uid };
                named.extend(mgetty_config::programs(&source));
            } else if file.path.starts_with("/etc/ppp/") || file.path.ends_with("/login.config") {
                named.extend(options::named_files(octets));
            }
        }
        named
    }

    /// A line as it may be shown: passwords masked. `None` if there is no such line, or nothing of it may be shown.
    pub fn excerpt(&self, place: &Place) -> Option<String> {
        let source = self.source(&place.file)?;
        let line = place.line?;
        if place.file.ends_with("-secrets") || self.holds_secrets(&place.file) {
            return secrets::masked(source.octets, line);
        }
        // Anything else may hold secrets only in `password`, which options files know; shadow is never shown.
        if place.file.contains("shadow") || place.file.contains("gshadow") || !shown_at_all(&place.file) {
            return None;
        }
        let text = source.lines().into_iter().find(|(number, _)| *number == line)?.1;
        // Columns are parted by tabs or blanks, and read the same.
        let text = text.trim().replace('\t', " ");
        if options::hides(source.octets, line) {
            return None;
        }
        (!text.is_empty()).then_some(text)
    }
}

impl Tree {
    /// Whether an option names that file as one of secrets, which 2.5 lets it do.
    fn holds_secrets(&self, path: &str) -> bool {
        let names = |octets: &[u8]| {
            let all = crate::read::words::words(octets);
            let pair = |first: &str| matches!(first, "pap-secrets" | "chap-secrets");
            all.windows(2).any(|words| pair(&words[0].text) && words[1].text == path)
        };
        let mut readers = self
            .etc
            .files
            .iter()
            .filter(|file| file.path.starts_with("/etc/ppp/") || file.path.ends_with("/login.config"));
        readers.any(|file| matches!(&file.content, Content::File(octets) if names(octets)))
    }
}

/// Only configuration that an audit reads is ever quoted.
fn shown_at_all(file: &str) -> bool {
    ["/etc/inittab", "/etc/mgetty", "/etc/ppp/", "/etc/systemd/", "/etc/passwd", "/lib/systemd/", "/usr/lib/systemd/"]
        .iter()
        .any(|known| file.starts_with(known))
}

/// Files that are looked at because others name them, at once.
const MOST_NAMED: usize = 1000;

fn raw(copy: &Root, place: &Path, path: &str) -> Option<RawFile> {
    let about = copy.about(place).ok()?;
    if about.kind != Kind::File || about.length > LONGEST {
        return None;
    }
    let content = Content::File(whole(copy.file(place).ok()?).ok()?);
    Some(RawFile { path: path.to_owned(), mode: about.mode, uid: about.uid, gid: about.gid, content })
}

#[cfg(test)]
mod tests {
    use super::Tree;
    use crate::tree::Unread;
    use crate::{Etc, RawFile};

    #[test]
    fn what_is_outside_or_could_not_be_read_is_not_known() {
        let mut tree = Tree::of(Etc { files: vec![RawFile::text("ppp/options", "")] }, false);
        assert!(tree.covers("/etc/ppp/x") && tree.covers("/srv/../etc/x"));
        assert!(!tree.covers("/etc/../outside") && !tree.covers("/etc/ppp/../../x") && !tree.covers("x"));
        let unread = |path: &str| Unread { path: path.into(), why: "permission denied".to_owned() };
        tree.unread = vec![unread("/srv/copy/etc/mgetty/login.config"), unread("/srv/copy/etc/systemd")];
        assert!(tree.is_unread("mgetty/login.config") && tree.is_unread("systemd/system"));
        assert!(!tree.is_unread("mgetty/dialin.config") && !tree.is_unread("ppp/options"));
    }

    #[test]
    fn a_copy_without_modes_and_owners_is_called_with_those_it_ought_to_have() {
        let mut files =
            vec![RawFile::text("mgetty+sendfax/login.config", "x\n"), RawFile::text("ppp/ip-up", "#!/bin/sh\n")];
        (files[0].mode, files[1].mode) = (0o644, 0o777);
        files.iter_mut().for_each(|file| file.uid = 1000);
        let told = |tree: &Tree| {
            let of = tree.for_calls().files.into_iter();
            of.map(|file| (file.path, file.mode, file.uid)).collect::<Vec<_>>()
        };
        let tree = Tree::of(Etc { files }, true);
        let expected = [("/etc/mgetty/login.config".to_owned(), 0o600, 0), ("/etc/ppp/ip-up".to_owned(), 0o755, 0)];
        assert_eq!(told(&tree), expected);
        let kept = Tree { owners_known: true, modes_known: true, ..tree };
        assert_eq!(told(&kept)[1], ("/etc/ppp/ip-up".to_owned(), 0o777, 1000));
    }
}
