//! What a scenario file is made of beside itself: the files that it includes, the `/etc` trees, the files of modem models
//! and those of stacks that it names.
//!
//! Items that were read go in, and what knows where the file lies; paths come out. Whoever wants to know whether the scenarios
//! are still the same looks at these as well.

use std::collections::BTreeSet;
use std::path::PathBuf;

use offhook_schema::{Kind, Value};

use crate::kind::{DIRECTORY, FILE_HERE, MODEL};
use crate::model;
use crate::sources::Sources;
use crate::vocabulary::Item;

/// The files and directories, as they are reached from where the scenario file lies.
pub(crate) fn named(items: &[Item], sources: &Sources) -> BTreeSet<PathBuf> {
    let mut paths: BTreeSet<PathBuf> = sources.included().map(|file| file.path.clone()).collect();
    add(items, sources, &mut paths);
    paths
}

fn add(items: &[Item], sources: &Sources, paths: &mut BTreeSet<PathBuf>) {
    for item in items {
        let kinds = item.word.arguments.iter().map(|argument| argument.kind);
        let arguments = kinds.zip(&item.arguments).filter_map(|(kind, (value, _))| Some((kind, value.as_ref()?)));
        let properties =
            item.properties.iter().map(|(name, (value, _))| (item.word.property(name).map(|p| p.kind), value));
        let properties = properties.filter_map(|(kind, value)| Some((kind?, value)));
        for (kind, value) in arguments.chain(properties) {
            let Value::Text(text) = value else { continue };
            let is = |other: Kind| kind.name() == other.name();
            let is_path = is(DIRECTORY) || is(FILE_HERE) || is(MODEL) && model::is_file(text);
            if is_path {
                paths.insert(sources.directory(item.span).join(text));
            }
        }
        add(&item.items, sources, paths);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use crate::{Values, load_with};

    #[test]
    fn included_files_trees_and_models_are_named_as_they_are_reached() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        fs::create_dir_all(home.join("etc/ppp")).unwrap();
        fs::write(home.join("etc/inittab"), "S0:23:respawn:/sbin/mgetty ttyS0\n").unwrap();
        fs::write(home.join("base.kdl"), "").unwrap();
        fs::write(home.join("my.kdl"), "title \"x\"\n").unwrap();
        fs::write(home.join("pppd"), "").unwrap();
        let file = home.join("a.kdl");
        let text = r#"
            include "base.kdl"
            stack "mine" from="trixie" { replace "/usr/sbin/pppd" "./pppd"; }
            scenario "x" { server etc="etc"; call { expect-answer; }; }
            scenario "y" { server { port "ttyS0" { modem "./my.kdl"; }; }; call { expect-answer; }; }
            scenario "z" { server { port "ttyS0" { modem "usr-courier"; }; }; call { expect-answer; }; }
        "#;
        fs::write(&file, text).unwrap();
        let loaded = load_with(std::slice::from_ref(&file), &Values::new()).unwrap();
        let named: Vec<_> =
            loaded.named[&file].iter().map(|path| path.strip_prefix(home).unwrap().to_owned()).collect();
        assert_eq!(named, ["base.kdl", "etc", "my.kdl", "pppd"].map(std::path::PathBuf::from));
    }
}
