//! The partial trace of a guest that was ended: it ran into the limit and left no report, so it is played once more, by the same
//! seed, writing every event as it happens.
//!
//! In: the output directory of that second run. Out: events, in their order, up to where virtual time stopped.

use std::path::Path;
use std::time::Duration;

use offhook_telephony::trace::Event;

use offhook_base::guest::PARTIAL_TRACE_FILE;
use offhook_lab::collect;

/// How long the second run may take: it comes as far as the first in much less, and then stands still.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// Takes the events from the output directory, of a file of at most that many octets. What cannot be read is left out: the last line may not be whole.
pub(super) fn take(out: &Path, most: u64) -> Vec<Event> {
    let octets = collect::read(&out.join(PARTIAL_TRACE_FILE), most).ok().flatten().unwrap_or_default();
    let lines = octets.split(|octet| *octet == b'\n');
    let mut events: Vec<Event> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    events.sort_by_key(|event| event.at);
    events
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use offhook_clock::Instant;
    use offhook_telephony::trace::EventKind;

    use super::*;

    #[test]
    fn a_last_line_that_is_not_whole_takes_none_of_the_others_with_it() {
        let out = tempfile::tempdir().unwrap();
        let event = |millis| {
            let what = EventKind::Note { text: "so far".to_owned() };
            Event { at: Instant::from_millis(millis), port: None, call: None, what }
        };
        let lines: Vec<String> = [2, 1].map(|at| serde_json::to_string(&event(at)).unwrap()).into();
        fs::write(out.path().join(PARTIAL_TRACE_FILE), format!("{}\n{}\n{}", lines[0], lines[1], &lines[0][..9]))
            .unwrap();
        assert_eq!(take(out.path(), 1 << 20), [event(1), event(2)]);
    }
}
