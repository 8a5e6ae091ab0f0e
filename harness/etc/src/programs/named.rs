//! Which programs a server's files name.
//!
//! In goes a [`Tree`], or a script; out come paths. What serves ports is named in inittab, in units and in upstart's jobs;
//! what callers get in login.config; what mgetty and pppd start besides in mgetty.config and in options.

use std::collections::BTreeSet;

use crate::read::options::{self, Opt};
use crate::read::{inittab_units, login_config, mgetty_config};
use crate::served;
use crate::source::{Source, Tree};
use crate::{Content, RawFile};

/// What mgetty starts where login.config has no line for a name.
const LOGIN: &str = "/bin/login";
/// Options of pppd whose value is a command line.
const COMMANDS: [&str; 8] =
    ["connect", "disconnect", "init", "welcome", "pty", "ip-up-script", "ip-down-script", "ip-pre-up-script"];
/// More than any server names.
const MOST: usize = 1000;
/// Where no programs are, but devices, and what a running system writes.
const ELSEWHERE: [&str; 8] = ["/dev/", "/proc/", "/sys/", "/run/", "/tmp/", "/etc/", "/var/log/", "/var/run/"];

/// What files name.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Programs: a path, or a name that is looked for where init does.
    pub(super) programs: BTreeSet<String>,
    /// Words behind `plugin`.
    pub(super) plugins: BTreeSet<String>,
}

/// All that the files of a tree name.
pub(super) fn by_files(tree: &Tree) -> Named {
    let mut named = Named::default();
    let init = inittab_units::read(tree);
    for entry in &init.entries {
        named.programs.extend(entry.runs.words.first().cloned());
        named.options_of(&entry.runs.words, &entry.place.file);
    }
    // With those that serve no port that is known, which init starts all the same.
    named.programs.extend(served::entries(&tree.etc).0.iter().filter_map(|entry| entry.words().into_iter().next()));
    if let Some(source) = tree.mgetty("login.config") {
        for line in login_config::read(&source).lines {
            named.programs.extend(line.words.first().filter(|word| word.contains('/')).cloned());
            named.options_of(&line.words, source.path);
        }
    }
    if !init.entries.is_empty() {
        named.programs.insert(LOGIN.to_owned());
    }
    if let Some(source) = tree.mgetty("mgetty.config") {
        named.programs.extend(mgetty_config::programs(&source));
    }
    let is_options = |file: &&RawFile| {
        let name = file.path.strip_prefix("/etc/ppp/");
        name.is_some_and(|name| !name.ends_with("-secrets")) && file.mode & 0o111 == 0
    };
    for file in tree.etc.files.iter().filter(is_options) {
        let Content::File(octets) = &file.content else { continue };
        let source = Source { path: &file.path, octets, mode: file.mode, uid: file.uid };
        named.options(&options::read(&source, false).0);
    }
    named.programs.retain(|name| is_name(name));
    named.programs = named.programs.into_iter().take(MOST).collect();
    named.plugins = named.plugins.into_iter().take(MOST).collect();
    named
}

impl Named {
    /// The options of a command line that starts pppd.
    fn options_of(&mut self, words: &[String], file: &str) {
        if words.first().is_some_and(|word| word.rsplit('/').next() == Some("pppd")) {
            let place = |word: &String| (word.clone(), crate::source::Place::file(file));
            self.options(&options::parsed(&words.iter().skip(1).map(place).collect::<Vec<_>>(), true).0);
        }
    }

    fn options(&mut self, options: &[Opt]) {
        for option in options {
            let Some(value) = option.parameter.as_deref() else { continue };
            if option.name == "plugin" {
                self.plugins.insert(value.to_owned());
            } else if let Some(program) = started_by(option) {
                self.programs.insert(program);
            }
        }
    }
}

/// The program that an option of pppd has started, if it is named with its whole path.
pub fn started_by(option: &Opt) -> Option<String> {
    let value = option.parameter.as_deref().filter(|_| COMMANDS.contains(&option.name.as_str()))?;
    // A shell takes it apart; what is quoted, or the shell's own, is not looked for.
    let word = value.split_whitespace().find(|word| *word != "exec")?;
    (word.starts_with('/') && is_name(word)).then(|| word.to_owned())
}

/// Programs that a script mentions by whole paths; none of what is no script.
pub fn mentioned(script: &RawFile) -> Vec<String> {
    let Content::File(octets) = &script.content else { return Vec::new() };
    if !octets.starts_with(b"#!") {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(octets);
    let lines = text.lines().enumerate().filter(|(number, line)| *number == 0 || !line.trim_start().starts_with('#'));
    let words = lines.flat_map(|(_, line)| line.split(|one: char| !is_of_path(one)));
    let programs = words.filter(|word| word.starts_with('/') && is_name(word));
    programs.filter(|word| !ELSEWHERE.iter().any(|place| word.starts_with(place))).map(str::to_owned).collect()
}

fn is_of_path(one: char) -> bool {
    one.is_ascii_alphanumeric() || "/._+-".contains(one)
}

/// Whether a word can be a program's name: nothing that a shell would replace, and no words of many kilobytes.
fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 1000
        && !word.ends_with('/')
        && word.chars().all(|one| is_of_path(one) || one == '@')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tree;

    #[test]
    fn programs_are_named_in_every_file_that_starts_some() {
        let tree = tree(&[
            ("inittab", "id:2:initdefault:\nS0:2:respawn:/usr/local/sbin/mgetty ttyS0\nx:2:respawn:/opt/daemon -f\n"),
            ("mgetty/login.config", "/AutoPPP/ - - /usr/sbin/pppd plugin a.so connect /opt/dial\nx* - - /opt/menu\n"),
            ("mgetty/mgetty.config", "cnd-program /opt/who -v\n"),
            ("ppp/options", "auth\nplugin /opt/b.so\ndisconnect 'exec /opt/bye now'\nwelcome \"echo $HOME/x\"\n"),
        ]);
        let named = by_files(&tree);
        assert_eq!(
            named.programs.iter().map(String::as_str).collect::<Vec<_>>(),
            [
                "/bin/login",
                "/opt/bye",
                "/opt/daemon",
                "/opt/dial",
                "/opt/menu",
                "/opt/who",
                "/usr/local/sbin/mgetty",
                "/usr/sbin/pppd",
            ]
        );
        assert_eq!(named.plugins.iter().map(String::as_str).collect::<Vec<_>>(), ["/opt/b.so", "a.so"]);
    }

    #[test]
    fn a_script_mentions_programs_and_its_interpreter_and_not_what_it_says_of_them() {
        let text = "#!/usr/bin/perl -w\n# as /opt/old did\nlogger hi > /dev/null; exec /opt/bin/x \"$@\" && /usr/sbin/pppd file=/etc/ppp/x\n";
        let script = RawFile::text("ppp/ip-up", text);
        assert_eq!(mentioned(&script), ["/usr/bin/perl", "/opt/bin/x", "/usr/sbin/pppd"]);
        assert_eq!(mentioned(&RawFile::text("ppp/options", "connect /opt/x\n")), [""; 0]);
    }
}
