//! Causes that several scenarios show: one, with the scenario that shows it most simply.
//!
//! In: causes, each of one scenario on one stack. Out: groups of those that are one, those with most trials first.

use std::collections::BTreeMap;

use crate::campaign::Cause;

/// A cause, and where else it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// As the scenario shows it that needs the fewest disturbances; its count is that of all.
    pub cause: Cause,
    /// The campaign's other scenarios that show it.
    pub others: Vec<usize>,
}

/// Groups causes. `kind`: what those that are one have in common beside their name, the stack say.
pub fn alike<K: Ord>(causes: Vec<Cause>, kind: impl Fn(&Cause) -> K) -> Vec<Alike> {
    let mut groups: BTreeMap<(K, String), Vec<Cause>> = BTreeMap::new();
    for cause in causes {
        groups.entry((kind(&cause), cause.name.clone())).or_default().push(cause);
    }
    let one = |mut causes: Vec<Cause>| {
        let needed = |cause: &Cause| cause.trials.first().map_or(usize::MAX, |trial| trial.disturbances.len());
        causes.sort_by_key(|cause| (needed(cause), cause.matter));
        let count = causes.iter().map(|cause| cause.count).sum();
        let mut causes = causes.into_iter();
        let cause = causes.next()?;
        Some(Alike { cause: Cause { count, ..cause }, others: causes.map(|cause| cause.matter).collect() })
    };
    let mut groups: Vec<Alike> = groups.into_values().filter_map(one).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.cause.count));
    groups
}

#[cfg(test)]
mod tests {
    use offhook_scenario::{Deed, Moment};

    use super::*;
    use crate::{Trial, Violation};

    #[test]
    fn what_several_scenarios_show_is_told_once_by_the_one_that_needs_least() {
        let cause = |matter: usize, name: &str, deeds: u32| {
            let disturbance = |nth| (Moment { event: "frame".into(), nth, later: Default::default() }, Deed::HangUp);
            let trial = Trial { matter, disturbances: (0..deeds).map(disturbance).collect() };
            let violation = Violation { of: String::new(), expected: String::new(), actual: String::new() };
            Cause { matter, name: name.to_owned(), violation, trials: vec![trial], count: 2 }
        };
        let causes = vec![cause(0, "a", 2), cause(1, "a", 1), cause(2, "b", 1), cause(3, "a", 1), cause(4, "a", 3)];
        let stack = |cause: &Cause| if cause.matter == 4 { "trixie" } else { "bookworm" };
        let found = alike(causes, stack);
        let told: Vec<_> =
            found.iter().map(|it| (it.cause.matter, &*it.cause.name, it.cause.count, &*it.others)).collect();
        assert_eq!(told, [(1, "a", 6, &[3, 0][..]), (2, "b", 2, &[]), (4, "a", 2, &[])]);
    }
}
