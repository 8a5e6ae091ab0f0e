//! What the server's log says of why it did not do something: the line to show to a person.
//!
//! Of a server nothing is decided by these lines; they only stand beside what the calls showed. Where it was the lab's modem
//! that refused something ([`refused`]), another takes its place.

use offhook_session::Outcome;
use offhook_session::server_words::{MEANINGLESS, NOT_READY};
use offhook_telephony::trace::EventKind;

/// What mgetty says when its chat with the modem comes to nothing (mg_m_init.c).
const CHAT_FAILED: &str = "init chat failed";

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

/// The command line that the modem refused before mgetty gave this port up: the chat ends at ERROR.
pub(super) fn refused(outcome: &Outcome, device: &str) -> Option<String> {
    let (mut sent, mut refused) = (None, None);
    for event in outcome.trace.iter().filter(|event| event.port.as_deref() == Some(device)) {
        match &event.what {
            EventKind::Command { text } => (sent, refused) = (Some(text), None),
            EventKind::Response { text } if text == "ERROR" => refused = sent,
            EventKind::Log { program, text, .. } if program == "mgetty" && text.contains(CHAT_FAILED) => {
                return refused.cloned();
            }
            _ => {}
        }
    }
    None
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
            tags: Vec::new(),
            conformance: None,
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

    #[test]
    fn a_command_is_refused_if_the_chat_ends_at_the_error() {
        let command = |text: &str| EventKind::Command { text: text.to_owned() };
        let answer = |text: &str| EventKind::Response { text: text.to_owned() };
        let failed = || EventKind::Log {
            program: "mgetty".to_owned(),
            pid: None,
            text: "init chat failed, exiting...: Invalid argument".to_owned(),
        };
        let told = |said: Vec<EventKind>| {
            let event = |what| Event { at: Instant::from_millis(1), port: Some("ttyS0".to_owned()), call: None, what };
            let outcome = Outcome { trace: said.into_iter().map(event).collect(), ..outcome(&[]) };
            refused(&outcome, "ttyS0")
        };
        let v92 = || vec![command("ATZ"), answer("OK"), command("AT+MS=V92"), answer("ERROR")];
        assert_eq!(told([v92(), vec![failed()]].concat()).as_deref(), Some("AT+MS=V92"));
        assert_eq!(told(v92()), None, "the server lives with it");
        assert_eq!(told([v92(), vec![command("ATZ"), answer("OK"), failed()]].concat()), None);
    }
}
