//! JUnit XML, as test reports are exchanged.
//!
//! In: a [`RunResult`]. Out: `<testsuites>` with a `<testsuite>` for each file and stack, and in it a `<testcase>` for each
//! outcome: `<failure>` is an expectation that was not met, `<error>` a scenario that could not run, `<skipped>` one that did
//! not run, each with its reason as `message`. The text of the first two is the terminal's; `<system-out>` has the end of the
//! transcript, for these alone, because a passed scenario's is in its evidence.
//!
//! There is no standard. What readers take, by their sources: Jenkins groups by `classname`, which it splits at the last
//! dot; GitLab shows the text of `<failure>`, `<error>` and `<skipped>` (not `message`), then `<system-out>`, and links
//! `file`; actions that annotate on GitHub read `file` and `line` of `<testcase>`. `time` is real seconds.

use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::standing::{Standing, place};
use super::{file, seeded};
use crate::ended_words;
use crate::evidence::transcript;
use crate::run::RunResult;
use crate::text::printable;
use offhook_session::{Ended, Outcome, Verdict};

/// Lines of the transcript's end that a failure has with it.
const LINES: usize = 60;

/// Writes the report.
///
/// # Errors
///
/// None that an outcome could cause: characters that XML cannot hold are left out.
pub fn junit(result: &RunResult, fail_on_skip: bool) -> Result<String, SerializeError> {
    let mut report = Report::new("offhook");
    report.set_time(result.wall);
    let seeded = seeded(result);
    let mut suites: Vec<(String, String, TestSuite)> = Vec::new();
    for outcome in &result.outcomes {
        let (file, stack) = (file(outcome), printable(&outcome.stack));
        let found = suites.iter().position(|(of, on, _)| (of, on) == (&file, &stack));
        let index = found.unwrap_or_else(|| {
            let suite = suite(&file, &stack, outcome, result.ended);
            suites.push((file.clone(), stack.clone(), suite));
            suites.len() - 1
        });
        let suite = &mut suites[index].2;
        let time = suite.time.unwrap_or_default().saturating_add(outcome.wall_time);
        suite.set_time(time).add_test_case(case(outcome, &file, &stack, seeded, fail_on_skip));
    }
    report.add_test_suites(suites.into_iter().map(|(_, _, suite)| suite));
    report.to_string()
}

fn suite(file: &str, stack: &str, outcome: &Outcome, ended: Ended) -> TestSuite {
    let mut suite = TestSuite::new(format!("{file} on {stack}"));
    let print = &outcome.fingerprint;
    let packages = print.packages.join(", ");
    let subject = print.subject.as_ref().map_or("", |subject| subject.by.as_str());
    let properties = [
        ("stack", stack),
        ("subject", subject),
        ("packages", &packages),
        ("files_sha256", &print.files_sha256),
        ("kernel", &print.kernel),
        ("kernel_sha256", &print.kernel_sha256),
        ("offhook", &print.offhook),
        ("ended", ended_words(ended)),
    ];
    // A scenario that did not run has no fingerprint.
    suite.add_properties(
        properties.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| Property::new(name, value)),
    );
    suite
}

fn case(outcome: &Outcome, file: &str, stack: &str, seeded: bool, fail_on_skip: bool) -> TestCase {
    let standing = Standing::of(outcome, fail_on_skip);
    let failed = matches!(standing, Standing::Failed { .. } | Standing::Error { .. });
    let name = match &outcome.conformance {
        Some(case) => printable(&format!("{}: {}", case.case, outcome.name)),
        None => printable(&outcome.name),
    };
    let name = if seeded { format!("{name} (seed {})", outcome.seed) } else { name };
    let mut case = TestCase::new(name, status(standing, outcome));
    case.set_classname(class(file, stack)).set_time(outcome.wall_time);
    case.extra.insert("file".into(), file.into());
    case.extra.insert("line".into(), place(outcome).line.to_string().into());
    if failed && !outcome.trace.is_empty() {
        case.set_system_out(end_of_transcript(outcome));
    }
    case
}

fn status(standing: Standing, outcome: &Outcome) -> TestCaseStatus {
    let (kind, message, text) = match standing {
        Standing::Passed => return TestCaseStatus::success(),
        Standing::Skipped { reason } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str()).set_description(reason);
            return status;
        }
        Standing::Failed { message, text } => (NonSuccessKind::Failure, message, text),
        Standing::Error { message, text } => (NonSuccessKind::Error, message, text),
    };
    let mut status = TestCaseStatus::non_success(kind);
    let kind = match &outcome.verdict {
        Verdict::Passed | Verdict::Failed => "expectation not met",
        Verdict::Error { .. } => "could not run",
        Verdict::Skipped { .. } => "skipped",
        Verdict::NotRun { .. } => "not run",
    };
    status.set_message(message).set_type(kind).set_description(text);
    status
}

/// `scenarios.idle.bookworm`: Jenkins shows what is before the last dot as a package, and the rest as its class.
fn class(file: &str, stack: &str) -> String {
    let stem = file.strip_suffix(".kdl").unwrap_or(file).trim_start_matches('/');
    format!("{}.{stack}", stem.replace('.', "-").replace('/', "."))
}

fn end_of_transcript(outcome: &Outcome) -> String {
    let transcript = transcript(outcome);
    let lines: Vec<&str> = transcript.lines().collect();
    let left_out = lines.len().saturating_sub(LINES);
    let head = match left_out {
        0 => "transcript.txt\n".to_owned(),
        _ => format!("the last {LINES} lines of transcript.txt\n"),
    };
    lines[left_out..].iter().fold(head, |text, line| text + line + "\n")
}
