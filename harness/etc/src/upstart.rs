//! Job files of upstart, `/etc/init/*.conf` with their `*.override`, as its init reads them (parse_job.c, conf.c).
//!
//! In goes an [`Etc`]; out come the [`Job`]s in the order of their files: what each runs, whether something starts it and
//! whether it is started again, or the line for which upstart leaves the whole job out.

use crate::Etc;
use crate::read::shell;
use crate::source::Place;

const DIRECTORY: &str = "/etc/init/";
/// Jobs that only a machine with upstart has: other packages bring theirs to machines without it.
const OWN: &[&str] = &["rc-sysinit", "rcS", "rc", "tty1", "control-alt-delete"];
/// Every stanza there is.
const STANZAS: &[&str] = &[
    "apparmor",
    "author",
    "cgroup",
    "chdir",
    "chroot",
    "console",
    "debug",
    "description",
    "emits",
    "env",
    "exec",
    "expect",
    "export",
    "instance",
    "kill",
    "limit",
    "manual",
    "nice",
    "normal",
    "oom",
    "post-start",
    "post-stop",
    "pre-start",
    "pre-stop",
    "reload",
    "respawn",
    "script",
    "setgid",
    "setuid",
    "start",
    "stop",
    "task",
    "umask",
    "usage",
    "version",
];

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name: that of its file.
    pub name: String,
    /// Its file.
    pub file: String,
    /// What it runs, as words for each command of its script, and where; `None`: nothing.
    pub runs: Option<(Place, Vec<Vec<String>>)>,
    /// `start on`, and nothing behind it that takes it back.
    pub started: bool,
    /// It is started again when it ends.
    pub respawn: bool,
    /// Why upstart leaves it out: where, and which stanza it does not know.
    pub refused: Option<(Place, String)>,
}

/// Whether this is a machine that upstart starts: it has upstart's own jobs, or jobs and no inittab.
pub fn is_used(etc: &Etc) -> bool {
    let jobs = || etc.files.iter().filter_map(|file| name(&file.path));
    jobs().any(|name| OWN.contains(&name)) || etc.file(crate::inittab::INITTAB).is_none() && jobs().next().is_some()
}

/// The job of a file of that path.
fn name(path: &str) -> Option<&str> {
    path.strip_prefix(DIRECTORY)?.strip_suffix(".conf").filter(|name| !name.is_empty() && !name.ends_with('/'))
}

/// Every job.
pub fn jobs(etc: &Etc) -> Vec<Job> {
    let mut jobs = Vec::new();
    for file in &etc.files {
        let (Some(name), Some(text)) = (name(&file.path), etc.text(&file.path)) else { continue };
        let mut reading = Reading::default();
        reading.read(&file.path, &text);
        let above = format!("{DIRECTORY}{name}.override");
        if let Some(text) = etc.text(&above) {
            reading.read(&above, &text);
        }
        jobs.push(reading.job(name, &file.path));
    }
    jobs
}

/// What is read of a job so far.
#[derive(Default)]
struct Reading {
    runs: Option<(Place, Script)>,
    environment: Vec<(String, String)>,
    started: bool,
    respawn: bool,
    refused: Option<(Place, String)>,
}

enum Script {
    /// One command line.
    Exec(String),
    /// A shell's script.
    Block(String),
}

impl Reading {
    fn read(&mut self, path: &str, text: &str) {
        let mut lines = (1..).zip(text.lines());
        while let Some((number, line)) = lines.next() {
            let mut line = line.trim().to_owned();
            // A line goes on behind a backslash, and while a parenthesis is open.
            while let Some(head) = line.strip_suffix('\\').map(str::to_owned).or_else(|| open(&line)) {
                let Some((_, next)) = lines.next() else { break };
                line = format!("{} {}", head.trim_end(), next.trim());
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = Place::line(path, number);
            let (stanza, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
            let (rest, begins) = (rest.trim(), |word: &str| rest.trim() == word || rest.trim().starts_with("script "));
            let block = stanza == "script" || begins("script");
            let body = if block { block_of(&mut lines) } else { String::new() };
            match stanza {
                "script" => self.runs = Some((place, Script::Block(body))),
                "exec" => self.runs = Some((place, Script::Exec(rest.to_owned()))),
                "start" => self.started = true,
                "manual" => self.started = false,
                "respawn" if rest.is_empty() || rest.starts_with('#') => self.respawn = true,
                "env" => self.environment.extend(shell::split(rest).first().and_then(|word| {
                    let (name, value) = word.split_once('=')?;
                    Some((name.to_owned(), value.to_owned()))
                })),
                known if STANZAS.contains(&known) => {}
                unknown => drop(self.refused.get_or_insert_with(|| (place, unknown.to_owned()))),
            }
        }
    }

    fn job(self, name: &str, file: &str) -> Job {
        let Self { runs, environment, started, respawn, refused } = self;
        let runs = runs.map(|(place, script)| {
            let mut commands = match script {
                Script::Exec(command) => vec![shell::split(&command)],
                Script::Block(script) => shell::commands(&script),
            };
            for word in commands.iter_mut().flatten() {
                for (name, value) in environment.iter().rev() {
                    *word = word.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
                }
            }
            (place, commands)
        });
        Job { name: name.to_owned(), file: file.to_owned(), runs, started, respawn, refused }
    }
}

/// A line with a parenthesis that is still open, without its comment.
fn open(line: &str) -> Option<String> {
    if !line.starts_with("start") && !line.starts_with("stop") {
        return None;
    }
    let line = line.split(" #").next().unwrap_or(line);
    (line.matches('(').count() > line.matches(')').count()).then(|| line.to_owned())
}

/// The lines up to `end script`.
fn block_of<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) -> String {
    let ends = |line: &str| line.split_whitespace().eq(["end", "script"]);
    lines.map(|(_, line)| line).take_while(|line| !ends(line)).fold(String::new(), |text, line| text + line + "\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn job(files: &[(&str, &str)]) -> Job {
        jobs(&Etc::of_texts(files, Vec::new())).remove(0)
    }

    fn commands(job: &Job) -> Vec<String> {
        job.runs.iter().flat_map(|(_, commands)| commands).map(|words| words.join(" ")).collect()
    }

    #[test]
    fn a_job_runs_its_command_and_not_what_stands_before_it() {
        let text = "# ttyS0\nstart on stopped rc RUNLEVEL=[2345] and (\n   not-container or # x\n   container)\nstop on runlevel [!2345]\n\
                    pre-start script\n exec /sbin/other ttyS9\nend script\nenv TTY=ttyS0\nrespawn\nrespawn limit 10 5\n\
                    exec /sbin/mgetty -n 3 \\\n  $TTY\n";
        let job = job(&[("init/ttyS0.conf", text)]);
        assert_eq!(commands(&job), ["/sbin/mgetty -n 3 ttyS0"]);
        assert_eq!(job.runs.as_ref().unwrap().0, Place::line("/etc/init/ttyS0.conf", 12));
        assert!(job.started && job.respawn && job.refused.is_none());
        assert_eq!((job.name.as_str(), job.file.as_str()), ("ttyS0", "/etc/init/ttyS0.conf"));
    }

    #[test]
    fn an_override_is_laid_over_its_job() {
        let base = ("init/x.conf", "start on startup\nexec /sbin/mgetty ttyS0\n");
        assert!(job(&[base]).started && !job(&[base]).respawn);
        assert!(!job(&[base, ("init/x.override", "manual\n")]).started);
        let other =
            job(&[base, ("init/x.override", "script\n  stty -F /dev/ttyS1\n  exec /sbin/mgetty ttyS1\nend script\n")]);
        assert_eq!(commands(&other), ["stty -F /dev/ttyS1", "exec /sbin/mgetty ttyS1"]);
        assert_eq!(other.runs.unwrap().0, Place::line("/etc/init/x.override", 1));
        assert!(job(&[("init/x.conf", "manual\nstart on startup\n")]).started, "what comes later counts");
    }

    #[test]
    fn a_stanza_that_does_not_exist_costs_the_job() {
        let refused = job(&[("init/x.conf", "start on startup\nexecute /sbin/mgetty ttyS0\n")]).refused;
        assert_eq!(refused, Some((Place::line("/etc/init/x.conf", 2), "execute".to_owned())));
        for text in ["script\n", "start on (\n", "env\n", "pre-start script"] {
            assert_eq!(job(&[("init/x.conf", text)]).refused, None, "{text}");
        }
    }

    #[test]
    fn jobs_of_other_packages_make_no_upstart_machine_of_one_with_an_inittab() {
        let used = |files: &[(&str, &str)]| is_used(&Etc::of_texts(files, Vec::new()));
        let inittab = ("inittab", "id:2:initdefault:\n");
        assert!(!used(&[inittab, ("init/mysql.conf", "")]) && used(&[inittab, ("init/rcS.conf", "")]));
        assert!(used(&[("init/mysql.conf", "")]) && !used(&[inittab]) && !used(&[]));
    }
}
