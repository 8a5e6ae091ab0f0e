//! What the server's log says of why it did not do something: the line to show to a person.
//!
//! Nothing is decided by these lines; they only stand beside what the calls showed.

use offhook_session::Outcome;
use offhook_session::server_words::{MEANINGLESS, NOT_READY};
use offhook_telephony::trace::EventKind;

/// The first line of the server's log that says why this port does not get ready.
pub(super) fn complaint(outcome: &Outcome, device: &str) -> Option<String> {
    let mut lines = outcome.trace.iter().filter_map(|event| match &event.what {
        EventKind::Log { program, text, .. } if program == "mgetty" && event.port.as_deref() == Some(device) => {
            Some(text)
        }
        EventKind::Log { program, text, .. } if program == "init" && text.contains(device) => Some(text),
        _ => None,
    });
    let has = |line: &str, words: &[&str]| words.iter().any(|words| line.contains(words));
    let line = lines.find(|line| has(line, NOT_READY) && !has(line, MEANINGLESS))?;
    Some(line.trim_end_matches(": Invalid argument").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use offhook_clock::Instant;
    use offhook_session::Verdict;
    use offhook_telephony::trace::Event;

    use super::*;

    /// An outcome whose trace has these lines of the log.
    fn outcome(lines: &[(&str, Option<&str>, &str)]) -> Outcome {
        let event = |(program, port, text): &(&str, Option<&str>, &str)| Event {
            at: Instant::from_millis(1),
            port: port.map(str::to_owned),
            call: None,
            what: EventKind::Log { program: (*program).to_owned(), pid: None, text: (*text).to_owned() },
        };
        Outcome {
            source: offhook_base::SourceFile { path: "audit.kdl".into(), text: "".into() },
            name: String::new(),
            span: offhook_base::Span::default(),
            variant: Default::default(),
            specs: Vec::new(),
            stack: String::new(),
            seed: 1,
            verdict: Verdict::Skipped { reason: String::new() },
            steps: Vec::new(),
            calls: Vec::new(),
            virtual_time: Duration::ZERO,
            wall_time: Duration::ZERO,
            boot_time: None,
            fingerprint: offhook_base::Fingerprint::default(),
            etc: None,
            trace: lines.iter().map(event).collect(),
            evidence: "evidence".into(),
        }
    }

    #[test]
    fn the_line_that_says_why_is_of_this_port_and_not_one_of_those_that_every_server_logs() {
        let outcome = outcome(&[
            ("mgetty", Some("ttyS0"), "TIO: ioctl failed: Inappropriate ioctl for device"),
            ("mgetty", Some("ttyS1"), "cannot open line"),
            ("mgetty", Some("ttyS0"), " invalid port speed: 33600: Invalid argument"),
        ]);
        assert_eq!(complaint(&outcome, "ttyS0").as_deref(), Some("invalid port speed: 33600"));
        assert_eq!(complaint(&outcome, "ttyS2"), None);
    }
}
