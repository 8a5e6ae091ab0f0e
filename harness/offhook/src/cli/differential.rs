//! `offhook differential`: audits of made-up servers compared with calls to them.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::Args;

use super::play::unknown_stack;
use super::{LAB_FAILED, WRONG_INPUT, complain, notices, say};
use crate::audit_calls::CallOptions;
use crate::differential::{Compared, Comparison, compare, shrink::shrink};
use offhook_audit::generate::trees;

/// How often progress is told.
const TOLD: Duration = Duration::from_secs(30);
/// Audits that the cutting down of one server takes at most.
const TESTS: usize = 150;

#[derive(Debug, Args)]
pub(super) struct Differential {
    /// Servers that are made up
    #[arg(long, value_name = "N", default_value_t = 60)]
    count: usize,

    /// Pass over so many servers first
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,

    /// The same seed makes up the same servers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// The stack to call [default: the first there is]
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,

    /// Servers at once [default: the number of processors]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,

    /// Real seconds a guest may take before it is ended
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,

    /// Mend what can be mended on a copy of each server, and compare the copy as well
    #[arg(long)]
    fix: bool,

    /// Print whole servers, not the fewest lines that still differ
    #[arg(long)]
    whole: bool,
}

pub(super) fn main(arguments: &Differential) -> u8 {
    let stack = arguments.stack.clone().unwrap_or_else(|| offhook_lab::STACKS[0].to_owned());
    if let Some(text) = unknown_stack([&stack]) {
        complain(&text);
        return WRONG_INPUT;
    }
    let lab = match offhook_lab::ensure(std::slice::from_ref(&stack), &offhook_lab::Progress::for_stderr()) {
        Ok(lab) => lab,
        Err(error) => {
            complain(&format!("{error}\n"));
            return error.exit_code();
        }
    };
    notices(&lab);
    let options = CallOptions {
        programs: None,
        trusted: true,
        stack: stack.clone(),
        modem: Default::default(),
        jobs: arguments.jobs.map(usize::from),
        limit: Duration::from_secs(arguments.limit),
        evidence: None,
    };
    let servers: Vec<_> = trees(arguments.seed).skip(arguments.skip).take(arguments.count).collect();
    let began = Instant::now();
    let last = std::sync::Mutex::new(began);
    let tell = |done: usize| {
        let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.elapsed() > TOLD {
            *last = Instant::now();
            complain(&format!("{done} of {} servers called\n", arguments.count));
        }
    };
    let comparison = Comparison { lab: &lab, options: &options, fix: arguments.fix };
    let compared = match compare(servers, comparison, &tell, &AtomicBool::new(false)) {
        Ok(compared) => compared,
        Err(stopped) => {
            complain(&format!("{stopped}\n"));
            return LAB_FAILED;
        }
    };
    for (kind, of) in &compared.kinds {
        let shows = |files: &[(String, String)]| {
            let audited = comparison.audited(files);
            audited.is_ok_and(|(_, found)| found.iter().any(|difference| difference.kind == *kind))
        };
        let files = if arguments.whole { of.first.files.clone() } else { shrink(&of.first.files, TESTS, shows) };
        let mut text = format!(
            "{kind}\n  {}\n  {} of {} servers, first server {}",
            of.what, of.count, compared.servers, of.first.index
        );
        if !of.first.faults.is_empty() {
            let _ = write!(text, " ({})", of.first.faults.join(", "));
        }
        text.push('\n');
        for (path, lines) in files {
            let _ = writeln!(text, "  {path}");
            for line in lines.lines() {
                let _ = writeln!(text, "    | {}", line.escape_debug());
            }
        }
        say(&format!("{text}\n"));
    }
    say(&summary(&compared, &stack, began.elapsed()));
    offhook_lab::settle();
    u8::from(!compared.kinds.is_empty() || !compared.careful.is_empty())
}

fn summary(compared: &Compared, stack: &str, took: Duration) -> String {
    let [shown, refuted, untried] = compared.statements;
    let mut text = String::new();
    for (code, of) in &compared.careful {
        let _ = writeln!(
            text,
            "{code} on {} servers of careful administrators, first server {}: {}",
            of.count, of.first.index, of.what
        );
    }
    let _ = writeln!(
        text,
        "{} servers on {stack} in {} s: {} statements shown, {} refuted, {} not tried; {} kinds of difference",
        compared.servers,
        took.as_secs(),
        shown,
        refuted,
        untried,
        compared.kinds.len()
    );
    text
}
