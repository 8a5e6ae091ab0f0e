//! The neighbours of a value: values of its kind that mean something else, as they are written.
//!
//! A number becomes the next one, a duration a longer one and a shorter one beyond what a scenario tolerates, a choice each
//! of the others. Where a value is too large for the next one to matter, it is doubled and halved.

use std::time::Duration;

use offhook_base::format_duration;
use offhook_schema::{Kind, Value};

use super::custom;
use super::mutant::Part;
use super::spelling::{near_address, near_text, quoted};

/// Numbers from here on are amounts, of which one more is no difference.
const AMOUNT: u32 = 100;
/// An expectation tolerates a second, unless it says otherwise.
const TOLERATED: Duration = Duration::from_secs(2);

/// Literals of KDL.
pub(super) fn neighbours(kind: Kind, value: &Value, part: Part) -> Vec<String> {
    match (kind, value) {
        (Kind::Flag, Value::Flag(flag)) => vec![format!("#{}", !flag)],
        (Kind::Choice(choices) | Kind::Declared(choices, _), Value::Text(text)) => {
            others(choices.iter().map(|(name, _)| *name), text)
        }
        (Kind::Names(names), Value::Text(text)) => others(names(), text),
        (Kind::Number { min, max, .. }, Value::Number(number)) => numbers(*number, part)
            .into_iter()
            .filter(|near| (min..=max).contains(near))
            .map(|near| near.to_string())
            .collect(),
        (Kind::Time { min, max, never, .. }, Value::Time(time)) => {
            let near = times(*time, part).into_iter().filter(|near| (min..=max).contains(near));
            near.map(format_duration).chain(never.then(|| "never".to_owned())).map(|text| quoted(&text)).collect()
        }
        (Kind::Time { .. }, Value::Text(_)) => vec![quoted("1m")],
        (Kind::Address, Value::Address(address)) => vec![quoted(&near_address(*address).to_string())],
        (Kind::Text | Kind::Sentence | Kind::Escaped, Value::Text(text)) => vec![quoted(&near_text(text))],
        (Kind::Custom(kind), value) => custom::neighbours(kind.name, value),
        // No word of the server and no expectation has these.
        (Kind::Octets | Kind::Ranges | Kind::Any, _) => Vec::new(),
        // A value of another kind than its word's is none.
        (
            Kind::Flag
            | Kind::Choice(_)
            | Kind::Declared(..)
            | Kind::Names(_)
            | Kind::Number { .. }
            | Kind::Time { .. }
            | Kind::Address
            | Kind::Text
            | Kind::Sentence
            | Kind::Escaped,
            _,
        ) => Vec::new(),
    }
}

fn others<'a>(names: impl IntoIterator<Item = &'a str>, text: &str) -> Vec<String> {
    names.into_iter().filter(|name| *name != text).map(quoted).collect()
}

fn numbers(number: u32, part: Part) -> Vec<u32> {
    match part {
        Part::Server if number >= AMOUNT => vec![number.saturating_mul(2), number / 2],
        Part::Server | Part::Expectation => vec![number.saturating_add(1), number.saturating_sub(1)],
    }
}

/// One more and one less of the largest unit in it, or as much as is tolerated if that is more; of what is shorter than
/// that, twice and half.
fn times(time: Duration, part: Part) -> Vec<Duration> {
    if time < TOLERATED {
        return match part {
            Part::Server => vec![time * 2, time / 2],
            Part::Expectation => vec![time + TOLERATED],
        };
    }
    let units = [86_400, 3600, 60, 1].map(Duration::from_secs);
    let unit = units.into_iter().find(|unit| time >= *unit).unwrap_or(TOLERATED).max(TOLERATED);
    vec![time + unit, time.saturating_sub(unit)]
}
