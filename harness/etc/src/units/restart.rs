//! What a service says of its restarts: `Restart=`, `RestartSec=` and the limit on starts. systemd.service(5),
//! systemd.unit(5); systemd.time(7) for time spans.
//!
//! In go the values as they stand; out comes a [`UnitRestart`]. What systemd refuses, with a warning, is as if it were not
//! there.

use std::time::Duration;

use crate::restart::{UnitRestart, When};

/// "Not at all", as long as anybody waits for it here.
const NEVER: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Units of a time span with their length in microseconds.
const SPANS: &[(&[&str], u64)] = &[
    (&["usec", "us", "µs"], 1),
    (&["msec", "ms"], 1000),
    (&["seconds", "second", "sec", "s", ""], 1_000_000),
    (&["minutes", "minute", "min", "m"], 60_000_000),
    (&["hours", "hour", "hr", "h"], 3_600_000_000),
    (&["days", "day", "d"], 86_400_000_000),
    (&["weeks", "week", "w"], 604_800_000_000),
    (&["months", "month", "M"], 2_629_800_000_000),
    (&["years", "year", "y"], 31_557_600_000_000),
];

/// Takes one setting; false if it is none of these.
pub(super) fn set(restart: &mut UnitRestart, key: &str, value: &str) -> bool {
    match key {
        "Restart" => replace(&mut restart.when, when(value)),
        "RestartSec" => replace(&mut restart.delay, span(value)),
        "StartLimitBurst" => replace(&mut restart.burst, value.parse().ok()),
        // The second is how it was called before systemd 230.
        "StartLimitIntervalSec" | "StartLimitInterval" => replace(&mut restart.interval, span(value)),
        _ => return false,
    }
    true
}

fn replace<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn when(value: &str) -> Option<When> {
    Some(match value {
        "no" => When::Never,
        "always" => When::Always,
        "on-success" => When::OnSuccess,
        "on-failure" => When::OnFailure,
        "on-abnormal" | "on-abort" => When::OnSignal,
        "on-watchdog" => When::Never,
        _ => return None,
    })
}

/// `5`, `100ms`, `1min 30s`, `1.5h`, `infinity`.
fn span(text: &str) -> Option<Duration> {
    if text == "infinity" {
        return Some(NEVER);
    }
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|digit: char| !digit.is_ascii_digit() && digit != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
        let (_, micros) = SPANS.iter().find(|(names, _)| names.contains(&&rest[..letters]))?;
        rest = rest[letters..].trim_start();
        let seconds = number * Duration::from_micros(*micros).as_secs_f64();
        total = total.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?.min(NEVER);
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_spans_are_read_as_systemd_reads_them() {
        for (text, millis) in
            [("5", 5000), ("0", 0), ("100ms", 100), ("1min 30s", 90_000), ("1m30", 90_000), ("1.5h", 5_400_000)]
        {
            assert_eq!(span(text), Some(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(span("infinity"), Some(NEVER));
        assert_eq!(span("200y"), Some(NEVER));
        for text in ["", "s", "5 apples", "99999999999999999999y", "-1", "1..2", "µ"] {
            assert_eq!(span(text), None, "{text}");
        }
    }

    #[test]
    fn what_systemd_refuses_is_as_if_it_were_not_there() {
        let mut restart = UnitRestart::default();
        for (key, value) in
            [("Restart", "always"), ("Restart", "allways"), ("RestartSec", "1min"), ("RestartSec", "soon")]
        {
            assert!(set(&mut restart, key, value));
        }
        assert!(set(&mut restart, "StartLimitBurst", "many") && !set(&mut restart, "Type", "idle"));
        let expected = UnitRestart { when: When::Always, delay: Duration::from_secs(60), ..UnitRestart::default() };
        assert_eq!(restart, expected);
    }
}
