//! Violations: what a run shows of a server that does not hold whatever happens.
//!
//! In: the outcome of a trial. Out: what was expected and what came, and the cause by which it is one with others: the same
//! words, with numbers and addresses left out.

use offhook_session::{Outcome, StepResult, Verdict};
use serde::{Deserialize, Serialize};

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The verb, or the invariant, that failed.
    pub of: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub actual: String,
}

impl Violation {
    /// By what it is one with others: numbers, times and addresses are left out of what came.
    pub fn cause(&self) -> String {
        format!("{}: {}", self.of, without_numbers(&self.actual))
    }
}

/// What a run shows. Nothing, if it passed, or if the lab could not run it.
pub fn violations(outcome: &Outcome) -> Vec<Violation> {
    let text: &str = &outcome.source.text;
    let failed = outcome.steps.iter().filter_map(|step| match &step.result {
        StepResult::Failed { expected, actual, .. } => {
            let of = match step.verb.as_str() {
                "invariant" => invariant(text.get(step.span.offset..).unwrap_or_default()),
                verb => verb.to_owned(),
            };
            Some(Violation { of, expected: expected.clone(), actual: actual.clone() })
        }
        _ => None,
    });
    let mut found: Vec<Violation> = failed.collect();
    if let Verdict::Error { message, .. } = &outcome.verdict
        && message.contains("took longer than")
    {
        // Virtual time stands still as long as a program does not wait.
        let expected = "every program to wait for something in the end".to_owned();
        found.push(Violation { of: "spins".to_owned(), expected, actual: message.clone() });
    }
    found
}

/// The name of the invariant that stands there.
fn invariant(text: &str) -> String {
    text.split('"').nth(1).unwrap_or("invariant").to_owned()
}

/// Digits and what joins them become `#`.
fn without_numbers(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut number = false;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let next_is_digit = rest.peek().is_some_and(char::is_ascii_digit);
        // A device keeps its number.
        let joins = number && matches!(character, '.' | ':' | 'm' | 's' | 'h') && next_is_digit;
        if character.is_ascii_digit() || joins {
            if !number {
                told.push('#');
            }
            number = true;
        } else {
            number = false;
            told.push(character);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_leaves_numbers_out() {
        let violation = |actual: &str| Violation {
            of: "nothing-left".to_owned(),
            expected: String::new(),
            actual: actual.to_owned(),
        };
        let cause = violation("left behind: route to 192.168.32.105 by ppp0, process pppd with 12 open files").cause();
        assert_eq!(cause, "nothing-left: left behind: route to # by ppp#, process pppd with # open files");
        assert_eq!(cause, violation("left behind: route to 10.0.0.1 by ppp1, process pppd with 9 open files").cause());
        assert_eq!(violation("off hook after 12m3.5s").cause(), "nothing-left: off hook after #s");
    }
}
