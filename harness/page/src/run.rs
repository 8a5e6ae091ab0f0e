//! A run as items of the page: one for each scenario on each stack under each seed.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use offhook_report::evidence::{CAPTURE, OUTCOME, TRACE, TRANSCRIPT};
use offhook_report::failure::in_short;
use offhook_report::run::DEFAULT_SEED;
use offhook_report::{Position, taken_words, verdict_words};
use offhook_session::{CallSummary, Outcome, StepOutcome, StepResult, Verdict};

use crate::document::PageError;
use crate::events::events;
use crate::files::files;
use crate::item::{Detail, Item, LineMark, Row, Section, Text};
use crate::mark::Mark;
use crate::parallel::each;
use crate::phases::phases;

/// The items of outcomes, in their order; see [`item`].
///
/// # Errors
///
/// A thread ended without its items.
pub fn items(outcomes: &[Arc<Outcome>], page: &Path, run: &str) -> Result<Vec<Item>, PageError> {
    each(outcomes, |outcome| item(outcome, page, run)).ok_or(PageError::Thread)
}

/// The item of an outcome. `page` is the directory where the page is going to be: links to the evidence start there. `run` tells
/// several runs apart.
pub fn item(outcome: &Outcome, page: &Path, run: &str) -> Item {
    let mut place = outcome.stack.clone();
    if outcome.seed != DEFAULT_SEED {
        place.push_str(&format!(" seed {}", outcome.seed));
    }
    Item {
        mark: mark(outcome),
        group: outcome.source.path.display().to_string(),
        name: outcome.name.clone(),
        place,
        run: run.to_owned(),
        short: short(outcome),
        virtual_us: u64::try_from(outcome.virtual_time.as_micros()).unwrap_or(u64::MAX),
        wall_ms: u64::try_from(outcome.wall_time.as_millis()).unwrap_or(u64::MAX),
        words: outcome.specs.join(" "),
        detail: Detail { sections: sections(outcome, page) },
    }
}

/// How an outcome ended.
pub fn mark(outcome: &Outcome) -> Mark {
    let known = || outcome.steps.iter().any(|step| matches!(step.result, StepResult::ExpectedFailure { .. }));
    match outcome.verdict {
        Verdict::Passed if known() => Mark::Known,
        Verdict::Passed => Mark::Passed,
        Verdict::Failed => Mark::Failed,
        Verdict::Error { .. } => Mark::Error,
        Verdict::Skipped { .. } => Mark::Skipped,
        Verdict::NotRun { .. } => Mark::NotRun,
    }
}

fn short(outcome: &Outcome) -> String {
    match &outcome.verdict {
        Verdict::Skipped { reason } => reason.clone(),
        _ => in_short(outcome),
    }
}

fn sections(outcome: &Outcome, page: &Path) -> Vec<Section> {
    let mut sections: Vec<Section> = outcome.steps.iter().filter_map(|step| failure(step, outcome)).collect();
    if let Verdict::Error { message, details, help } = &outcome.verdict {
        let details = details.iter().map(|line| Row::new("said", line));
        let help = help.iter().map(|help| Row::new("help", help));
        let rows = [Row::new("error", message)].into_iter().chain(details).chain(help).collect();
        let Position { line, .. } = Position::of(&outcome.source.text, outcome.span.offset);
        let title = "It could not run".to_owned();
        sections.push(Section::Failure { title, place: where_is(outcome), line, at: None, rows, known: false });
    }
    if !outcome.trace.is_empty() {
        sections.push(Section::Ladder { events: events(outcome), phases: phases(&outcome.trace) });
    }
    sections.push(Section::Source {
        file: outcome.source.path.display().to_string(),
        text: Text(outcome.source.text.clone()),
        marks: outcome.steps.iter().map(|step| line_mark(step, outcome)).collect(),
    });
    for call in &outcome.calls {
        sections.push(Section::Facts { title: format!("Call {}", call.call + 1), rows: facts(call), open: false });
    }
    match files(&outcome.evidence) {
        Ok(files) if files.is_empty() => {}
        Ok(files) => sections.push(Section::Files { title: "The server's files and logs".to_owned(), files }),
        Err(error) => {
            let rows = vec![Row::new("error", format!("{}: {error}", outcome.evidence.display()))];
            sections.push(Section::Facts { title: "The server's files cannot be read".to_owned(), rows, open: true });
        }
    }
    sections.push(Section::Facts { title: "What ran".to_owned(), rows: ran(outcome), open: false });
    let links: Vec<_> = [CAPTURE, TRANSCRIPT, TRACE, OUTCOME]
        .into_iter()
        .filter(|name| outcome.evidence.join(name).is_file())
        .map(|name| (name.to_owned(), relative(page, &outcome.evidence.join(name))))
        .collect();
    if !links.is_empty() {
        sections.push(Section::Links { title: "Evidence".to_owned(), links });
    }
    sections
}

fn failure(step: &StepOutcome, outcome: &Outcome) -> Option<Section> {
    let (at, mut rows, known) = match &step.result {
        StepResult::Failed { at, expected, actual, notes, hints } => {
            let rows = [Row::new("expected", expected), Row::new("actual", actual)].into_iter();
            let notes = notes.iter().map(|note| Row::new("note", note));
            let hints = hints.iter().map(|hint| Row::new("hint", hint));
            (at, rows.chain(notes).chain(hints).collect::<Vec<_>>(), false)
        }
        StepResult::ExpectedFailure { at, expected, actual, reason } => {
            let rows = [("expected", expected), ("actual", actual), ("because", reason)];
            (at, rows.map(|(name, text)| Row::new(name, text)).to_vec(), true)
        }
        StepResult::Passed { .. } | StepResult::NotReached => return None,
    };
    if let Some(reason) = &step.deviation {
        rows.push(Row::new("known deviation", reason));
    }
    let Position { line, column } = Position::of(&outcome.source.text, step.span.offset);
    let place = format!("{}:{line}:{column}", outcome.source.path.display());
    Some(Section::Failure { title: title(step), place, line, at: Some(at.micros()), rows, known })
}

/// `call 1, step 3 expect-auth`.
fn title(step: &StepOutcome) -> String {
    let number = step.step.map_or_else(String::new, |number| format!(", step {}", number + 1));
    format!("Call {}{number} {}", step.call + 1, step.verb)
}

fn line_mark(step: &StepOutcome, outcome: &Outcome) -> LineMark {
    let (mark, text) = match &step.result {
        StepResult::Passed { shown, .. } => (Mark::Passed, shown.clone()),
        StepResult::Failed { actual, .. } => (Mark::Failed, actual.clone()),
        StepResult::ExpectedFailure { actual, .. } => (Mark::Known, actual.clone()),
        StepResult::NotReached => (Mark::NotRun, "not reached".to_owned()),
    };
    LineMark { line: Position::of(&outcome.source.text, step.span.offset).line, mark, text }
}

/// What came of a call, as far as there is something to say.
fn facts(call: &CallSummary) -> Vec<Row> {
    let mut rows = vec![Row::new("state", &call.state)];
    let mut add = |name: &str, text: Option<String>| rows.extend(text.map(|text| Row::new(name, text)));
    add("rings", call.placed.then(|| call.rings.to_string()));
    add("rate", call.rate.map(|rate| format!("{rate} bit/s")));
    add(
        "authentication",
        call.auth.as_ref().map(|auth| {
            let protocol = auth.protocol.map_or_else(String::new, |protocol| format!("{protocol:?} ").to_lowercase());
            format!("{protocol}{:?} {}", auth.result, auth.message).to_lowercase().trim_end().to_owned()
        }),
    );
    add("caller's address", call.local.map(|address| address.to_string()));
    add("server's address", call.peer.map(|address| address.to_string()));
    add("DNS", (!call.dns.is_empty()).then(|| call.dns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    add("text", (!call.text.is_empty()).then(|| call.text.clone()));
    add("Terminate-Request", call.terminated.clone());
    for words in call.last_words.iter() {
        let ended = words.ended.as_ref().map_or_else(String::new, |ended| format!(" (ended with {ended})"));
        for line in &words.lines {
            add("last words", Some(format!("{}: {line}{ended}", words.program)));
        }
    }
    rows
}

fn ran(outcome: &Outcome) -> Vec<Row> {
    let print = &outcome.fingerprint;
    let mut rows = vec![Row::new("verdict", verdict_words(outcome)), Row::new("scenario", where_is(outcome))];
    rows.extend((!outcome.variant.variables.is_empty()).then(|| Row::new("with", outcome.variant.words())));
    rows.extend(outcome.specs.iter().map(|spec| Row::new("checks", spec)));
    match &print.subject {
        Some(subject) => rows.push(Row::new("subject", format!("{}: {}", outcome.stack, subject.by))),
        None => rows.extend([
            Row::new("stack", format!("{}: {}", outcome.stack, print.packages.join(", "))),
            Row::new("stack's files", format!("sha256 {}", print.files_sha256)),
            Row::new("kernel", format!("{}, sha256 {}", print.kernel, print.kernel_sha256)),
        ]),
    }
    rows.extend(print.made.as_ref().map(|made| Row::new("made", made.to_string())));
    rows.extend((!print.changed.is_empty()).then(|| Row::new("not as it was built", print.changed.to_string())));
    rows.extend(print.kernel_changed.then(|| Row::new("not as it was built", "the kernel")));
    rows.push(Row::new("offhook", &print.offhook));
    rows.extend(print.subject.is_none().then(|| Row::new("seed", outcome.seed.to_string())));
    rows.extend(outcome.etc.iter().flat_map(|taken| taken_words(taken, usize::MAX)).map(|line| Row::new("etc", line)));
    rows
}

fn where_is(outcome: &Outcome) -> String {
    let Position { line, column } = Position::of(&outcome.source.text, outcome.span.offset);
    format!("{}:{line}:{column}", outcome.source.path.display())
}

/// The way from the directory `from` to `to`, as a link: the same directories are left out, everything else is percent-encoded
/// (RFC 3986 §2.1).
fn relative(from: &Path, to: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (from, to) = (absolute(from), absolute(to));
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(to.components().skip(common)).collect();
    let mut link = String::new();
    for octet in way.as_os_str().as_encoded_bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => link.push(char::from(*octet)),
            _ => link.push_str(&format!("%{octet:02X}")),
        }
    }
    link
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use std::path::PathBuf;
    use std::time::Duration;

    use offhook_base::{SourceFile, Span};
    use offhook_clock::Instant;

    use super::*;

    /// An outcome of a scenario that failed at its only step.
    fn outcome() -> Outcome {
        let text = "scenario \"it answers\" {\n  call {\n    expect-answer rings=2\n  }\n}\n";
        let span = |part: &str| Span { offset: text.find(part).unwrap_or(0), len: part.len() };
        let result = StepResult::Failed {
            at: Instant::from_millis(500),
            expected: "2 rings".into(),
            actual: "3 rings <&>".into(),
            notes: vec!["a note".into()],
            hints: Vec::new(),
        };
        let verb = "expect-answer".to_owned();
        Outcome {
            source: SourceFile { path: PathBuf::from("s/a.kdl"), text: text.into() },
            name: "it answers".into(),
            span: span("\"it answers\""),
            variant: Default::default(),
            specs: vec!["the answer".into()],
            tags: Vec::new(),
            conformance: None,
            stack: "trixie".into(),
            seed: 1,
            verdict: Verdict::Failed,
            steps: vec![StepOutcome {
                call: 0,
                step: Some(0),
                verb,
                span: span("expect-answer rings=2"),
                deviation: None,
                result,
            }],
            calls: Vec::new(),
            virtual_time: Duration::from_millis(600),
            wall_time: Duration::from_millis(90),
            boot_time: None,
            fingerprint: Default::default(),
            etc: None,
            trace: Vec::new(),
            evidence: PathBuf::new(),
        }
    }

    #[test]
    fn a_failure_comes_first_and_names_its_line() {
        let item = item(&outcome(), Path::new("/"), "");
        assert_eq!((item.mark, item.short.as_str()), (Mark::Failed, "line 3, expect-answer: 3 rings <&>"));
        let Some(Section::Failure { title, place, line, rows, .. }) = item.detail.sections.first() else {
            panic!("{:?}", item.detail)
        };
        assert_eq!((title.as_str(), place.as_str(), *line), ("Call 1, step 1 expect-answer", "s/a.kdl:3:5", 3));
        let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["expected", "actual", "note"]);
    }

    #[test]
    fn links_go_up_and_down_and_are_encoded() {
        assert_eq!(relative(Path::new("/a/b"), Path::new("/a/out/x y/c.pcapng")), "../out/x%20y/c.pcapng");
        assert_eq!(relative(Path::new("/a"), Path::new("/a/out/ü#?")), "out/%C3%BC%23%3F");
    }
}
