//! `offhook audit`: what the callers of a server experience, and what is wrong with its configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use offhook_emulator::trace::What;

use super::{INTERRUPTED, LAB_FAILED, WRONG_INPUT, complain, say};
use crate::audit::effective::{Facts, Port};
use crate::audit::plan::{self, Probe};
use crate::audit::source::Tree;
use crate::audit::{self, Audit, json, judge, report, webmin};
use crate::evidence;
use crate::lab;
use crate::report::Style;
use crate::run::schedule::{Item, Options, run};
use crate::run::{CallSummary, Outcome, SourceFile, Verdict, plain, write_whole};

/// Guests a port may take: one, and one more for every call after which it could not go on.
const ROUNDS: usize = 6;
/// How the lab says that a server does not get a port ready.
const NOT_READY: &str = "the server did not get the modem on";
/// Likewise of a direct line.
const NOT_OPEN: &str = "the server did not have";
/// What mgetty's and init's logs have where that is why.
const COMPLAINTS: &[&str] =
    &["invalid", "cannot execute", "failed", "not found", "doesn't react", "unknown option", "Usage:", "cannot open"];
/// What pppd's log has if it refuses to start.
const REFUSALS: &[&str] = &["couldn't find any suitable secret", "unrecognized option", "Can't open options file"];
/// The seed of all calls: an audit is the same every time.
const SEED: u64 = 1;

/// What is to be known of the exit code and of what is written.
const HELP: &str = "Exit codes: 0 nothing found (notes do not count), 1 something found, 2 the files or the\n\
    command line cannot be read, 3 the lab could not run the calls.\n\n\
    Passwords are never printed. The evidence of --out contains the server's files, passwords with them: keep it to yourself.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct AuditArgs {
    /// The server's /etc, or a copy of it
    #[arg(long, value_name = "DIR", conflicts_with = "root")]
    etc: Option<PathBuf>,

    /// The server's root directory: /etc below it, and files elsewhere that it names; this machine's unless stated
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// Read the files only, make no calls
    #[arg(long = "static")]
    no_calls: bool,

    /// DIR is a copy that lost owners and modes: take them as they should be
    #[arg(long)]
    ignore_modes: bool,

    /// Webmin's configuration directory: say who may change what
    #[arg(long, value_name = "DIR")]
    webmin: Option<PathBuf>,

    /// The stack to call; the first there is unless stated
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,

    /// Guests at once; as many as there are processors unless stated
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,

    /// Real seconds a guest may take before it is ended; waiting for a processor does not count
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    /// Keep the evidence of the calls here; it contains the server's passwords
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Write the audit as JSON; - is standard output, instead of the text
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Why there is no audit.
enum Stop {
    Wrong(String),
    Lab(String, u8),
    Interrupted,
}

pub(super) fn main(arguments: &AuditArgs) -> u8 {
    match carried_out(arguments) {
        Ok(code) => code,
        Err(Stop::Wrong(text)) => {
            complain(&text);
            WRONG_INPUT
        }
        Err(Stop::Lab(text, code)) => {
            complain(&format!("{text}\n"));
            code
        }
        Err(Stop::Interrupted) => {
            complain("interrupted: the guests were ended\n");
            INTERRUPTED
        }
    }
}

fn carried_out(arguments: &AuditArgs) -> Result<u8, Stop> {
    if let Some(name) = arguments.stack.as_deref().filter(|name| !lab::STACKS.contains(name)) {
        let known = lab::STACKS.join(", ");
        return Err(Stop::Wrong(format!("--stack {name}: no such stack; there are {known}\n")));
    }
    let tree = tree(arguments)?;
    let (mut audit, facts, ports) = audit::audit(&tree);
    if let Some(directory) = &arguments.webmin {
        let found = webmin::read(directory).map_err(|error| {
            Stop::Wrong(format!("reading Webmin's configuration in {}: {}\n", directory.display(), plain(&error)))
        })?;
        audit.findings.extend(found);
    }
    let stack = arguments.stack.clone().unwrap_or_else(|| lab::STACKS[0].to_owned());
    let called =
        if arguments.no_calls { Ok(false) } else { calls(arguments, &tree, &facts, &ports, &stack, &mut audit) };
    audit.findings = audit::sorted(std::mem::take(&mut audit.findings));
    let code = match &called {
        Ok(_) => audit::exit_code(&audit.findings),
        Err(Stop::Interrupted) => return Err(Stop::Interrupted),
        Err(_) => LAB_FAILED,
    };
    let on_stdout = arguments.json.as_deref().is_some_and(|path| path == Path::new("-"));
    if !on_stdout {
        say(&report::report(&audit, &tree, Style::of(&std::io::stdout(), |name| std::env::var_os(name))));
    }
    if let Some(path) = &arguments.json {
        let called_on = matches!(called, Ok(true)).then_some(stack.as_str());
        let text = json::report(&audit, called_on, code)
            .map_err(|error| Stop::Lab(format!("making the JSON audit: {error}"), LAB_FAILED))?;
        if on_stdout {
            say(&text);
        } else {
            write_whole(path, text.as_bytes())
                .map_err(|error| Stop::Lab(format!("writing {}: {}", path.display(), plain(&error)), LAB_FAILED))?;
        }
    }
    // What the files say is told whether or not the lab could run.
    called.map(|_| code)
}

fn tree(arguments: &AuditArgs) -> Result<Tree, Stop> {
    let (directory, root) = match (&arguments.etc, &arguments.root) {
        (Some(directory), _) => (directory.clone(), false),
        (None, Some(directory)) => (directory.clone(), true),
        (None, None) => (PathBuf::from("/"), true),
    };
    let wrong = |why: &str| {
        let what = if root { directory.join("etc") } else { directory.clone() };
        Stop::Wrong(format!(
            "reading {}: {why}\n  --etc DIR is a server's /etc or a copy of it, --root DIR a directory with an etc in it\n",
            what.display(),
        ))
    };
    let tree = Tree::read(&directory, root, arguments.ignore_modes).map_err(|error| wrong(&plain(&error)))?;
    if tree.etc.files.is_empty() && tree.unread.is_empty() {
        return Err(wrong("none of the files of a dial-in server is there (inittab, mgetty/, ppp/, systemd/system/)"));
    }
    Ok(tree)
}

/// Makes the calls; false if there is nobody to call.
fn calls(
    arguments: &AuditArgs,
    tree: &Tree,
    facts: &Facts,
    ports: &[Port],
    stack: &str,
    audit: &mut Audit,
) -> Result<bool, Stop> {
    let mut left: Vec<(&Port, Vec<Probe>)> = Vec::new();
    for port in ports {
        if left.iter().any(|(known, _)| known.device == port.device) {
            continue;
        }
        let plan = plan::plan(tree, facts, port);
        judge::left_out(audit, &port.device, &plan.left_out);
        if !plan.probes.is_empty() {
            left.push((port, plan.probes));
        }
    }
    if left.is_empty() {
        return Ok(false);
    }
    let lab_failed = |error: lab::LabError| Stop::Lab(error.to_string(), error.exit_code());
    let lab = lab::ensure(&[stack.to_owned()], &lab::Progress::for_stderr()).map_err(lab_failed)?;
    let run_dir = lab.cache.run_dir("guests").map_err(lab_failed)?;
    // Removed with all that is in it when it goes out of scope: the evidence contains the server's passwords.
    let scratch = lab.cache.run_dir("audit").map_err(lab_failed)?;
    let out = match &arguments.out {
        Some(out) => std::path::absolute(out).unwrap_or_else(|_| out.clone()),
        None => scratch.path().to_owned(),
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = arguments.jobs.map_or(processors, usize::from).min(left.len());
    let memory = lab::GUEST_MEMORY.saturating_mul(jobs as u64);
    let options = Options {
        jobs,
        limit: Duration::from_secs(arguments.limit),
        memory_dir: lab::Machine::this().guest_memory_dir(memory).map_err(lab_failed)?,
        run_dir: run_dir.path().to_owned(),
        untrusted: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::Lab(format!("starting the event loop: {}", plain(&error)), LAB_FAILED))?;
    let keep = |outcome: &Outcome| evidence::write(outcome, &outcome.evidence);
    let mut seen: Vec<Vec<(Probe, CallSummary)>> = left.iter().map(|_| Vec::new()).collect();
    let mut refusals: Vec<Option<String>> = left.iter().map(|_| None).collect();
    let mut troubles: Vec<Option<Trouble>> = left.iter().map(|_| None).collect();
    for round in 0..ROUNDS {
        let wanted: Vec<usize> =
            (0..left.len()).filter(|index| !left[*index].1.is_empty() && troubles[*index].is_none()).collect();
        if wanted.is_empty() {
            break;
        }
        let items = wanted.iter().map(|index| item(tree, &left[*index], stack, &out, round)).collect();
        let outcomes = runtime.block_on(async {
            tokio::select! {
                outcomes = run(&lab, items, &options, keep, |_| {}) => Ok(outcomes),
                () = super::run::interruption() => Err(Stop::Interrupted),
            }
        })?;
        for (index, outcome) in wanted.into_iter().zip(outcomes) {
            let made = taken(&outcome, &mut left[index], &mut seen[index]);
            troubles[index] = (made == 0).then(|| Trouble::of(&outcome, &left[index].0.device));
            refusals[index] = refusals[index].take().or_else(|| refusal(&outcome));
        }
    }
    let mut failed = None;
    for (index, (port, left)) in left.iter().enumerate() {
        let device = &port.device;
        judge::take(audit, device, &seen[index], refusals[index].as_deref());
        // Silence must not pass for agreement.
        match troubles[index].take() {
            Some(Trouble::NotReady(said)) if seen[index].is_empty() => {
                judge::never_ready(audit, device, said.as_deref());
            }
            Some(Trouble::NotReady(said)) => {
                let said = said.map_or_else(String::new, |said| format!(": {said}"));
                judge::not_placed(audit, device, left.len(), &format!("mgetty did not get ready again{said}"));
            }
            Some(Trouble::Lab(why)) => failed = failed.or(Some(format!("calling {device} in the lab: {why}"))),
            None if !left.is_empty() => {
                judge::not_placed(audit, device, left.len(), &format!("{ROUNDS} guests ended before them"));
            }
            None => {}
        }
    }
    drop(runtime);
    drop(scratch);
    lab::settle();
    if let Some(out) = &arguments.out {
        complain(&format!("evidence of the calls, with the server's passwords in it: {}\n", out.display()));
    }
    match failed {
        Some(why) => Err(Stop::Lab(why, LAB_FAILED)),
        None => Ok(true),
    }
}

/// Why a guest made no call.
enum Trouble {
    /// The server never got the port ready; with what its log says.
    NotReady(Option<String>),
    /// The lab could not do it.
    Lab(String),
}

impl Trouble {
    fn of(outcome: &Outcome, device: &str) -> Self {
        match &outcome.verdict {
            Verdict::Error { message, .. } if message.starts_with(NOT_READY) || message.starts_with(NOT_OPEN) => {
                Self::NotReady(complaint(outcome, device))
            }
            Verdict::Error { message, help, .. } => {
                Self::Lab(format!("{message}{}", help.as_ref().map_or_else(String::new, |help| format!("\n  {help}"))))
            }
            _ => Self::Lab("no call was placed".to_owned()),
        }
    }
}

/// The first line of the server's log that says why this port does not get ready.
fn complaint(outcome: &Outcome, device: &str) -> Option<String> {
    let mut lines = outcome.trace.iter().filter_map(|event| match &event.what {
        What::Log { program, text } if program == "mgetty" && event.port.as_deref() == Some(device) => Some(text),
        What::Log { program, text } if program == "init" && text.contains(device) => Some(text),
        _ => None,
    });
    // A pty lacks what real lines have, and a lock that is not there is as it should be.
    let usual = |line: &str| line.contains("Inappropriate ioctl") || line.contains("checklock");
    let telling = |line: &&String| COMPLAINTS.iter().any(|words| line.contains(words)) && !usual(line);
    lines.find(telling).map(|line| line.trim_end_matches(": Invalid argument").trim().to_owned())
}

/// Why pppd refuses to start.
fn refusal(outcome: &Outcome) -> Option<String> {
    let mut lines = outcome.trace.iter().filter_map(|event| match &event.what {
        What::Log { program, text } if program == "pppd" => Some(text.trim()),
        _ => None,
    });
    let line = lines.find(|line| REFUSALS.iter().any(|words| line.contains(words)))?;
    Some(line.strip_prefix("but ").unwrap_or(line).to_owned())
}

fn item(tree: &Tree, (port, probes): &(&Port, Vec<Probe>), stack: &str, out: &Path, round: usize) -> Item {
    let scenario = plan::scenario(&tree.for_calls(), port, probes, stack);
    let name = format!("{}-{round}", port.device.replace('/', "."));
    Item {
        source: SourceFile { path: PathBuf::from("audit.kdl"), text: Arc::from("") },
        scenario,
        stack: stack.to_owned(),
        seed: SEED,
        evidence: out.join(name),
    }
}

/// Takes the calls that were placed out of what is left, and says how many those are.
fn taken(outcome: &Outcome, (_, probes): &mut (&Port, Vec<Probe>), seen: &mut Vec<(Probe, CallSummary)>) -> usize {
    let mut placed = outcome.calls.iter().take_while(|call| call.placed).cloned().collect::<Vec<_>>();
    placed.truncate(probes.len());
    let made = placed.len();
    seen.extend(probes.drain(..made).zip(placed));
    made
}
