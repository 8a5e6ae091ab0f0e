//! Durations as people write them: `250ms`, `30s`, `5m`, `1h30m`, `10d`.
//!
//! Text goes in and a [`Duration`] comes out, or the reason why not; and back.

use std::time::Duration;

/// Units with their length in milliseconds, longest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// The longest there is: 1000 days.
const LONGEST: u64 = 1000 * 86_400_000;

/// Reads a duration: whole numbers, each with its unit, longest unit first, no unit twice, no blanks.
///
/// # Errors
///
/// What is wrong with it and how it is written, as help for whoever wrote it.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    const HOW: &str = "write whole numbers with ms, s, m, h or d: \"250ms\", \"30s\", \"1h30m\"";
    if text.is_empty() {
        return Err(HOW.to_owned());
    }
    let mut rest = text;
    let mut total: u64 = 0;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let letters = after.bytes().take_while(u8::is_ascii_lowercase).count();
        let (unit, after) = after.split_at(letters);
        if number.is_empty() {
            return Err(HOW.to_owned());
        }
        if unit.is_empty() {
            return Err(match after.as_bytes().first() {
                None if digits == text.len() => format!("a unit is missing: \"{text}s\" or \"{text}m\""),
                Some(b'.') => format!("{HOW}; no fractions: \"1500ms\", not \"1.5s\""),
                _ => HOW.to_owned(),
            });
        }
        if !UNITS.iter().any(|(name, _)| *name == unit) {
            return Err(format!("`{unit}` is not a unit; {HOW}"));
        }
        let Some((_, length)) = units.by_ref().find(|(name, _)| *name == unit) else {
            return Err("longest unit first, each once: \"1h30m\"".to_owned());
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*length));
        total = match part.and_then(|part| total.checked_add(part)) {
            Some(total) if total <= LONGEST => total,
            _ => return Err("at most 1000 days".to_owned()),
        };
        rest = after;
    }
    Ok(Duration::from_millis(total))
}

/// Writes a duration as [`parse_duration`] reads it; what is below a millisecond is dropped.
pub fn format_duration(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, length) in UNITS {
        let number = rest / length;
        rest %= length;
        if number > 0 {
            text.push_str(&format!("{number}{unit}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn durations_are_read_and_written_alike() {
        for (text, millis) in [
            ("0s", 0),
            ("250ms", 250),
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("10d", 864_000_000),
            ("1d2h3m4s5ms", 93_784_005),
        ] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse_duration(text), Ok(duration), "{text}");
            assert_eq!(format_duration(duration), text);
        }
        assert_eq!(parse_duration("90s").map(format_duration), Ok("1m30s".to_owned()));
    }

    #[test]
    fn whatever_else_is_refused_with_the_way_to_write_it() {
        for (text, help) in [
            ("", "write whole numbers"),
            ("5", "a unit is missing: \"5s\" or \"5m\""),
            ("5 m", "write whole numbers"),
            ("1.5s", "no fractions"),
            ("-5s", "write whole numbers"),
            ("5min", "`min` is not a unit"),
            ("5M", "write whole numbers"),
            ("30s1h", "longest unit first"),
            ("1s1s", "longest unit first"),
            ("1001d", "1000 days"),
            ("99999999999999999999999d", "1000 days"),
            ("٣s", "write whole numbers"),
        ] {
            assert!(parse_duration(text).unwrap_err().contains(help), "{text}: {:?}", parse_duration(text));
        }
    }
}
