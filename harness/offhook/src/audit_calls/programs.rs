//! With which programs calls are made: the server's own, or those of a stack and what the server's files name besides.
//!
//! In go the [`Tree`] and, if its own programs are wanted, the server's root directory; out comes a [`Choice`], and in a lab
//! with that stack what it has ([`InLab`]) and the files that go into the guest.

use std::path::{Path, PathBuf};

use offhook_audit::plan;
use offhook_etc::installed::{Carried, Installed, Presence};
use offhook_etc::programs::elf::{self, Binary, Needs};
use offhook_etc::programs::{self, find};
use offhook_etc::read::plugins::Plugin;
use offhook_etc::source::Tree;
use offhook_etc::{Content, Etc, RawFile};
use offhook_lab::ServerPrograms;
use offhook_report::text::printable;

/// What a guest cannot do without, whatever its server's files name.
const SHELL: &str = "/bin/sh";
/// Where loaders find libraries without being told (ld.so(8)), on Debian and elsewhere.
const LIBRARIES: [&str; 6] =
    ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib"];
/// By which a loader finds the others: of use with the machine's own libraries alone.
const CACHE: &str = "/etc/ld.so.cache";
/// Interpreters of interpreters, and loaders, that are looked at.
const DEEPEST: usize = 4;

/// With which programs calls are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The server's own, of that root directory.
    Own(PathBuf, ServerPrograms),
    /// A stack's; with the reason why not the server's own, where they were wanted.
    Stack(Option<String>),
}

impl Choice {
    /// The server's own programs in `root`, if they are wanted and a guest can run them.
    pub(super) fn of(tree: &Tree, root: Option<&Path>) -> Self {
        let Some(root) = root else { return Self::Stack(None) };
        let own = own(tree, root);
        own.map_or_else(|why| Self::Stack(Some(why)), |programs| Self::Own(root.to_owned(), programs))
    }

    /// What goes into a guest in place of the stack's.
    pub(super) fn own(&self) -> Option<&ServerPrograms> {
        match self {
            Self::Own(_, programs) => Some(programs),
            Self::Stack(_) => None,
        }
    }
}

/// The server's own programs; `Err`: why a guest cannot run them.
fn own(tree: &Tree, root: &Path) -> Result<ServerPrograms, String> {
    let named = tree.programs.as_ref().ok_or_else(|| "nobody looked for them".to_owned())?;
    let versions = named.versions().iter().map(Installed::to_string).collect();
    let programs = ServerPrograms::of(root, tree.owners_known && tree.modes_known, versions)?;
    for program in named.there().chain([SHELL]) {
        if tree.etc.file(program).is_some() {
            continue;
        }
        let place = find(root, program).map_err(|presence| match presence {
            Presence::Missing => format!("{program} does not exist"),
            Presence::Unusable(what) => format!("{} {what}", printable(program)),
            Presence::Unknown(why) => format!("{} cannot be looked at: {why}", printable(program)),
            Presence::There => format!("{} is gone", printable(program)),
        })?;
        if !programs.holds(&format!("/{}", place.display())) {
            // That it can be taken along is looked at where it is needed.
            continue;
        }
        let shown = printable(program);
        let octets = programs::octets(root, &place).map_err(|why| format!("you may not read {shown}: {why}"))?;
        let Needs::Binary(binary) = elf::needs(&octets) else { continue };
        if let Some(machine) = binary.foreign {
            return Err(format!("{shown} is for {machine}, and the lab is an x86-64 machine"));
        }
        // Others may be wherever the loader is told.
        let told = programs::file(root, CACHE).is_some();
        if let Some(missing) = missing(root, binary.loader, if told { Vec::new() } else { binary.libraries }) {
            return Err(format!("{shown} needs {}, which is not there", printable(&missing)));
        }
    }
    Ok(programs)
}

/// The first of those that is not where loaders look below that root directory.
fn missing(root: &Path, loader: Option<String>, libraries: Vec<String>) -> Option<String> {
    let has = |path: &str| programs::file(root, path).is_some();
    let library = |name: &String| LIBRARIES.iter().any(|directory| has(&format!("{directory}/{name}")));
    loader.filter(|loader| !has(loader)).or_else(|| libraries.into_iter().find(|name| !library(name)))
}

/// What a lab has.
pub(super) struct InLab<'a> {
    tree: &'a Tree,
    choice: &'a Choice,
    /// The stack: its name, and its root directory.
    stack: (&'a str, &'a Path),
}

impl<'a> InLab<'a> {
    pub(super) const fn new(tree: &'a Tree, choice: &'a Choice, stack: (&'a str, &'a Path)) -> Self {
        Self { tree, choice, stack }
    }

    /// What goes into a guest in place of the stack's.
    pub(super) fn own(&self) -> Option<&'a ServerPrograms> {
        self.choice.own()
    }

    /// Where most programs are: the server's root directory, or the stack's.
    fn base(&self) -> &Path {
        match self.choice {
            Choice::Own(root, _) => root,
            Choice::Stack(_) => self.stack.1,
        }
    }

    /// The server's files as a guest gets them, with the programs that it would lack.
    pub(super) fn etc(&self) -> Etc {
        let mut etc = self.tree.for_calls();
        let known = |path: &str| etc.files.iter().any(|file| file.path == path);
        let mut more: Vec<RawFile> = self.tree.carried.iter().flat_map(|carried| self.taken(carried)).collect();
        more.extend(self.cache());
        more.retain(|file| !known(&file.path));
        more.sort_by(|one, other| one.path.cmp(&other.path));
        more.dedup_by(|one, other| one.path == other.path);
        for file in &mut more {
            if !self.tree.owners_known {
                (file.uid, file.gid) = (0, 0);
            }
            if !self.tree.modes_known {
                file.mode = 0o755;
            }
        }
        etc.files.extend(more);
        etc.files.sort_by(|one, other| one.path.cmp(&other.path));
        etc
    }

    /// The files by which a program is where it is looked for.
    fn taken(&self, carried: &Carried) -> Vec<RawFile> {
        let at = |path: &str| RawFile { path: path.to_owned(), ..carried.file.clone() };
        match self.choice {
            Choice::Own(_, own) if own.holds(&carried.resolved) => Vec::new(),
            // By a link that the guest has, too, or by its own path.
            Choice::Own(..) => vec![at(&carried.resolved)],
            Choice::Stack(_) if self.is_there(&carried.file.path) => Vec::new(),
            Choice::Stack(_) => vec![at(&carried.file.path)],
        }
    }

    fn cache(&self) -> Option<RawFile> {
        let Choice::Own(root, _) = self.choice else { return None };
        let octets = programs::octets(root, &programs::file(root, CACHE)?).ok()?;
        let content = Content::File(octets);
        Some(RawFile { path: CACHE.to_owned(), mode: 0o644, uid: 0, gid: 0, content })
    }

    /// Whether a guest finds the program in the directories that it reads.
    fn is_there(&self, program: &str) -> bool {
        let Ok(place) = find(self.base(), program) else { return false };
        self.choice.own().is_none_or(|own| own.holds(&format!("/{}", place.display())))
    }

    fn carried(&self, program: &str) -> Option<&Carried> {
        self.tree.carried.iter().find(|carried| carried.file.path == program)
    }

    /// Why the program cannot be started; `depth` are the programs that want it.
    fn lacking(&self, program: &str, depth: usize) -> Option<String> {
        let shown = printable(program);
        let file = self.tree.etc.file(program);
        if file.is_none() && self.is_there(program) {
            return None;
        }
        let Some(file) = file.or_else(|| self.carried(program).map(|carried| &carried.file)) else {
            return Some(self.why_not_taken(program));
        };
        let Content::File(octets) = &file.content else { return None };
        match elf::needs(octets) {
            _ if depth >= DEEPEST => None,
            Needs::Unknown => None,
            Needs::Interpreter(words) => match words.iter().find(|word| self.lacking(word, depth + 1).is_some()) {
                Some(missing) => Some(format!("{shown} needs {}, which the lab does not have", printable(missing))),
                // What the server has and a script starts, the lab must have.
                None => {
                    let started =
                        programs::mentioned(file).into_iter().filter(|started| self.carried(started).is_some());
                    let why = started.filter_map(|started| self.lacking(&started, depth + 1)).next()?;
                    Some(format!("{shown} starts a program: {why}"))
                }
            },
            Needs::Binary(Binary { foreign: Some(machine), .. }) => {
                Some(format!("{shown} is for {machine}, and the lab is an x86-64 machine"))
            }
            Needs::Binary(Binary { loader, libraries, .. }) => {
                // What finds the machine's own libraries is there with them.
                let missing =
                    self.choice.own().is_none().then(|| missing(self.stack.1, loader, libraries)).flatten()?;
                Some(format!("{shown} needs {}, which the lab does not have", printable(&missing)))
            }
        }
    }

    fn why_not_taken(&self, program: &str) -> String {
        let shown = printable(program);
        match &self.tree.programs {
            None => {
                format!("the program {shown} is not among the files, and the stack {} does not have it", self.stack.0)
            }
            Some(programs) if programs.there().any(|name| name == program) => {
                format!("the program {shown} cannot be taken into the lab: it may not be read, or is too long")
            }
            Some(_) => format!("the program {shown} does not exist"),
        }
    }
}

impl plan::Lab for InLab<'_> {
    fn is_the_servers(&self) -> bool {
        self.choice.own().is_some()
    }

    fn lacks(&self, program: &str) -> Option<String> {
        self.lacking(program, 0)
    }

    fn lacks_plugin(&self, word: &str) -> Option<String> {
        let (base, shown) = (self.base(), printable(word));
        let versions: Vec<String> =
            if word.contains('/') { vec![String::new()] } else { programs::names(base, "/usr/lib/pppd") };
        let place = versions.iter().find_map(|version| programs::file(base, &Plugin::file_of(word, version)));
        let there =
            place.is_some_and(|place| self.choice.own().is_none_or(|own| own.holds(&format!("/{}", place.display()))));
        match self.choice {
            _ if there => None,
            Choice::Own(..) => {
                Some(format!("the plugin {shown} is not where programs are, and not taken into the lab"))
            }
            Choice::Stack(_) => Some(format!("the stack {} does not have the plugin {shown}", self.stack.0)),
        }
    }
}
