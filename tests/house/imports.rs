//! Which file of a crate refers to which, by its `use` declarations and paths.
//!
//! In: a directory with a crate's sources. Out: the modules of its files, and the references between them. A reference is to
//! the module that the path names, and to the one that a `pub use` there leads to. Test modules are left out. What a parent
//! and its child have to do with each other is their own affair, and so are methods: a file that only calls them names nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

/// A module that is a file, from the crate's root: `["exchange", "line"]`.
pub(super) type Module = Vec<String>;

/// The files of one crate, and the modules that each refers to.
pub(super) type References = BTreeMap<Module, BTreeSet<Module>>;

/// What one file says of others.
#[derive(Default)]
struct Said {
    /// Every path, from its first segment to its last.
    paths: Vec<Vec<String>>,
    /// Those of `pub use`, by the name that they have here.
    exported: Vec<(String, Vec<String>)>,
}

/// Reads a crate.
pub(super) fn references(sources: &Path) -> References {
    let mut said = BTreeMap::new();
    read(sources, &mut Vec::new(), &mut said);
    let files: BTreeSet<Module> = said.keys().cloned().collect();
    let mut exports = BTreeMap::new();
    for (module, file) in &said {
        for (name, path) in &file.exported {
            if let Some((from, _)) =
                resolve(module, path, &files).filter(|(from, rest)| from != module && !rest.is_empty())
            {
                exports.insert((module.clone(), name.clone()), (from, path.last().cloned().unwrap_or_default()));
            }
        }
    }
    let mut references = References::new();
    for (module, file) in &said {
        let mut found = BTreeSet::new();
        for path in &file.paths {
            let Some((mut target, rest)) = resolve(module, path, &files) else { continue };
            found.insert(target.clone());
            let mut name = rest.first().cloned();
            // A name may be passed on more than once; in a circle of `pub use` it would be for ever, but that does not compile.
            while let Some((next, own)) = name.and_then(|name| exports.get(&(target, name))).cloned() {
                found.insert(next.clone());
                (target, name) = (next, Some(own));
            }
        }
        found.retain(|other| !module.starts_with(other) && !other.starts_with(module));
        references.insert(module.clone(), found);
    }
    references
}

/// The module a path leads to, as far as modules are files, and the rest of it. `None`: another crate.
fn resolve(module: &Module, path: &[String], files: &BTreeSet<Module>) -> Option<(Module, Vec<String>)> {
    let mut rest = path.iter().map(String::as_str).peekable();
    let mut target = match *rest.peek()? {
        "crate" => {
            rest.next();
            Module::new()
        }
        "self" => {
            rest.next();
            module.clone()
        }
        "super" => module.clone(),
        child => {
            let mut child_module = module.clone();
            child_module.push(child.to_owned());
            if !files.contains(&child_module) {
                return None;
            }
            module.clone()
        }
    };
    while rest.next_if_eq(&"super").is_some() {
        target.pop();
    }
    while let Some(next) = rest.peek() {
        target.push((*next).to_owned());
        if !files.contains(&target) {
            target.pop();
            break;
        }
        rest.next();
    }
    Some((target, rest.map(str::to_owned).collect()))
}

fn read(directory: &Path, module: &mut Module, said: &mut BTreeMap<Module, Said>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            module.push(name);
            read(&path, module, said);
            module.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") && !name.ends_with("tests") {
            let file = syn::parse_file(&fs::read_to_string(&path).unwrap());
            let file = file.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut own = module.clone();
            if !["mod", "lib", "main"].contains(&name.as_str()) {
                own.push(name);
            }
            said.entry(own).or_default().visit_file(&file);
        }
    }
}

impl Said {
    /// The paths of a `use`, one for each name.
    fn tree(&mut self, tree: &syn::UseTree, before: &[String], exports: bool) {
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident), exports),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before, exports)),
            syn::UseTree::Glob(_) => self.paths.push(before.to_vec()),
            syn::UseTree::Name(name) => self.name(with(&name.ident), name.ident.to_string(), exports),
            syn::UseTree::Rename(name) => self.name(with(&name.ident), name.rename.to_string(), exports),
        }
    }

    fn name(&mut self, path: Vec<String>, here: String, exports: bool) {
        if exports {
            self.exported.push((here, path.clone()));
        }
        self.paths.push(path);
    }
}

impl<'a> Visit<'a> for Said {
    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        self.tree(&item.tree, &[], !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        // A module inside a file says `super` of the file, which only tests do here.
        if !item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.segments.len() > 1 {
            self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        // What a macro is given is no syntax yet; paths from the crate's own root are told by their first word.
        let text = call.tokens.to_string().replace(" :: ", "::");
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':') {
            if word.starts_with("crate::") || word.starts_with("super::") || word.starts_with("self::") {
                self.paths.push(word.split("::").map(str::to_owned).collect());
            }
        }
        visit::visit_macro(self, call);
    }
}
