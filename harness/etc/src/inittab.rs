//! inittab(5) of sysvinit: `id:runlevels:action:process`, read as init reads it (init.c, `read_inittab` and `spawn`, 3.06).
//!
//! In goes an [`Etc`]; out comes every line that is no comment, with its place, as what init takes of it ([`Line`]) or why
//! it refuses it ([`Refused`]). [`runlevel`] is the level the machine serves in. An [`Entry`] has the words to execute.

use std::fmt;

use super::restart::Restart;
use crate::Etc;
use crate::source::Place;

/// The file.
pub const INITTAB: &str = "/etc/inittab";
/// The runlevel that Debian starts.
const DEFAULT: char = '2';
/// The longest id, as long as utmp's.
const LONGEST_ID: usize = 4;
/// The longest field of runlevels.
const LONGEST_LEVELS: usize = 11;
/// The longest process; 3.14 takes more.
const LONGEST_PROCESS: usize = 127;
/// The longest action.
const LONGEST_ACTION: usize = 32;
/// What init reads at once: the rest of a longer line is the next line.
const LONGEST_LINE: usize = 255;
/// Words that init executes without a shell; more are left out.
const MOST_WORDS: usize = 14;
/// What makes init use a shell.
const SHELL: &str = "~`!$^&*()=|\\{}[];\"'<>?";

/// Something that init keeps running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id, unique among all.
    pub id: String,
    /// The command line.
    pub process: String,
    /// The id under which its process is entered in utmp, if it is.
    pub utmp: Option<String>,
    /// When it is started again.
    pub restart: Restart,
}

impl Entry {
    /// The words to execute: through a shell only if the command needs one.
    pub fn words(&self) -> Vec<String> {
        match self.restart {
            Restart::Inittab => words(&self.process),
            Restart::Unit(_) if self.process.contains(|one| SHELL.contains(one)) => shell(&self.process),
            Restart::Unit(_) => self.process.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

/// The words that init executes for a process. Without a shell a `#` ends them wherever it stands, and only blanks and
/// tabs part them.
pub fn words(process: &str) -> Vec<String> {
    let process = process.strip_prefix('+').unwrap_or(process);
    match process.strip_prefix('@') {
        None if process.contains(|one| SHELL.contains(one)) => shell(process),
        plain => {
            let (words, _) = plain.unwrap_or(process).split_once('#').unwrap_or((plain.unwrap_or(process), ""));
            let words = words.split([' ', '\t']).filter(|word| !word.is_empty());
            words.take(MOST_WORDS).map(str::to_owned).collect()
        }
    }
}

fn shell(process: &str) -> Vec<String> {
    vec!["/bin/sh".to_owned(), "-c".to_owned(), format!("exec {process}")]
}

/// What init does with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Keeps it running.
    Respawn,
    /// Keeps it running in the levels a, b and c, which only an administrator asks for.
    OnDemand,
    /// Names the runlevel to start in.
    InitDefault,
    /// Runs it once, at that time or for that reason.
    Once(&'static str),
    /// Does not run it.
    Off,
}

/// Every action, by its name; capitals do not matter.
const ACTIONS: &[(&str, Action)] = &[
    ("respawn", Action::Respawn),
    ("wait", Action::Once("wait")),
    ("once", Action::Once("once")),
    ("boot", Action::Once("boot")),
    ("bootwait", Action::Once("bootwait")),
    ("powerfail", Action::Once("powerfail")),
    ("powerfailnow", Action::Once("powerfailnow")),
    ("powerwait", Action::Once("powerwait")),
    ("powerokwait", Action::Once("powerokwait")),
    ("ctrlaltdel", Action::Once("ctrlaltdel")),
    ("off", Action::Off),
    ("ondemand", Action::OnDemand),
    ("initdefault", Action::InitDefault),
    ("sysinit", Action::Once("sysinit")),
    ("kbrequest", Action::Once("kbrequest")),
];

impl Action {
    /// Its name.
    pub fn name(self) -> &'static str {
        ACTIONS.iter().find(|(_, action)| *action == self).map_or("respawn", |(name, _)| name)
    }
}

/// A line that init takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Unique among all.
    pub id: String,
    /// The runlevels as written.
    pub levels: String,
    /// What is done.
    pub action: Action,
    /// The command line; may be empty.
    pub process: String,
}

impl Line {
    /// Whether it belongs to that runlevel: without a word about them to all from 0 to 9.
    pub fn is_in(&self, level: char) -> bool {
        if self.levels.is_empty() { level.is_ascii_digit() } else { self.levels.contains(level) }
    }
}

/// Why init refuses a line. Of several reasons it gives the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing before the first colon.
    NoId,
    /// No second field.
    NoLevels,
    /// No colon after the action.
    NoProcess,
    /// No third field, or an empty one.
    NoAction,
    /// More than four characters.
    LongId,
    /// More than eleven characters.
    LongLevels,
    /// More than 127 characters.
    LongProcess,
    /// More than 32 characters.
    LongAction,
    /// No action is called that.
    UnknownAction(String),
    /// An earlier line has this id; where.
    Twice(String, Place),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoId => f.write_str("missing id field"),
            Self::NoLevels => f.write_str("missing runlevel field"),
            Self::NoProcess => f.write_str("missing process field"),
            Self::NoAction => f.write_str("missing action field"),
            Self::LongId => write!(f, "id field too long (max {LONGEST_ID} characters)"),
            Self::LongLevels => write!(f, "rlevel field too long (max {LONGEST_LEVELS} characters)"),
            Self::LongProcess => write!(f, "process field too long (max {LONGEST_PROCESS} characters)"),
            Self::LongAction => f.write_str("action field too long"),
            Self::UnknownAction(action) => write!(f, "{action}: unknown action field"),
            Self::Twice(id, _) => write!(f, "duplicate ID field \"{id}\""),
        }
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it stands.
    pub place: Place,
    /// The whole line.
    pub text: String,
    /// What init makes of it.
    pub line: Result<Line, Refused>,
    /// No line end follows it: init from 3.14 on ignores it.
    pub unended: bool,
}

impl Found {
    /// What init says of it, if it refuses it.
    pub fn complaint(&self) -> Option<String> {
        let why = self.line.as_ref().err()?;
        Some(format!("{}[{}]: {why}", self.place.file, self.place.line.unwrap_or_default()))
    }
}

/// Every line: those of inittab, then the first of each `*.tab` in `/etc/inittab.d`.
pub fn read(etc: &Etc) -> Vec<Found> {
    let mut found = Vec::new();
    if let Some(text) = etc.text(INITTAB) {
        found.extend(lines(INITTAB, &text));
    }
    // init takes them as the directory has them, which nobody can tell here: in the order of their names.
    let more = etc.files.iter().map(|file| file.path.as_str());
    let tab = |path: &&str| {
        let name = path.strip_prefix("/etc/inittab.d/").filter(|name| !name.contains('/'));
        name.is_some_and(|name| name.len() > 4 && name.ends_with(".tab"))
    };
    for path in more.filter(tab) {
        found.extend(etc.text(path).and_then(|text| lines(path, &text).into_iter().next()));
    }
    let mut ids: Vec<(String, Place)> = Vec::new();
    for found in &mut found {
        let Ok(line) = &found.line else { continue };
        match ids.iter().find(|(id, _)| *id == line.id && id != "~~") {
            Some((id, first)) => found.line = Err(Refused::Twice(id.clone(), first.clone())),
            None => ids.push((line.id.clone(), found.place.clone())),
        }
    }
    found
}

/// The lines of a file that are neither comments nor empty.
fn lines(file: &str, text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for (number, whole) in (1..).zip(text.split_inclusive('\n')) {
        for piece in pieces(whole) {
            let unended = !whole.ends_with('\n');
            let piece = piece.trim_start_matches([' ', '\t']);
            if piece.starts_with(['#', '\n']) || piece.is_empty() {
                continue;
            }
            let text = piece.trim_end_matches('\n');
            found.push(Found { place: Place::line(file, number), text: text.to_owned(), line: line(text), unended });
        }
    }
    found
}

/// What init reads of a line at once.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while rest.len() > LONGEST_LINE {
        let end = (1..=LONGEST_LINE).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        let (piece, more) = rest.split_at(end);
        pieces.push(piece);
        rest = more;
    }
    pieces.push(rest);
    pieces
}

/// One line, by itself.
fn line(text: &str) -> Result<Line, Refused> {
    let mut fields = text.splitn(4, ':');
    let (id, levels, action, process) = (fields.next(), fields.next(), fields.next(), fields.next());
    let long = |field: Option<&str>, longest: usize| field.is_some_and(|field| field.len() > longest);
    // The last of these that holds is what init says.
    let reasons = [
        (long(action, LONGEST_ACTION), Refused::LongAction),
        (long(process, LONGEST_PROCESS), Refused::LongProcess),
        (long(levels, LONGEST_LEVELS), Refused::LongLevels),
        (long(id, LONGEST_ID), Refused::LongId),
        (action.is_none_or(str::is_empty), Refused::NoAction),
        (process.is_none(), Refused::NoProcess),
        (levels.is_none(), Refused::NoLevels),
        (id.is_none_or(str::is_empty), Refused::NoId),
    ];
    if let Some((_, why)) = reasons.into_iter().find(|(holds, _)| *holds) {
        return Err(why);
    }
    let field = |field: Option<&str>| field.unwrap_or_default().to_owned();
    let (id, levels, action, process) = (field(id), field(levels), field(action), field(process));
    match ACTIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&action)) {
        Some((_, action)) => Ok(Line { id, levels, action: *action, process }),
        None => Err(Refused::UnknownAction(action)),
    }
}

/// The runlevel that the first `initdefault` names, the highest of several, if machines serve in it; else Debian's own.
pub fn runlevel(found: &[Found]) -> char {
    let mut lines = found.iter().filter_map(|found| found.line.as_ref().ok());
    let default = lines.find(|line| line.action == Action::InitDefault);
    let level = default.and_then(|line| line.levels.chars().max());
    level.filter(|level| ('1'..='5').contains(level)).unwrap_or(DEFAULT)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(text: &str) -> Vec<Found> {
        read(&Etc::of_texts(&[("inittab", text)], Vec::new()))
    }

    fn said(text: &str) -> Vec<String> {
        of(text).iter().filter_map(Found::complaint).collect()
    }

    fn words_of(process: &str) -> Vec<String> {
        let entry = Entry { id: "1".into(), process: process.into(), utmp: None, restart: Restart::Inittab };
        entry.words()
    }

    #[test]
    fn lines_are_taken_with_their_places_and_comments_are_not() {
        let found =
            of("id:2:initdefault:\n# 9:2345:respawn:/bin/false\n\n \t1:2345:RESPAWN:/sbin/mgetty ttyS0\n2::off:\n");
        let lines: Vec<_> = found.iter().map(|found| (found.place.line, found.line.clone().unwrap().action)).collect();
        assert_eq!(lines, [(Some(1), Action::InitDefault), (Some(4), Action::Respawn), (Some(5), Action::Off)]);
        assert_eq!(Action::Once("boot").name(), "boot");
        assert!(found[1].line.as_ref().unwrap().is_in('2') && !found[1].line.as_ref().unwrap().is_in('1'));
        assert!(found[2].line.as_ref().unwrap().is_in('7') && !found[2].line.as_ref().unwrap().is_in('S'));
    }

    #[test]
    fn lines_are_refused_as_init_refuses_them() {
        assert_eq!(
            said(
                "1:2:respawn:/a\n1:2:respawn:/b\n2:2:restart:/c\n:2:respawn:/d\n3:2:respawn:/e -p \"a: b\"\nbroken\n4:2\n5:2::/f\n6:2:respawn\n7:012345678901:respawn:/g\n~~:S:wait:/h\n~~:S:wait:/i\n"
            ),
            [
                "/etc/inittab[2]: duplicate ID field \"1\"",
                "/etc/inittab[3]: restart: unknown action field",
                "/etc/inittab[4]: missing id field",
                "/etc/inittab[6]: id field too long (max 4 characters)",
                "/etc/inittab[7]: missing action field",
                "/etc/inittab[8]: missing action field",
                "/etc/inittab[9]: missing process field",
                "/etc/inittab[10]: rlevel field too long (max 11 characters)",
            ]
        );
    }

    #[test]
    fn a_process_has_at_most_127_characters() {
        let process = |length: usize| format!("S0:2345:respawn:{}\n", "x".repeat(length));
        assert_eq!(said(&process(127)), [""; 0]);
        assert_eq!(said(&process(128)), ["/etc/inittab[1]: process field too long (max 127 characters)"]);
    }

    #[test]
    fn what_is_beyond_255_octets_is_another_line() {
        let comment = format!("#{}", "x".repeat(254));
        let found = of(&format!("{comment}S0:2:respawn:/sbin/mgetty ttyS0\nS1:2:respawn:/a\n"));
        let ids: Vec<_> = found.iter().map(|found| found.line.clone().unwrap().id).collect();
        assert_eq!(ids, ["S0", "S1"]);
        assert_eq!(of(&format!("{comment}\n")), []);
    }

    #[test]
    fn a_last_line_without_an_end_is_taken_and_told() {
        let found = of("1:2:respawn:/a\n2:2:respawn:/b");
        assert_eq!(
            found.iter().map(|found| (found.line.is_ok(), found.unended)).collect::<Vec<_>>(),
            [(true, false), (true, true)]
        );
    }

    #[test]
    fn of_each_file_beside_inittab_the_first_line_is_taken() {
        let etc = Etc::of_texts(
            &[
                ("inittab", "S0:3:respawn:/sbin/mgetty ttyS0\n"),
                ("inittab.d/more.tab", "# ours\n\nS1:3:respawn:/sbin/mgetty ttyS1\nS2:3:respawn:/sbin/mgetty ttyS2\n"),
                ("inittab.d/readme", "S3:3:respawn:/sbin/mgetty ttyS3\n"),
                ("inittab.d/same.tab", "S0:3:respawn:/sbin/mgetty ttyS4\n"),
            ],
            Vec::new(),
        );
        let found = read(&etc);
        assert_eq!(found.len(), 3);
        assert_eq!(found[1].place, Place::line("/etc/inittab.d/more.tab", 3));
        assert_eq!(found[2].line, Err(Refused::Twice("S0".into(), Place::line(INITTAB, 1))));
    }

    #[test]
    fn a_command_is_parted_as_init_does_it() {
        assert_eq!(words_of("/sbin/mgetty -p \"hello login: \" ttyS0")[..2], ["/bin/sh", "-c"]);
        assert_eq!(
            words_of("/sbin/mgetty -p \"hello login: \" ttyS0")[2],
            "exec /sbin/mgetty -p \"hello login: \" ttyS0"
        );
        assert_eq!(words_of("+ /sbin/mgetty\tttyS0 # the modem"), ["/sbin/mgetty", "ttyS0"]);
        assert_eq!(words_of("@/sbin/mgetty -p a=b ttyS0"), ["/sbin/mgetty", "-p", "a=b", "ttyS0"]);
        assert_eq!(words_of("/sbin/mgetty ttyS0\r"), ["/sbin/mgetty", "ttyS0\r"]);
        assert_eq!(words_of("a b c d e f g h i j k l m n o p").len(), 14);
    }

    #[test]
    fn the_runlevel_is_the_default_one_if_machines_serve_in_it() {
        let level = |text| runlevel(&of(text));
        assert_eq!((level("id:3:initdefault:\n"), level("id:23:InitDefault:\n")), ('3', '3'));
        assert_eq!(level("#id:3:initdefault:\nid:6:initdefault:\n"), '2');
        assert_eq!(level("id:3:initdefault\n"), '2', "a line without its last colon is refused");
        assert_eq!(level(""), '2');
    }
}
