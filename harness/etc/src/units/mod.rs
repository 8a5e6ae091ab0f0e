//! systemd's services that hold a serial line: which are enabled, and what they run. systemd.unit(5), systemd.service(5).
//!
//! In goes an [`Etc`]; out comes one [`Unit`] for every link in `/etc/systemd/system/*.wants/`. A unit file that is not in
//! `/etc` is a package's ([`elsewhere`]); of those that were not read the usual ones are known (`VENDORS`). Drop-ins are laid over it, specifiers
//! expanded. What a real systemd does besides (ordering, sandboxes, ending what a service leaves behind) is not done.

mod aside;
pub mod elsewhere;
mod exec;
mod refused;
mod restart;
mod service;
mod words;

use std::collections::BTreeMap;

pub use self::aside::{Aside, WhyAside, aside};
pub use self::exec::Fault;
pub use self::refused::Refused;
use self::service::Service;
use self::words::{Names, quoted, unescaped};
use super::inittab::Entry;
use super::restart::{Restart, UnitRestart};
use crate::source::Place;
use crate::{Content, Etc, RawFile};

/// Where an administrator's units are.
const SYSTEM: &str = "/etc/systemd/system/";
/// Begins a command line whose process gets the line as its standard streams and controlling terminal.
const AS_TERMINAL: &str = "setsid -c ";
/// Units that packages bring, by name, as Debian's systemd and the usual mgetty@.service have them. Shortened to what
/// is read here.
const VENDORS: &[(&str, &str)] = &[
    (
        "serial-getty@.service",
        "[Service]\nEnvironment=TERM=vt220\nExecStart=-/sbin/agetty -o '-p -- \\\\u' --keep-baud 115200,57600,38400,9600 - $TERM\n\
         Restart=always\nUtmpIdentifier=%I\nStandardInput=tty\nTTYPath=/dev/%I\n",
    ),
    ("mgetty@.service", "[Service]\nExecStart=/sbin/mgetty %i\nRestart=always\n"),
];

/// A service that is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its name: `mgetty@ttyS0.service`.
    pub name: String,
    /// The file its command line stands in; the vendor's path if that is not in the tree.
    pub file: String,
    /// The line there, from 1; 0 if the file is not in the tree.
    pub line: usize,
    /// What it runs, as a shell would take it; empty: nothing that systemd could run.
    pub process: String,
    /// The serial line it holds by its instance or `TTYPath=`, without `/dev/`.
    pub device: Option<String>,
    /// When it is started again.
    pub restart: UnitRestart,
    /// Why systemd refuses to start it at all.
    pub refused: Option<Refused>,
    /// The id for utmp, if it is to be entered there.
    utmp: Option<String>,
}

impl Unit {
    /// Where its command line stands.
    pub fn place(&self) -> Place {
        if self.line == 0 { Place::file(self.file.clone()) } else { Place::line(self.file.clone(), self.line) }
    }

    /// What init has to run for it.
    pub fn entry(&self) -> Entry {
        Entry {
            id: self.name.clone(),
            process: self.process.clone(),
            utmp: self.utmp.clone(),
            restart: Restart::Unit(self.restart.clone()),
        }
    }
}

/// A unit's process as its file has it, without what hands over the line.
pub fn bare(process: &str) -> &str {
    let handed = process.strip_prefix(AS_TERMINAL).and_then(|process| process.split_once(" <>"));
    handed.map_or(process, |(process, _)| process)
}

/// The services that are enabled in `etc`, in the order of the links that enable them, each once.
pub fn enabled(etc: &Etc) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for file in &etc.files {
        let Some((directory, name)) = file.path.strip_prefix(SYSTEM).and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        if !enables(directory) || !name.ends_with(".service") || units.iter().any(|unit| unit.name == name) {
            continue;
        }
        // Only a link enables a unit; of a file systemd says that it is none.
        let Some(target) = target(file) else { continue };
        if let Fragment::Text(at, text) = fragment(etc, name, target) {
            units.extend(unit(etc, name, at, &text));
        }
    }
    units
}

/// Where a link leads. A copy that cannot have links, as version control makes it, has a file with the path and nothing else.
fn target(file: &RawFile) -> Option<&str> {
    match &file.content {
        Content::Link(target) => Some(target),
        Content::File(octets) => {
            let text = std::str::from_utf8(octets).ok()?.trim_end();
            let path = text.starts_with('/') || text.starts_with("../");
            let unit = text.ends_with(".service") || text == "/dev/null";
            (path && unit && !text.contains(char::is_whitespace)).then_some(text)
        }
    }
}

/// Whether a directory's links enable units.
pub fn enables(directory: &str) -> bool {
    directory.ends_with(".wants") || directory.ends_with(".requires")
}

/// One service.
fn unit(etc: &Etc, name: &str, at: At, text: &str) -> Option<Unit> {
    let names = Names::of(name)?;
    let mut service = Service::new(&names);
    service.read(&at.path, at.in_tree, text);
    for (path, text) in drop_ins(etc, &names) {
        service.read(&path, true, &text);
    }
    let refused = service.refused().or_else(|| nobody(etc, &service));
    let value = |key: &str| service.value(key).map(|value| names.expanded(value));
    let command = service.starts().first();
    let words = command.map(|(_, command)| match command.literal {
        true => command.words.clone(),
        false => names.command(&command.words, service.environment()),
    });
    let mut process = words.as_deref().and_then(quoted).unwrap_or_default();
    let tty = value("TTYPath").filter(|path| path.starts_with("/dev/"));
    let reads_tty = value("StandardInput").is_some_and(|input| input.starts_with("tty"));
    if let (true, false, Some(tty)) = (reads_tty, process.is_empty(), &tty) {
        // The service gets the line, for reading and writing, as its standard streams and controlling terminal.
        let tty = quoted(std::slice::from_ref(tty))?;
        process = format!("{AS_TERMINAL}{process} <>{tty} >&0 2>&0");
    }
    let instance = names.instance.as_deref().map(unescaped).filter(|instance| is_line(instance));
    let device = tty.and_then(|tty| tty.strip_prefix("/dev/").map(str::to_owned)).filter(|tty| is_line(tty));
    let place = command.map(|(place, _)| place.clone()).unwrap_or_else(|| Place::file(at.path.clone()));
    Some(Unit {
        name: name.to_owned(),
        line: place.line.unwrap_or_default(),
        file: place.file,
        process,
        device: device.or_else(|| instance.map(|instance| bare_device(&instance).to_owned())),
        refused,
        restart: UnitRestart {
            forgiving: command.is_some_and(|(_, command)| command.forgiving),
            ..service.restart().clone()
        },
        utmp: value("UtmpIdentifier").filter(|id| !id.is_empty()),
    })
}

/// A user or group that it is to run as and that the files do not have, if they have any.
fn nobody(etc: &Etc, service: &Service<'_>) -> Option<Refused> {
    let lacks = |key: &str, file: &str| {
        let name = service.value(key).filter(|name| !name.is_empty() && !name.contains('%'))?;
        let number = name.bytes().all(|octet| octet.is_ascii_digit());
        let known = etc.text(file)?.lines().any(|line| line.split(':').next() == Some(name));
        (!number && !known && service.value("DynamicUser").is_none()).then(|| name.to_owned())
    };
    let user = lacks("User", "/etc/passwd").map(Refused::NoUser);
    user.or_else(|| lacks("Group", "/etc/group").map(Refused::NoGroup))
}

fn bare_device(name: &str) -> &str {
    name.strip_prefix("/dev/").or_else(|| name.strip_prefix("dev/")).unwrap_or(name)
}

/// A name that a serial line can have: not that of a virtual console, and nothing with blanks.
fn is_line(name: &str) -> bool {
    let console = name.strip_prefix("tty").is_some_and(|rest| rest.chars().all(|digit| digit.is_ascii_digit()));
    let name = name.strip_prefix("/dev/").unwrap_or(name);
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    !console
        && !name.is_empty()
        && name.chars().all(plain)
        && ["tty", "term/", "cua", "modem"].iter().any(|begin| name.starts_with(begin))
}

/// Where a unit's text is.
struct At {
    path: String,
    /// It is a file of the tree, not the vendor's.
    in_tree: bool,
}

/// The file of a unit.
enum Fragment {
    /// Its text.
    Text(At, String),
    /// It is masked, by a link to /dev/null or an empty file of that path.
    Masked(String),
    /// Nobody knows it here.
    Unknown,
}

/// The file of the unit of that name, which a link to `wanted` enables.
fn fragment(etc: &Etc, name: &str, wanted: &str) -> Fragment {
    let Some(names) = Names::of(name) else { return Fragment::Unknown };
    let in_tree = |path: &str| etc.files.iter().find(|file| file.path == path);
    let mut linked = vec![wanted.to_owned()];
    for name in names.candidates() {
        let path = format!("{SYSTEM}{name}");
        let Some(file) = in_tree(&path) else { continue };
        match target(file) {
            Some("/dev/null") => return Fragment::Masked(path),
            Some(target) => linked.insert(0, target.to_owned()),
            None => {}
        }
        let text = etc.text(&path).filter(|_| matches!(file.content, Content::Link(_)) || target(file).is_none());
        if let Some(text) = text {
            return if text.is_empty() {
                Fragment::Masked(path)
            } else {
                Fragment::Text(At { path, in_tree: true }, text)
            };
        }
    }
    let packaged = names.candidates().chain(linked.iter().filter_map(|target| target.rsplit('/').next()));
    let paths =
        packaged.flat_map(|name| elsewhere::DIRECTORIES.iter().map(move |directory| format!("{directory}{name}")));
    let found = paths.into_iter().find_map(|path| etc.text(&path).map(|text| (path, text)));
    if let Some((path, text)) = found {
        return match text.is_empty() {
            true => Fragment::Masked(path),
            false => Fragment::Text(At { path, in_tree: true }, text),
        };
    }
    if let Some((path, text)) =
        linked.iter().filter(|path| path.starts_with("/etc/")).find_map(|path| Some((path.clone(), etc.text(path)?)))
    {
        return Fragment::Text(At { path, in_tree: true }, text);
    }
    let linked = linked.iter().filter_map(|target| target.rsplit('/').next());
    let vendors = names.candidates().chain(linked).find_map(|name| VENDORS.iter().find(|vendor| vendor.0 == name));
    vendors.map_or(Fragment::Unknown, |(name, text)| {
        Fragment::Text(At { path: format!("/lib/systemd/system/{name}"), in_tree: false }, (*text).to_owned())
    })
}

/// The drop-ins, in the order in which they are read: by their own names, the more special directory's instead of another
/// of the same name.
fn drop_ins(etc: &Etc, names: &Names) -> Vec<(String, String)> {
    let mut chosen: BTreeMap<String, String> = BTreeMap::new();
    // The most general first: what comes later replaces it.
    let directories: Vec<&str> = names.candidates().collect();
    for directory in std::iter::once("service").chain(directories.into_iter().rev()) {
        for place in elsewhere::DIRECTORIES.iter().rev().copied().chain([SYSTEM]) {
            let prefix = format!("{place}{directory}.d/");
            for file in &etc.files {
                if let Some(name) = file.path.strip_prefix(&prefix)
                    && name.ends_with(".conf")
                    && !name.contains('/')
                {
                    chosen.insert(name.to_owned(), file.path.clone());
                }
            }
        }
    }
    chosen.into_values().filter_map(|path| etc.text(&path).map(|text| (path, text))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;
    use crate::restart::When;

    const WANTS: &str = "/etc/systemd/system/multi-user.target.wants/";

    fn etc(files: &[(&str, &str)]) -> Etc {
        let file = |(path, text): &(&str, &str)| {
            let content = match text.strip_prefix("-> ") {
                Some(target) => Content::Link(target.to_owned()),
                None => Content::File(text.as_bytes().to_vec()),
            };
            RawFile { path: (*path).to_owned(), mode: 0o644, uid: 0, gid: 0, content }
        };
        let mut files: Vec<RawFile> = files.iter().map(file).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Etc { files }
    }

    fn wants(name: &str) -> String {
        format!("{WANTS}{name}")
    }

    #[test]
    fn an_enabled_instance_runs_its_templates_command_line() {
        let unit = "[Unit]\nExecStart=/not/this\n[Service]\n# the modem\nExecStart=/sbin/mgetty -s 57600 \\\n; more\n  -n 2 %i\n\
                    Restart=always\n";
        let files = etc(&[
            (&wants("mgetty@ttyS0.service"), "-> /etc/systemd/system/mgetty@.service"),
            ("/etc/systemd/system/mgetty@.service", unit),
        ]);
        let units = enabled(&files);
        assert_eq!(units.len(), 1);
        assert_eq!(units[0].process, "/sbin/mgetty -s 57600 -n 2 ttyS0");
        assert_eq!((units[0].file.as_str(), units[0].line), ("/etc/systemd/system/mgetty@.service", 5));
        assert_eq!(units[0].device.as_deref(), Some("ttyS0"));
        assert_eq!(units[0].restart, UnitRestart { when: When::Always, ..UnitRestart::default() });
    }

    #[test]
    fn drop_ins_replace_the_command_line_the_special_one_last() {
        let files = etc(&[
            (&wants("mgetty@ttyS0.service"), "-> /lib/systemd/system/mgetty@.service"),
            (&wants("mgetty@ttyS1.service"), "-> /lib/systemd/system/mgetty@.service"),
            (
                "/etc/systemd/system/mgetty@.service.d/10-rings.conf",
                "[Service]\nExecStart=\nExecStart=/sbin/mgetty -n 3 %i\n",
            ),
            (
                "/etc/systemd/system/mgetty@ttyS1.service.d/10-rings.conf",
                "[Service]\nExecStart=\nExecStart=!!/sbin/mgetty -n 5 %i\n",
            ),
        ]);
        let processes: Vec<String> = enabled(&files).into_iter().map(|unit| unit.process).collect();
        assert_eq!(processes, ["/sbin/mgetty -n 3 ttyS0", "/sbin/mgetty -n 5 ttyS1"]);
    }

    #[test]
    fn a_drop_in_that_adds_a_command_line_and_a_one_shot_that_restarts_are_refused() {
        let refused = |drop_in: &str| {
            let files = etc(&[
                (&wants("mgetty@ttyS0.service"), "-> /lib/systemd/system/mgetty@.service"),
                ("/etc/systemd/system/mgetty@.service.d/own.conf", drop_in),
            ]);
            enabled(&files)[0].refused.clone()
        };
        assert_eq!(refused("[Service]\nExecStart=/sbin/mgetty -n 3 %i\n"), Some(Refused::TwoStarts));
        assert_eq!(refused("[Service]\nExecStart=\nExecStart=/sbin/mgetty -n 3 %i\n"), None);
        assert_eq!(refused("[Service]\nType=oneshot\nRestart=no\nExecStart=/bin/true\n"), None);
        assert_eq!(refused("[Service]\nType=oneshot\n"), Some(Refused::OneShotRestart));
    }

    #[test]
    fn debians_serial_getty_has_the_line_as_its_terminal() {
        let files = etc(&[(&wants("serial-getty@ttyUSB0.service"), "-> /lib/systemd/system/serial-getty@.service")]);
        let units = enabled(&files);
        assert_eq!(
            units[0].process,
            "setsid -c /sbin/agetty -o '-p -- \\u' --keep-baud 115200,57600,38400,9600 - vt220 <>/dev/ttyUSB0 >&0 2>&0"
        );
        assert_eq!((units[0].line, units[0].entry().utmp.as_deref()), (0, Some("ttyUSB0")));
        assert_eq!(units[0].entry().words()[..2], ["/bin/sh", "-c"]);
    }

    #[test]
    fn a_plain_service_may_hold_a_line_and_a_masked_one_does_not() {
        let files = etc(&[
            (&wants("modem.service"), "-> ../modem.service"),
            (
                "/etc/systemd/system/modem.service",
                "[Service]\nEnvironment=\"RINGS=-n 2\" TTY=ttyS3\nExecStart=-/sbin/mgetty $RINGS $NONE ${TTY}\n",
            ),
            (&wants("mgetty@ttyS0.service"), "-> /lib/systemd/system/mgetty@.service"),
            ("/etc/systemd/system/mgetty@ttyS0.service", "-> /dev/null"),
            (&wants("getty@tty1.service"), "-> /lib/systemd/system/getty@.service"),
            (&wants("cron.service"), "-> /lib/systemd/system/cron.service"),
        ]);
        let units = enabled(&files);
        assert_eq!(units.len(), 1);
        assert_eq!(units[0].process, "/sbin/mgetty -n 2 ttyS3");
        let expected = UnitRestart { when: When::Never, forgiving: true, ..UnitRestart::default() };
        assert_eq!((&units[0].restart, units[0].entry().utmp), (&expected, None));
    }

    #[test]
    fn restarts_and_the_limit_on_starts_are_read_from_the_unit_and_its_drop_ins() {
        let files = etc(&[
            (&wants("mgetty@ttyS0.service"), "-> ../mgetty@.service"),
            (
                "/etc/systemd/system/mgetty@.service",
                "[Unit]\nStartLimitIntervalSec=1h\nRestart=no\n[Service]\nExecStart=/sbin/mgetty %i\nRestart=always\n",
            ),
            ("/etc/systemd/system/mgetty@.service.d/slow.conf", "[Service]\nRestartSec=1min\nStartLimitBurst=3\n"),
        ]);
        let seconds = Duration::from_secs;
        let expected =
            UnitRestart { when: When::Always, delay: seconds(60), burst: 3, interval: seconds(3600), forgiving: false };
        assert_eq!(enabled(&files)[0].restart, expected);
    }

    #[test]
    fn a_unit_that_runs_nothing_is_refused_and_a_template_by_itself_is_none() {
        let refused = |text: &str| {
            let files = etc(&[(&wants("x@ttyS0.service"), "-> y"), ("/etc/systemd/system/x@.service", text)]);
            enabled(&files).first().map(|unit| (unit.process.clone(), unit.refused.clone()))
        };
        for text in ["[Service]\nExecStart\n", "[Service]\nExecStart=-\n", "[Service]\nType=simple\n", "\\"] {
            assert_eq!(refused(text), Some((String::new(), Some(Refused::NothingToRun))), "{text:?}");
        }
        assert_eq!(refused(""), None, "an empty file masks the unit");
        assert_eq!(enabled(&etc(&[(&wants("x@.service"), "-> y"), (&wants(".service"), "-> y")])), []);
    }

    #[test]
    fn a_user_that_the_files_do_not_have_fails_the_start() {
        let refused = |lines: &str, passwd: &str| {
            let unit = format!("[Service]\nExecStart=/sbin/mgetty ttyS0\n{lines}\n");
            let mut files = vec![("/etc/systemd/system/x.service", unit.as_str())];
            files.extend((!passwd.is_empty()).then_some(("/etc/passwd", passwd)));
            let wants = wants("x.service");
            files.push((&wants, "-> ../x.service"));
            enabled(&etc(&files))[0].refused.clone()
        };
        let passwd = "root:x:0:0::/root:/bin/sh\n";
        assert_eq!(refused("User=modem", passwd), Some(Refused::NoUser("modem".into())));
        for fine in ["User=root", "User=1000", "User=", "User=modem\nDynamicUser=yes"] {
            assert_eq!(refused(fine, passwd), None, "{fine}");
        }
        assert_eq!(refused("User=modem", ""), None, "nobody knows");
    }

    #[test]
    fn only_a_link_enables_a_unit() {
        let unit = ("/etc/systemd/system/x.service", "[Service]\nExecStart=/sbin/mgetty ttyS0\n");
        assert_eq!(enabled(&etc(&[(&wants("x.service"), "[Service]\n"), unit])), []);
        for link in ["-> ../x.service", "/etc/systemd/system/x.service", "../x.service\n"] {
            assert_eq!(enabled(&etc(&[(&wants("x.service"), link), unit])).len(), 1, "{link}");
        }
        let masked = ("/etc/systemd/system/x.service", "/dev/null");
        assert_eq!(enabled(&etc(&[(&wants("x.service"), "-> ../x.service"), masked])), []);
    }
}
