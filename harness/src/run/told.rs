//! What a guest told before it was ended: it ran into the limit and left no report, so it is played once more, by the same
//! seed, telling every event as it happens.
//!
//! In: the output directory of that second run. Out: events, in their order, up to where virtual time stopped.

use std::fs;
use std::path::Path;
use std::time::Duration;

use offhook_emulator::trace::Event;

use super::TOLD_FILE;

/// How long the second run may take: it comes as far as the first in much less, and then stands still.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// Takes the events from the output directory. What cannot be read is left out: the last line may not be whole.
pub(super) fn take(out: &Path) -> Vec<Event> {
    let path = out.join(TOLD_FILE);
    let text = fs::read_to_string(&path).unwrap_or_default();
    // The trace is written anew as trace.jsonl; what is left over does no harm.
    let _ = fs::remove_file(path);
    let mut events: Vec<Event> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    events.sort_by_key(|event| event.at);
    events
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use offhook_emulator::time::Instant;
    use offhook_emulator::trace::What;

    use super::*;

    #[test]
    fn a_last_line_that_is_not_whole_takes_none_of_the_others_with_it() {
        let out = tempfile::tempdir().unwrap();
        let event = |millis| {
            let what = What::Note { text: "so far".to_owned() };
            Event { at: Instant::from_millis(millis), port: None, call: None, what }
        };
        let lines: Vec<String> = [2, 1].map(|at| serde_json::to_string(&event(at)).unwrap()).into();
        fs::write(out.path().join(TOLD_FILE), format!("{}\n{}\n{}", lines[0], lines[1], &lines[0][..9])).unwrap();
        assert_eq!(take(out.path()), [event(1), event(2)]);
        assert!(take(out.path()).is_empty(), "taken is gone");
    }
}
