//! Mistakes that administrators make: one is made in a line or a file that was right.

use offhook_clock::Random;

use super::pick;

/// Makes one mistake where it can be made; its words, or nothing if this server has no place for it.
pub(super) fn make(files: &mut Vec<(String, String)>, random: &mut Random) -> Option<&'static str> {
    let fault = pick(random, FAULTS.len());
    let (what, of, how) = FAULTS[fault];
    let candidates: Vec<usize> = (0..files.len()).filter(|index| files[*index].0.contains(of)).collect();
    let index = *candidates.get(pick(random, candidates.len()))?;
    let before = files[index].1.clone();
    match how {
        Fault::File(change) => files[index].1 = change(&before),
        Fault::Line(change) => {
            let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
            let at = pick(random, lines.len());
            let line = lines.get_mut(at)?;
            *line = change(line);
            files[index].1 = lines.iter().map(|line| format!("{line}\n")).collect();
        }
        Fault::Gone => drop(files.remove(index)),
    }
    let changed = files.get(index).is_none_or(|file| file.1 != before);
    changed.then_some(what)
}

/// How a mistake changes a file.
#[derive(Clone, Copy)]
enum Fault {
    /// The whole text.
    File(fn(&str) -> String),
    /// One of its lines.
    Line(fn(&str) -> String),
    /// The file is not there.
    Gone,
}

/// Mistakes: in words, in files whose path contains this, and how.
const FAULTS: &[(&str, &str, Fault)] = &[
    ("an option is misspelled", "ppp/options", Fault::Line(|line| line.replacen('o', "oo", 1))),
    ("a value is missing", "ppp/options", Fault::Line(first_word)),
    (
        "a number has a unit",
        "ppp/options",
        Fault::Line(|line| if line.ends_with('0') { format!("{line}s") } else { line.to_owned() }),
    ),
    ("a number is octal", "ppp/options", Fault::Line(|line| line.replacen(" 3", " 08", 1))),
    ("two options stand on one line", "ppp/options", Fault::File(|text| text.replacen('\n', " ", 1))),
    ("a comment stands behind an option", "ppp/options", Fault::Line(|line| format!("{line} # as it was"))),
    ("a semicolon ends an option", "ppp/options", Fault::Line(|line| format!("{line};"))),
    ("noauth is left in the port's file", "ppp/options.tty", Fault::File(|text| format!("{text}noauth\n"))),
    ("the address is not one", "ppp/options.tty", Fault::Line(|line| line.replace("105", "305"))),
    ("the address columns are missing", "-secrets", Fault::Line(last_word_off)),
    ("a column is missing", "-secrets", Fault::Line(second_word_off)),
    ("two accounts are glued together", "-secrets", Fault::File(glued)),
    ("a quote is never closed", "-secrets", Fault::Line(|line| line.replacen(' ', " \"", 1))),
    ("a byte-order mark stands first", "-secrets", Fault::File(|text| format!("\u{feff}{text}"))),
    ("the lines end in CR LF", "-secrets", Fault::File(|text| text.replace('\n', "\r\n"))),
    ("a name is in other letters", "-secrets", Fault::Line(|line| line.replacen("alice", "Alice", 1))),
    ("the secrets are gone", "-secrets", Fault::Gone),
    ("the options are gone", "ppp/options.tty", Fault::Gone),
    ("the line for PPP stands below that for all", "login.config", Fault::File(reversed)),
    ("the utmp column is missing", "login.config", Fault::Line(|line| line.replacen(" a_ppp", "", 1))),
    ("detection is misspelled", "login.config", Fault::File(|text| text.replace("/AutoPPP/", "/AutoPPP"))),
    ("noauth stands on pppd's line", "login.config", Fault::File(|text| text.replace("pppd auth", "pppd noauth"))),
    ("a rule has a comment", "dialin.config", Fault::Line(|line| format!("{line} # friends"))),
    ("all is written All", "dialin.config", Fault::File(|text| text.replace("all", "All"))),
    ("a rule has a blank", "dialin.config", Fault::Line(|line| line.replacen('!', "! ", 1))),
    ("a byte-order mark stands first", "dialin.config", Fault::File(|text| format!("\u{feff}{text}"))),
    ("the speed is that of a modem", "inittab", Fault::File(|text| text.replace("57600", "33600"))),
    ("the action is once", "inittab", Fault::File(|text| text.replacen("respawn", "once", 1))),
    ("the lines end in CR LF", "inittab", Fault::File(|text| text.replace('\n', "\r\n"))),
    ("an id stands twice", "inittab", Fault::File(|text| text.replace("S1:", "S0:"))),
    ("the program is misspelled", "inittab", Fault::File(|text| text.replacen("mgetty", "mgety", 1))),
    (
        "a key is misspelled",
        "mgetty.config",
        Fault::Line(|line| line.replacen("rings", "ring", 1).replacen("speed", "sped", 1)),
    ),
    ("a key has a comment", "mgetty.config", Fault::Line(|line| format!("{line} # as it was"))),
    ("the unit is started once", "system/mgetty-", Fault::File(|text| text.replace("Restart=always\n", ""))),
    (
        "the unit has two commands",
        "system/mgetty-",
        Fault::File(|text| text.replacen("ExecStart=", "ExecStart=/bin/true\nExecStart=", 1)),
    ),
    ("the host has another name", "hostname", Fault::File(|_| "other\n".to_owned())),
    ("nobody is in hosts", "hosts", Fault::Gone),
];

fn first_word(line: &str) -> String {
    line.split(' ').next().unwrap_or_default().to_owned()
}

fn last_word_off(line: &str) -> String {
    line.rsplit_once(' ').map_or(line, |(rest, _)| rest).to_owned()
}

fn second_word_off(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    if words.len() > 2 {
        words.remove(1);
    }
    words.join(" ")
}

/// The first two accounts on one line.
fn glued(text: &str) -> String {
    match text.match_indices('\n').nth(1) {
        Some((at, _)) if at + 1 < text.len() => format!("{}{}", &text[..at], &text[at + 1..]),
        _ => text.to_owned(),
    }
}

fn reversed(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.reverse();
    lines.iter().map(|line| format!("{line}\n")).collect()
}
