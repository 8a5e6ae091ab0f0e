//! Speeds of serial ports, which are no line rates.

use offhook_etc::SPEEDS;
use offhook_schema::one_of;

use super::{Value, Wrong, fault};

/// Slower speeds are possible, and not worth listing.
const COMMON_FROM: u32 = 9600;

pub(crate) fn read_speed(number: i128, _whose: &str) -> Result<Value, Wrong> {
    if let Some(speed) = SPEEDS.into_iter().find(|speed| i128::from(*speed) == number) {
        return Ok(Value::Number(speed));
    }
    let near = SPEEDS.into_iter().min_by_key(|speed| i128::from(*speed).abs_diff(number)).unwrap_or(38_400);
    // V.34 goes in steps of 2400 up to 33600, V.90 in steps of 8000/6 up to 56000; both are between modems.
    let line_rate = (12_000..=33_600).contains(&number) && number % 2400 == 0
        || (28_000..=56_000).contains(&number) && matches!(number * 3 % 4000, 0 | 1 | 2 | 3998 | 3999);
    let wrong = if line_rate {
        let message = format!("{number} is a line rate, not a port speed");
        Wrong::new(fault::BAD_SPEED, message, "a rate between modems")
    } else {
        Wrong::new(fault::BAD_SPEED, format!("no serial port has a speed of {number}"), "not a standard speed")
    };
    let common: Vec<_> =
        SPEEDS.into_iter().filter(|speed| *speed >= COMMON_FROM).map(|speed| speed.to_string()).collect();
    let line = if line_rate { format!("; to set the line's rate: line rate={number}") } else { String::new() };
    Err(wrong.help(format!("mgetty takes {} (and slower speeds); the nearest is speed={near}{line}", one_of(&common))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]

    use super::*;

    #[test]
    fn every_speed_of_the_table_is_taken_and_line_rates_are_told_apart() {
        for speed in SPEEDS {
            assert_eq!(read_speed(speed.into(), "").unwrap(), Value::Number(speed));
        }
        for rate in [14_400, 28_800, 31_200, 33_600, 33_333, 49_333, 50_667, 52_000, 53_333, 56_000] {
            assert!(read_speed(rate, "").unwrap_err().message.contains("line rate"), "{rate}");
        }
        for speed in [-1, 0, 12_345, 50_000, i128::MAX, i128::MIN] {
            assert!(read_speed(speed, "").unwrap_err().message.starts_with("no serial port"), "{speed}");
        }
    }
}
