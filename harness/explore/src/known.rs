//! Violations that are known: the server's own, each with its reason, checked both ways.
//!
//! In: causes that were found, and entries with patterns in which `*` is any text. Out: the reason of each cause, and every
//! entry that none has.

use crate::campaign::Cause;
use offhook_base::fits;

/// An entry: a cause, on a stack or on all, that is the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCause {
    /// The cause, as a report names it.
    pub cause: String,
    /// The disturbance, as a report names it; `None`: any.
    pub after: Option<String>,
    /// The stack; `None`: any.
    pub stack: Option<String>,
    /// The scenario that shows it, by file and name; `None`: any.
    pub scenario: Option<String>,
    /// Why the server does so.
    pub reason: String,
    /// Where it stands: `known.kdl:3`.
    pub place: String,
}

/// Which entry each cause has, and which entries have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// For each cause the number of its entry.
    pub of: Vec<Option<usize>>,
    /// Entries that hold of nothing that was found.
    pub unused: Vec<usize>,
}

/// Of which scenario a cause is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Where {
    /// Its file and its name: `scenarios/first-call.kdl: a call`.
    pub scenario: String,
    /// The stack.
    pub stack: String,
}

impl KnownCause {
    /// Whether it is this one, there: all trials that are remembered of it.
    fn is(&self, cause: &Cause, there: &Where) -> bool {
        fits(&self.cause, &cause.name)
            && self.after.as_ref().is_none_or(|after| cause.trials.iter().all(|trial| fits(after, &trial.key())))
            && self.stack.as_ref().is_none_or(|known| *known == there.stack)
            && self.scenario.as_ref().is_none_or(|known| fits(known, &there.scenario))
    }
}

/// The first entry that a cause is, there.
pub fn entry_of(cause: &Cause, entries: &[KnownCause], there: &Where) -> Option<usize> {
    entries.iter().position(|entry| entry.is(cause, there))
}

/// Lays what was found beside what is known. `there` tells of which scenario a cause is.
pub fn known(causes: &[Cause], entries: &[KnownCause], there: impl Fn(&Cause) -> Where) -> Known {
    let of: Vec<Option<usize>> = causes.iter().map(|cause| entry_of(cause, entries, &there(cause))).collect();
    let unused = (0..entries.len()).filter(|entry| !of.contains(&Some(*entry))).collect();
    Known { of, unused }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::Violation;

    #[test]
    fn an_entry_is_used_or_told() {
        let violation = Violation { of: String::new(), expected: String::new(), actual: String::new() };
        let cause = |name: &str| {
            let (name, violation) = (name.to_owned(), violation.clone());
            Cause { matter: 0, name, violation, trials: Vec::new(), count: 1 }
        };
        let entry = |cause: &str, stack: Option<&str>, scenario: Option<&str>| KnownCause {
            cause: cause.to_owned(),
            after: None,
            stack: stack.map(str::to_owned),
            scenario: scenario.map(str::to_owned),
            reason: "so".to_owned(),
            place: "known.kdl:1".to_owned(),
        };
        let causes = [cause("ports-ready: so"), cause("spins: 5"), cause("spins: 6")];
        let entries = [
            entry("ports-ready*", None, Some("*: another")),
            entry("ports-ready*", None, Some("it.kdl: *")),
            entry("*: 5", Some("trixie"), None),
            entry("spins*6", Some("bookworm"), None),
        ];
        let there = |_: &Cause| Where { scenario: "scenarios/it.kdl: it".to_owned(), stack: "trixie".to_owned() };
        let found = known(&causes, &entries, there);
        assert_eq!(found, Known { of: vec![None, Some(2), None], unused: vec![0, 1, 3] });
        let entries = [entry("ports-ready*", None, Some("*it.kdl: *"))];
        assert_eq!(known(&causes, &entries, there), Known { of: vec![Some(0), None, None], unused: vec![] });
    }
}
