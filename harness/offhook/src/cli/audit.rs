//! `offhook audit`: what the callers of a server experience, and what is wrong with its configuration.

use std::cell::OnceCell;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use time::OffsetDateTime;

use super::called_on;
use super::claim::Claim;
use super::fix;
use super::interrupt::Interruption;
use super::play::unknown_stack;
use super::{INTERRUPTED, LAB_FAILED, WRONG_INPUT, complain, notices, say};
use super::{audit_page, page};
use crate::audit_calls::{self, CallOptions, Choice, Completed, Stopped};
use crate::stacks::like;
use offhook_audit::accept::{Acceptances, Scope};
use offhook_audit::remedy::{self, same};
use offhook_audit::report::Detail;
use offhook_audit::{Audit, Finding, Severity, json, registry, report, sarif, sorted, webmin};
use offhook_base::{Fingerprint, is_standard_output, plain, write_result};
use offhook_etc::RawFile;
use offhook_etc::installed::Programs;
use offhook_etc::read::version::PppVersion;
use offhook_etc::source::Tree;
use offhook_etc::tree::is_taken;
use offhook_report::Style;
use offhook_report::evidence::saved;
use offhook_scenario::Personality;

/// What is to be known of the exit code and of what is written.
const HELP: &str = "Exit codes: 0 nothing found that is as bad as --fail-on, 1 something is, 2 the files or the command\n\
    line cannot be read, 3 the lab could not run the calls, 130 interrupted. Accepted findings do not count.\n\n\
    Passwords are never printed. The evidence of --out contains the server's files, passwords with them: keep it to yourself.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(super) struct AuditArgs {
    /// The server's /etc, or a copy of it
    #[arg(long, value_name = "DIR", conflicts_with = "root")]
    etc: Option<PathBuf>,

    /// The server's root directory: /etc below it, its programs, and files elsewhere that it names [default: this machine's]
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

    /// Write a mended copy of the files and the difference to them into this new directory; passwords are in both
    #[arg(long, value_name = "DIR")]
    fix: Option<PathBuf>,

    /// A file of findings that are accepted, each with a reason
    #[arg(long, value_name = "FILE")]
    accept: Option<PathBuf>,

    /// The least severity of a finding that makes the exit code 1
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailOn::Warning)]
    fail_on: FailOn,

    /// Call the server's programs even if this machine's kernel has no Landlock to keep them from your files
    #[arg(long)]
    trust_the_tree: bool,

    /// The stack to call [default: the programs of the root directory, else the nearest to them or the files' release]
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,

    /// The model of the modem behind each port: a name of `offhook modems`, or a file [default: generic, and where that
    /// refuses a command of mgetty's, one that takes every command]
    #[arg(long, value_name = "MODEL")]
    modem: Option<String>,

    /// Guests at once [default: the number of processors]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,

    /// Real seconds a guest may take before it is ended; waiting for a processor does not count
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    /// Keep the evidence of the calls here; it contains the server's passwords
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Tell every statement and how it is known, notes, and what calls refute
    #[arg(long, short)]
    verbose: bool,

    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Write JSON to a file as well; - is standard output, as --format json
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write a page that shows it all in one HTML file; with --out also the calls, with the server's passwords in them
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// List everything that an audit can find
    #[arg(long, conflicts_with = "explain")]
    list_rules: bool,

    /// Explain a finding: what it means, why it matters, an example, how to fix it
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs; `offhook schema audit` describes it
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
}

/// Severities that can decide the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Somebody gets in who should not
    Danger,
    /// That, or something does not work
    Error,
    /// Those, or something probably does not work as intended
    Warning,
}

impl FailOn {
    const fn severity(self) -> Severity {
        match self {
            Self::Danger => Severity::Danger,
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
        }
    }
}

/// Why there is no audit.
enum Stop {
    Wrong(String),
    Failed(String),
    Calls(Stopped),
}

pub(super) fn main(arguments: &AuditArgs) -> u8 {
    match carried_out(arguments) {
        Ok(code) => code,
        Err(Stop::Wrong(text)) => {
            complain(&text);
            WRONG_INPUT
        }
        Err(Stop::Failed(text)) => {
            complain(&format!("{text}\n"));
            LAB_FAILED
        }
        Err(Stop::Calls(stopped)) => {
            complain(&format!("{stopped}\n"));
            match stopped {
                Stopped::Lab { exit_code, .. } => exit_code,
                Stopped::Interrupted => INTERRUPTED,
            }
        }
    }
}

fn carried_out(arguments: &AuditArgs) -> Result<u8, Stop> {
    let format = format(arguments)?;
    if let Some(code) = &arguments.explain {
        return explained(code);
    }
    if arguments.list_rules {
        return listed(arguments, format);
    }
    if let Some(text) = unknown_stack(&arguments.stack) {
        return Err(Stop::Wrong(text));
    }
    let acceptances = match &arguments.accept {
        Some(path) => Acceptances::load(path)
            .map_err(|errors| Stop::Wrong(errors.render(offhook_schema::Style::of(&io::stderr()))))?,
        None => Acceptances::default(),
    };
    let tree = tree(arguments)?;
    let webmin = match &arguments.webmin {
        Some(directory) => webmin::read(directory).map_err(|error| {
            Stop::Wrong(format!("reading Webmin's configuration in {}: {}\n", directory.display(), plain(&error)))
        })?,
        None => (Vec::new(), Vec::new()),
    };
    let installed = tree.programs.as_ref().and_then(Programs::nearest_pppd);
    let version = installed.or_else(|| PppVersion::of_etc(&tree.etc));
    if let Some(directory) = &arguments.fix {
        fix::room(directory).map_err(Stop::Wrong)?;
    }
    let stack = match (&arguments.stack, version) {
        (Some(stack), _) => stack.clone(),
        (None, Some(version)) => version.release().to_owned(),
        (None, None) => offhook_lab::STACKS[0].to_owned(),
    };
    let ran = OnceCell::new();
    let modem = arguments.modem.as_deref().map(offhook_language::model::load).transpose();
    let modem = modem.map_err(|errors| Stop::Wrong(errors.render(offhook_schema::Style::of(&io::stderr()))))?;
    let interruption =
        Interruption::listen().map_err(|error| Stop::Failed(format!("listening for signals: {}", plain(&error))))?;
    let calls = Calls { arguments, stack: &stack, modem: modem.as_ref(), ran: &ran, interruption: &interruption };
    let Completed { mut audit, called, choice } = calls.completed(&tree, arguments.out.as_deref())?;
    if called == Err(Stopped::Interrupted) {
        return Err(Stop::Calls(Stopped::Interrupted));
    }
    let why = match (&arguments.stack, version) {
        (Some(_), _) => "",
        (None, Some(_)) if installed.is_some() => ", whose pppd is nearest to the one that is installed",
        (None, Some(_)) => ", the release that the files tell",
        (None, None) => ": the files do not tell their release, and --stack chooses another",
    };
    let called_on = || called_on::text(&choice, &tree, &stack, why, ran.get());
    audit.called_on = (called == Ok(true)).then(called_on);
    audit.webmin = webmin.0;
    audit.findings.extend(webmin.1);
    let programs = tree.programs.is_some();
    let scope = Scope { called: called == Ok(true), webmin: arguments.webmin.is_some(), programs };
    // The local day, or UTC's where the time zone cannot be known.
    let today = OffsetDateTime::now_local().unwrap_or_else(|_| OffsetDateTime::now_utc()).date();
    audit.findings = sorted(acceptances.apply(audit.findings, today, scope));
    let code = match &called {
        Ok(_) => offhook_audit::exit_code(&audit.findings, arguments.fail_on.severity()),
        Err(_) => LAB_FAILED,
    };
    audit.own_programs = called == Ok(true) && matches!(choice, Choice::Own(..));
    let ran = ran.get().filter(|_| called == Ok(true)).map(|ran| called_on::fingerprint(&choice, ran));
    let json = || {
        json::report(&audit, &tree, ran.as_ref(), code)
            .map_err(|error| Stop::Failed(format!("making the JSON audit: {error}")))
    };
    match format {
        Format::Text => {
            let detail = if arguments.verbose { Detail::All } else { Detail::Glance };
            say(&report::report(&audit, &tree, Style::of(&io::stdout(), |name| std::env::var_os(name)), detail));
        }
        Format::Json => say(&json()?),
        Format::Sarif => say(&in_sarif(arguments, &audit, &tree, called.is_ok())?),
    }
    if let Some(path) = file(arguments) {
        write(path, &json()?)?;
    }
    if let Some(path) = &arguments.html {
        let kept = arguments.out.as_deref().filter(|_| called == Ok(true));
        let calls = kept.map(saved::load).transpose().map_err(|error| Stop::Failed(error.to_string()))?;
        let directory = path.parent().unwrap_or_else(|| Path::new(""));
        let page = audit_page::page(&audit, calls.as_ref().map(|calls| &calls.result), directory, &audited(arguments));
        page::write(path, &page).map_err(Stop::Failed)?;
    }
    if let (Some(directory), Ok(_)) = (&arguments.fix, &called) {
        let accepted =
            |finding: &Finding| audit.findings.iter().any(|known| known.accepted.is_some() && same(known, finding));
        let withdrawn = |finding: &Finding| audit.withdrawn.iter().any(|known| same(known, finding));
        let pppd = PppVersion::of_release(&like(&stack)).filter(|_| called == Ok(true));
        let mending = remedy::mend(&tree, pppd, |finding| !accepted(finding) && !withdrawn(finding));
        let Completed { audit: mut copy, called, .. } = calls.completed(&mending.tree, None)?;
        copy.called_on = called.map_err(Stop::Calls)?.then(called_on);
        copy.findings = sorted(acceptances.apply(copy.findings, today, scope));
        let style = Style::of(&io::stdout(), |name| std::env::var_os(name));
        let mut text = format!("\n{}", report::fixes(&audit, &mending, &copy, style));
        if !mending.done.is_empty() {
            fix::write(directory, &tree, &mending).map_err(Stop::Failed)?;
            text.push_str(&fix::written(directory, &tree));
        }
        match format {
            Format::Text => say(&text),
            Format::Json | Format::Sarif => complain(&text),
        }
    }
    if let (Some(out), Ok(true)) = (&arguments.out, &called) {
        let out = std::path::absolute(out).unwrap_or_else(|_| out.clone());
        complain(&format!("evidence of the calls, with the server's passwords in it: {}\n", out.display()));
    }
    // What the files say is told whether or not the lab could run.
    called.map(|_| code).map_err(Stop::Calls)
}

/// What is printed: `--json -` is another way to say `--format json`.
fn format(arguments: &AuditArgs) -> Result<Format, Stop> {
    let json_on_stdout = arguments.json.as_deref().is_some_and(is_standard_output);
    match (arguments.format, json_on_stdout) {
        (Format::Sarif, true) => {
            Err(Stop::Wrong("--format sarif and --json - both want standard output: give --json a file\n".to_owned()))
        }
        (_, true) => Ok(Format::Json),
        (format, false) => Ok(format),
    }
}

/// The file that JSON is written to.
fn file(arguments: &AuditArgs) -> Option<&Path> {
    arguments.json.as_deref().filter(|path| !is_standard_output(path))
}

fn write(path: &Path, text: &str) -> Result<(), Stop> {
    write_result(path, text.as_bytes())
        .map_err(|error| Stop::Failed(format!("writing {}: {}", path.display(), plain(&error))))
}

fn explained(code: &str) -> Result<u8, Stop> {
    match registry::find(code) {
        Some(rule) => {
            say(&registry::explain(rule, Style::of(&io::stdout(), |name| std::env::var_os(name))));
            Ok(0)
        }
        None => {
            let help = match registry::nearest(code) {
                Some(near) => format!("did you mean {near}?"),
                None => "`offhook audit --list-rules` lists the codes".to_owned(),
            };
            Err(Stop::Wrong(format!("--explain {code}: no finding has this code; {help}\n")))
        }
    }
}

fn listed(arguments: &AuditArgs, format: Format) -> Result<u8, Stop> {
    let json = || json::rules().map_err(|error| Stop::Failed(format!("making the JSON list: {error}")));
    match format {
        Format::Text => say(&registry::list(Style::of(&io::stdout(), |name| std::env::var_os(name)))),
        Format::Json => say(&json()?),
        Format::Sarif => {
            return Err(Stop::Wrong(
                "--list-rules prints text or JSON: SARIF has the rules beside the results\n".into(),
            ));
        }
    }
    if let Some(path) = file(arguments) {
        write(path, &json()?)?;
    }
    Ok(0)
}

/// How audits of this command are made.
#[derive(Clone, Copy)]
struct Calls<'a> {
    arguments: &'a AuditArgs,
    stack: &'a str,
    modem: Option<&'a Personality>,
    /// What the first calls were made on.
    ran: &'a OnceCell<Fingerprint>,
    interruption: &'a Interruption,
}

impl Calls<'_> {
    /// The audit of these files, with calls unless none are wanted, and where their evidence is kept.
    fn completed(self, tree: &Tree, evidence: Option<&Path>) -> Result<Completed, Stop> {
        let Self { arguments, stack, .. } = self;
        if arguments.no_calls {
            let choice = Choice::Stack(None);
            return Ok(Completed { audit: offhook_audit::audit(tree).0, called: Ok(false), choice });
        }
        let options = CallOptions {
            // This machine runs its own files anyway.
            trusted: arguments.trust_the_tree || (arguments.etc.is_none() && arguments.root.is_none()),
            stack: stack.to_owned(),
            // Who names a stack wants its programs.
            programs: root_directory(arguments).filter(|_| arguments.stack.is_none()),
            modem: self.modem.cloned(),
            jobs: arguments.jobs.map(usize::from),
            limit: Duration::from_secs(arguments.limit),
            evidence: evidence.map(Path::to_owned),
        };
        let _claim = evidence.map(Claim::of).transpose().map_err(Stop::Failed)?;
        let lab = || {
            let lab = offhook_lab::ensure(&[stack.to_owned()], &offhook_lab::Progress::for_stderr())?;
            if self.ran.set(lab.fingerprint(stack)).is_ok() {
                notices(&lab);
            }
            Ok(lab)
        };
        Ok(audit_calls::complete(tree, lab, &options, self.interruption.requested()))
    }
}

fn in_sarif(arguments: &AuditArgs, audit: &Audit, tree: &Tree, complete: bool) -> Result<String, Stop> {
    let etc = match (&arguments.etc, &arguments.root) {
        (Some(etc), _) => etc.clone(),
        (None, Some(root)) => root.join("etc"),
        (None, None) => PathBuf::from("/etc"),
    };
    let etc = std::path::absolute(&etc).unwrap_or(etc);
    sarif::report(audit, tree, &etc.display().to_string(), complete)
        .map_err(|error| Stop::Failed(format!("making the SARIF audit: {error}")))
}

/// What is audited, by its path.
fn audited(arguments: &AuditArgs) -> String {
    let directory = arguments.etc.as_ref().or(arguments.root.as_ref());
    directory.map_or_else(|| "/etc".to_owned(), |directory| directory.display().to_string())
}

/// The server's root directory, if that is what is audited.
fn root_directory(arguments: &AuditArgs) -> Option<PathBuf> {
    let root = arguments.root.clone().unwrap_or_else(|| PathBuf::from("/"));
    arguments.etc.is_none().then_some(root)
}

fn tree(arguments: &AuditArgs) -> Result<Tree, Stop> {
    let (directory, root) = match (&arguments.etc, root_directory(arguments)) {
        (Some(directory), _) => (directory.clone(), false),
        (None, directory) => (directory.unwrap_or_default(), true),
    };
    let wrong = |why: &str| {
        let what = if root { directory.join("etc") } else { directory.clone() };
        Stop::Wrong(format!(
            "reading {}: {why}\n  --etc DIR is a server's /etc or a copy of it, --root DIR a directory with an etc in it\n",
            what.display(),
        ))
    };
    let mut tree = Tree::read(&directory, root, arguments.ignore_modes).map_err(|error| wrong(&plain(&error)))?;
    if root {
        offhook_etc::programs::look(&mut tree, &directory);
    }
    let of_a_server = |file: &RawFile| file.path.strip_prefix("/etc/").is_some_and(|path| is_taken(Path::new(path)));
    if !tree.etc.files.iter().any(of_a_server) && tree.unread.is_empty() {
        return Err(wrong("none of the files of a dial-in server is there (inittab, mgetty/, ppp/, systemd/system/)"));
    }
    Ok(tree)
}
